package dev.mordomo.model.embedded.extractive.answer;

import java.util.List;

/**
 * How likely the best unit answers the question.
 *
 * <p>A logistic regression on the same questions as {@link Weights} and, with less weight, on
 * {@code evaluation/train}, those without an answer included.
 */
final class Confidence {
  private static final double ENOUGH = 0.57;
  private static final double WORTH_SHOWING = 0.35;
  private static final double SCORE_SCALE = 5;
  private static final double WIDEST_GAP = 3;
  private static final double WORDS_SCALE = 10;

  private Confidence() {}

  /**
   * 0 to 1, of the first of the ranked; 0 when there is none.
   *
   * @param asked how many words the question has
   */
  static double of(List<Scored> ranked, int asked) {
    if (ranked.isEmpty()) {
      return 0;
    }
    Scored first = ranked.getFirst();
    Features best = first.features();
    boolean field =
        first.unit().kind() == Unit.Kind.CODE_LINE || first.unit().kind() == Unit.Kind.ROW;
    double sum =
        1.50 * first.score() / SCORE_SCALE
            + 1.11 * gap(ranked)
            - 0.81 * best.missing()
            + 2.00 * best.similarity()
            + 1.29 * best.passage()
            + (field ? 0.83 : 0)
            + 1.30 * asked / WORDS_SCALE
            - 4.95;
    return 1 / (1 + Math.exp(-sum));
  }

  static boolean suffices(double confidence) {
    return confidence >= ENOUGH;
  }

  /** Not enough for an answer, but for a look at what comes nearest. */
  static boolean isWorthShowing(double confidence) {
    return confidence >= WORTH_SHOWING;
  }

  /** How far the best stands above the best of the other passages, 0 to 1. */
  private static double gap(List<Scored> ranked) {
    Scored best = ranked.getFirst();
    return ranked.stream()
        .filter(other -> other.unit().passage().n() != best.unit().passage().n())
        .findFirst()
        .map(other -> Math.min(best.score() - other.score(), WIDEST_GAP) / WIDEST_GAP)
        .orElse(1.0);
  }
}
