package dev.mordomo.model.embedded.extractive.answer;

/** How likely a unit answers the question, from its score. */
final class Confidence {
  private static final double LEAST = 0.5;
  private static final double MIDDLE = 0.44;
  private static final double STEEPNESS = 14;

  /** 0 to 1. */
  double of(Scored scored) {
    return 1 / (1 + Math.exp(-STEEPNESS * (scored.score() - MIDDLE)));
  }

  boolean suffices(Scored scored) {
    return of(scored) >= LEAST;
  }
}
