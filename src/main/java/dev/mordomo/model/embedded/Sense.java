package dev.mordomo.model.embedded;

/**
 * One meaning of a lemma.
 *
 * @param lemma lower case, with its accents
 * @param english what stands for it in a gloss; "" when it vanishes
 * @param area the area of life it belongs to, or "" when learned
 * @param reflexive whether the verb has it with a pronoun of its own: ponerse, despedir-se
 */
record Sense(String lemma, Part part, String english, String area, boolean reflexive) {

  Sense(String lemma, Part part, String english, String area) {
    this(lemma, part, english, area, false);
  }

  boolean learned() {
    return part == Part.LEARNED;
  }
}
