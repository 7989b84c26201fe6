package dev.mordomo.model.embedded;

import java.util.List;

/**
 * A token of a sentence and the senses that it may have.
 *
 * @param carriers the verbs, in their infinitive without accents, of which it may be a command that
 *     carries a pronoun: póngase, avisame
 */
record Reading(Token token, List<Morphology.Analysis> analyses, List<String> carriers) {

  /** Stands for a number or a code, of which no word is known. */
  static final String CODE = "#";

  String word() {
    return token.word();
  }

  /** What is seen of it from the word after it: the word, {@link #CODE}, or "" for a mark. */
  String before() {
    boolean code = !token.isWord() && Character.isLetterOrDigit(token.text().charAt(0));
    return code ? CODE : token.word();
  }

  /** Whether it is capitalised and no word. */
  boolean unknownName() {
    return analyses.isEmpty() && token.isWord() && Character.isUpperCase(token.text().charAt(0));
  }

  /** Whether its likeliest sense is a noun. */
  boolean noun() {
    return !analyses.isEmpty() && analyses.getFirst().sense().part() == Part.NOUN;
  }

  /** Whether it can be nothing but a noun. */
  boolean onlyNoun() {
    return !analyses.isEmpty()
        && analyses.stream()
            .filter(analysis -> analysis.cost() < Morphology.VERB)
            .allMatch(analysis -> analysis.sense().part() == Part.NOUN)
        && noun();
  }

  /** Whether it can be nothing but a form of a verb. */
  boolean onlyVerb() {
    // What is far from its lemma does not count: a gear is no "cambia".
    List<Morphology.Analysis> near =
        analyses.stream().filter(analysis -> analysis.cost() < Morphology.FEMININE).toList();
    return !near.isEmpty()
        && near.stream()
            .allMatch(analysis ->
                analysis.sense().part() == Part.VERB
                    || (analysis.sense().part() == Part.FUNCTION && analysis.cost() > 0));
  }
}
