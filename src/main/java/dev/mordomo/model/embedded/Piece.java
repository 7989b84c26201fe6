package dev.mordomo.model.embedded;

/**
 * What stands for a word or an expression in a gloss.
 *
 * @param source the lower-case word, or the first of an expression
 * @param english "" when it vanishes
 * @param infinitive whether the word is a verb in its infinitive
 * @param mark whether it is a punctuation mark, which clings to what is before it
 */
record Piece(String source, String english, Part part, boolean infinitive, boolean mark) {

  Piece as(String other) {
    return new Piece(source, other, part, infinitive, mark);
  }

  boolean is(String word) {
    return english.equals(word);
  }

  /** Whether an adjective that follows belongs to it. */
  boolean noun() {
    return part == Part.NOUN && !English.number(english);
  }

  boolean vanishes() {
    return english.isEmpty();
  }
}
