package dev.mordomo.model.embedded;

import java.util.List;

/** A token of a sentence and the senses that it may have. */
record Reading(Token token, List<Morphology.Analysis> analyses) {

  String word() {
    return token.word();
  }

  /** Whether it is capitalised and no word. */
  boolean unknownName() {
    return analyses.isEmpty() && token.isWord() && Character.isUpperCase(token.text().charAt(0));
  }

  /** Whether its likeliest sense is a noun. */
  boolean noun() {
    return !analyses.isEmpty() && analyses.getFirst().sense().part() == Part.NOUN;
  }

  /** Whether it can be nothing but a form of a verb. */
  boolean onlyVerb() {
    return !analyses.isEmpty()
        && analyses.stream()
            .allMatch(analysis ->
                analysis.sense().part() == Part.VERB
                    || (analysis.sense().part() == Part.FUNCTION && analysis.cost() > 0));
  }
}
