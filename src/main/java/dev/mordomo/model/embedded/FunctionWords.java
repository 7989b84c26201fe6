package dev.mordomo.model.embedded;

import java.util.Optional;
import java.util.regex.Pattern;

/** The small words whose English depends on what stands beside them. */
final class FunctionWords {
  private static final Pattern GOING = Pattern.compile("a|ao|à|al|para|pra|embora|.+ar");

  private final boolean portuguese;
  private final Neighbours neighbours;

  FunctionWords(String language, Neighbours neighbours) {
    this.portuguese = language.equals("pt");
    this.neighbours = neighbours;
  }

  /**
   * The English of a small word in its place, or nothing when it has one meaning everywhere.
   *
   * @param before the word before it, "" at the start of a clause
   * @param after the word after it, or ""
   * @param beforeVerb whether a verb follows, and nothing but a verb
   * @param begins whether it is the first word of the sentence
   * @param question whether the sentence has a question mark
   */
  Optional<String> english(
      String word,
      String before,
      String after,
      boolean beforeVerb,
      boolean begins,
      boolean question) {
    boolean start = before.isEmpty();
    boolean asks = start || neighbours.asking(before);
    // "A pagar" is a preposition and what follows it; a pronoun stands before a form with a person.
    boolean pronoun =
        beforeVerb
            && (!start || !portuguese)
            && !neighbours.preposition(before)
            && !after.endsWith("r");
    return switch (word) {
      case "se" -> Optional.of(portuguese && asks ? "if" : "");
      case "nos" -> Optional.of(!portuguese || beforeVerb ? "us" : "in the");
      case "a" ->
          portuguese && beforeVerb && after.endsWith("r")
              ? Optional.of("to")
              : pronoun && portuguese ? Optional.of("it") : Optional.empty();
      case "muito" ->
          after.isEmpty() || neighbours.preposition(after)
              ? Optional.of("a lot")
              : Optional.empty();
      case "lo", "la" -> pronoun ? Optional.of("it") : Optional.empty();
      case "os", "as", "los", "las" -> pronoun ? Optional.of("them") : Optional.empty();
      case "que" ->
          begins || neighbours.preposition(before)
              ? Optional.of("what")
              : start ? Optional.of("which") : Optional.empty();
      case "como" -> {
        // After a comma it asks only in a question.
        boolean how = (asks || neighbours.preposition(before)) && (question || !start);
        yield Optional.of(begins || how ? "how" : "as");
      }
      // Typed without its accent, "está" is followed by what a demonstrative is not.
      case "esta" ->
          neighbours.article(after) || neighbours.preposition(after)
              ? Optional.of("is")
              : Optional.empty();
      // The same form of "to be" and "to go"; the second is followed by where to, or what for.
      case "foi", "fui", "foram", "fue", "fueron" ->
          Optional.of(GOING.matcher(after).matches() ? "go" : "was");
      case "for", "forem", "formos", "fosse", "fossem" ->
          Optional.of(GOING.matcher(after).matches() ? "go" : "be");
      case "todo", "toda" ->
          portuguese && !after.isEmpty() && !neighbours.article(after)
              ? Optional.of("every")
              : Optional.empty();
      case "há" -> Optional.of(neighbours.number(after) ? "for" : "there is");
      case "hay" -> Optional.of("there is");
      default -> Optional.empty();
    };
  }
}
