package dev.mordomo.model.embedded;

import java.util.Optional;
import java.util.Set;

/** The small words whose English depends on what stands beside them. */
final class FunctionWords {
  private static final Set<String> ASKING =
      Set.of(
          "e",
          "mas",
          "ou",
          "que",
          "só",
          "mesmo",
          "saber",
          "ver",
          "sei",
          "sabe",
          "verifique",
          "confira",
          "veja",
          "y",
          "pero",
          "o",
          "sé",
          "sabes",
          "explique",
          "explica",
          "mostre",
          "perguntar",
          "preguntar",
          "dizer",
          "decir",
          "dime",
          "diga");
  private static final Set<String> PREPOSITIONS =
      Set.of("em", "de", "por", "a", "com", "para", "en", "con", "pra", "desde", "hasta", "até");

  private FunctionWords() {}

  /**
   * The English of a small word in its place, or nothing when it has one meaning everywhere.
   *
   * @param before the word before it, "" at the start of a clause
   * @param beforeVerb whether a verb follows, and nothing but a verb
   */
  static Optional<String> english(String language, String word, String before, boolean beforeVerb) {
    boolean start = before.isEmpty();
    return switch (word) {
      case "se" ->
          Optional.of(language.equals("pt") && (start || ASKING.contains(before)) ? "if" : "");
      case "nos" -> Optional.of(language.equals("es") || beforeVerb ? "us" : "in the");
      case "o", "a", "lo", "la" ->
          beforeVerb && !start && !word.equals("o") && !PREPOSITIONS.contains(before)
              ? Optional.of("it")
              : Optional.empty();
      case "os", "as", "los", "las" ->
          beforeVerb && !start && !PREPOSITIONS.contains(before)
              ? Optional.of("them")
              : Optional.empty();
      case "que" -> start || PREPOSITIONS.contains(before) ? Optional.of("what") : Optional.empty();
      case "como" ->
          Optional.of(
              start || ASKING.contains(before) || PREPOSITIONS.contains(before) ? "how" : "as");
      default -> Optional.empty();
    };
  }
}
