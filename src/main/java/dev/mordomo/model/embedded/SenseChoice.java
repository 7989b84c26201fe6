package dev.mordomo.model.embedded;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses one of a word's senses: the one whose form and main use lie nearest, unless the words
 * beside it ask for another part of speech, or the sentence speaks of another area of life.
 *
 * <p>The weights were tuned on the training half of the evaluation set.
 */
final class SenseChoice {
  private static final double NEXT_SENSE = 0.1;
  private static final double AREA = 0.15;
  private static final double MOST_AREAS = 3;
  private static final double SMALL_WORD = 0.6;
  private static final double NEIGHBOUR = 0.6;
  private static final double SURE_NEIGHBOUR = 1.1;
  private static final double OBJECT = 0.4;
  private static final double AFTER_NOUN = 0.7;

  private final Neighbours neighbours;

  SenseChoice(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  /** How much each area of life is spoken of in a sentence. */
  static Map<String, Double> areas(List<Reading> sentence) {
    Map<String, Double> areas = new HashMap<>();
    for (Reading reading : sentence) {
      reading.analyses().stream()
          .map(analysis -> analysis.sense().area())
          .filter(area -> !area.isEmpty())
          .distinct()
          .forEach(area -> areas.merge(area, 1.0 / reading.analyses().size(), Double::sum));
    }
    return areas;
  }

  /**
   * The best of the senses, or nothing when there are none.
   *
   * @param before the word before it, "" at the start of a clause
   * @param afterNoun whether that word is a noun
   * @param after the word after it, or ""
   */
  Optional<Morphology.Analysis> best(
      List<Morphology.Analysis> analyses,
      String before,
      boolean afterNoun,
      String after,
      Map<String, Double> areas) {
    double bestScore = Double.NEGATIVE_INFINITY;
    Optional<Morphology.Analysis> best = Optional.empty();
    for (int i = 0; i < analyses.size(); i++) {
      Morphology.Analysis analysis = analyses.get(i);
      double area = areas.getOrDefault(analysis.sense().area(), 0.0);
      double score =
          -analysis.cost()
              - NEXT_SENSE * i
              + place(analysis, before, afterNoun, after)
              + AREA * Math.min(MOST_AREAS, area);
      if (score > bestScore) {
        bestScore = score;
        best = Optional.of(analysis);
      }
    }
    return best;
  }

  private double place(
      Morphology.Analysis analysis, String before, boolean afterNoun, String after) {
    return switch (analysis.sense().part()) {
      case FUNCTION -> analysis.cost() == 0 && !neighbours.article(before) ? SMALL_WORD : 0;
      case VERB ->
          neighbours.surelyBeforeVerb(before)
              ? SURE_NEIGHBOUR
              : (before.isEmpty() || neighbours.beforeVerb(before) ? NEIGHBOUR : 0)
                  + (neighbours.article(after) ? OBJECT : 0);
      case NOUN -> neighbours.beforeNoun(before) ? NEIGHBOUR : 0;
      case ADJECTIVE -> afterNoun ? AFTER_NOUN : neighbours.beforeNoun(before) ? NEIGHBOUR : 0;
      case ADVERB, EXPRESSION, LEARNED -> 0;
    };
  }
}
