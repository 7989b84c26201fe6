package dev.mordomo.model.embedded;

/**
 * What stands for a word or an expression in a gloss.
 *
 * @param source the lower-case word, or the first of an expression
 * @param english "" when it vanishes
 * @param infinitive whether the word is a verb in its infinitive
 * @param mark whether it is a punctuation mark, which clings to what is before it
 * @param form person and tense, of a verb
 * @param reflexive whether it is a verb's sense that has a pronoun of its own
 */
record Piece(
    String source,
    String english,
    Part part,
    boolean infinitive,
    boolean mark,
    VerbForm form,
    boolean reflexive) {

  Piece(String source, String english, Part part, boolean infinitive, boolean mark, VerbForm form) {
    this(source, english, part, infinitive, mark, form, false);
  }

  Piece(String source, String english, Part part, boolean infinitive, boolean mark) {
    this(source, english, part, infinitive, mark, VerbForm.BASE);
  }

  Piece as(String other) {
    return new Piece(source, other, part, infinitive, mark, form, reflexive);
  }

  /** The same, of another part of speech. */
  Piece as(String other, Part otherPart) {
    return new Piece(source, other, otherPart, infinitive, mark, VerbForm.BASE);
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
