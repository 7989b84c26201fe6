package dev.mordomo.ops.log;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * @param keep how long lines are kept, by whole days
 * @param queue how many lines may wait to be written
 */
public record LogConfig(Duration keep, int queue) {
  private static final Duration SHORTEST = Duration.ofDays(1);
  private static final Duration USUAL = Duration.ofDays(30);

  public static LogConfig from(Settings settings) {
    Duration keep = settings.duration("logs.keep", USUAL);
    return new LogConfig(
        keep.compareTo(SHORTEST) >= 0
            ? keep
            : settings.wrong("logs.keep", keep.toString(), "at least 1d", USUAL),
        settings.integer("logs.queue", 10_000, 100, 1_000_000));
  }
}
