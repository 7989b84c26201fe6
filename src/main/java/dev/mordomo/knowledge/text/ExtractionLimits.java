package dev.mordomo.knowledge.text;

import java.time.Duration;

/**
 * What one file may cost.
 *
 * @param bytes the largest file, in bytes
 * @param characters the most text that may come out of it
 * @param time the longest that a parser may take, waiting for a free one included
 */
public record ExtractionLimits(long bytes, int characters, Duration time) {
  public static final ExtractionLimits DEFAULT =
      new ExtractionLimits(50L * 1024 * 1024, 10_000_000, Duration.ofSeconds(60));

  public ExtractionLimits {
    if (bytes < 1 || characters < 1 || time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("extraction limits must be positive");
    }
  }
}
