package dev.mordomo.model.embedded.extractive.answer;

/**
 * How likely a unit answers the question.
 *
 * <p>Either its own score is high, or its passage stands out from the others: a question that
 * shares no word with its answer is found by meaning alone. The weights are a logistic regression
 * on the seeds and on {@code evaluation/train}, with its unanswerable questions.
 */
final class Confidence {
  private static final double ENOUGH = 0.5;
  private static final double MIDDLE_SCORE = 0.48;
  private static final double STEEPNESS = 14;
  private static final double OF_SCORE = 5.58;
  private static final double OF_PASSAGE = 4.13;
  private static final double OF_LEAD = 8.18;
  private static final double BIAS = -4.22;

  private Confidence() {}

  /** 0 to 1. */
  static double of(Scored scored) {
    double alone = STEEPNESS * (scored.score() - MIDDLE_SCORE);
    double amongOthers =
        OF_SCORE * scored.score()
            + OF_PASSAGE * scored.unit().passage().similarity()
            + OF_LEAD * scored.lead()
            + BIAS;
    return 1 / (1 + Math.exp(-Math.max(alone, amongOthers)));
  }

  static boolean suffices(Scored scored) {
    return of(scored) >= ENOUGH;
  }
}
