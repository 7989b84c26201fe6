package dev.mordomo.bench;

import dev.mordomo.kernel.Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** How long to try to break something, and from which seed. */
record Effort(Duration time, long seed) {
  private static final long SEEDS = 1_000_000;

  /**
   * From {@code SECONDS} and {@code SEED}, either of which may be left out.
   *
   * @throws Failure {@code invalid} for what is no number
   */
  static Effort of(String bench, List<String> arguments, long seconds) {
    return new Effort(
        Duration.ofSeconds(number(bench, arguments, 0, seconds)),
        number(bench, arguments, 1, ThreadLocalRandom.current().nextLong(SEEDS)));
  }

  private static long number(String bench, List<String> arguments, int at, long otherwise) {
    if (arguments.size() <= at) {
      return otherwise;
    }
    try {
      return Long.parseLong(arguments.get(at));
    } catch (NumberFormatException e) {
      throw Failure.invalid("bench " + bench, "takes SECONDS and SEED, not " + arguments.get(at));
    }
  }
}
