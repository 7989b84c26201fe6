package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the expressions of several words in a sentence, inflected or without their accents. */
final class Expressions {
  /** Words that differ by their accent alone from others, and are often typed without it. */
  private static final Set<String> ASKING =
      Set.of("qué", "cómo", "cuándo", "cuánto", "cuánta", "cuántos", "cuántas", "dónde", "cuál");

  private final Lexicon lexicon;
  private final Neighbours neighbours;

  Expressions(Lexicon lexicon, Neighbours neighbours) {
    this.lexicon = lexicon;
    this.neighbours = neighbours;
  }

  /** The longest expression that begins at a place of a sentence. */
  Optional<Lexicon.Phrase> longest(List<Reading> sentence, int start) {
    Optional<Lexicon.Phrase> longest = Optional.empty();
    for (String first : firstWords(sentence.get(start))) {
      for (Lexicon.Phrase phrase : lexicon.phrases(first)) {
        if (phrase.words().size() > longest.map(p -> p.words().size()).orElse(1)
            && matches(phrase, sentence, start)) {
          longest = Optional.of(phrase);
        }
      }
    }
    return longest;
  }

  /** What an expression that begins with this word may begin with, without accents. */
  private static List<String> firstWords(Reading reading) {
    List<String> words = new ArrayList<>(reading.analyses().size() + 1);
    words.add(Letters.fold(reading.word()));
    for (Morphology.Analysis analysis : reading.analyses()) {
      String lemma = Letters.fold(analysis.sense().lemma());
      if (inflected(analysis) && !words.contains(lemma)) {
        words.add(lemma);
      }
    }
    return words;
  }

  private static boolean inflected(Morphology.Analysis analysis) {
    return analysis.cost() != 0
        && (analysis.sense().part() != Part.FUNCTION || analysis.cost() != Morphology.UNACCENTED);
  }

  private boolean matches(Lexicon.Phrase phrase, List<Reading> sentence, int start) {
    if (start + phrase.words().size() > sentence.size()) {
      return false;
    }
    for (int i = 0; i < phrase.words().size(); i++) {
      if (!matches(phrase.words().get(i), i == 0, sentence.get(start + i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The very word; or a contraction of it with an article; or the word without its accents, if that
   * is no word by itself; or a form of it, of a verb only in the first place.
   */
  private boolean matches(String lemma, boolean first, Reading reading) {
    String word = reading.word();
    if (word.equals(lemma) || (!first && lemma.equals(neighbours.contracted(word)))) {
      return true;
    }
    if (word.equals(Letters.fold(lemma))) {
      return ASKING.contains(lemma)
          || reading.analyses().stream().noneMatch(analysis -> analysis.cost() == 0);
    }
    for (Morphology.Analysis analysis : reading.analyses()) {
      if (inflected(analysis)
          && (first || analysis.sense().part() != Part.VERB)
          && analysis.sense().lemma().equals(lemma)) {
        return true;
      }
    }
    return false;
  }
}
