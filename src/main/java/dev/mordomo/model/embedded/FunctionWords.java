package dev.mordomo.model.embedded;

import java.util.Optional;

/** The small words whose English depends on what stands beside them. */
final class FunctionWords {
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
   */
  Optional<String> english(String word, String before, String after, boolean beforeVerb) {
    boolean start = before.isEmpty();
    boolean asks = start || neighbours.asking(before);
    boolean pronoun = beforeVerb && !start && !neighbours.preposition(before);
    return switch (word) {
      case "se" -> Optional.of(portuguese && asks ? "if" : "");
      case "nos" -> Optional.of(!portuguese || beforeVerb ? "us" : "in the");
      case "a", "lo", "la" -> pronoun ? Optional.of("it") : Optional.empty();
      case "os", "as", "los", "las" -> pronoun ? Optional.of("them") : Optional.empty();
      case "que" ->
          start || neighbours.preposition(before) ? Optional.of("what") : Optional.empty();
      case "como" -> Optional.of(asks || neighbours.preposition(before) ? "how" : "as");
      // Typed without its accent, "está" is followed by what a demonstrative is not.
      case "esta" ->
          neighbours.article(after) || neighbours.preposition(after)
              ? Optional.of("is")
              : Optional.empty();
      case "há" -> Optional.of(neighbours.number(after) ? "for" : "there is");
      case "hay" -> Optional.of("there is");
      default -> Optional.empty();
    };
  }
}
