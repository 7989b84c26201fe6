package dev.mordomo.ops.log;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * @param keep how long lines are kept, by whole days
 * @param queue how many lines of the server's own may wait to be written
 * @param queueBytes about how much memory these may take
 * @param postedBytes about how much memory lines may take that were posted and wait to be written
 */
public record LogConfig(Duration keep, int queue, int queueBytes, int postedBytes) {
  private static final Duration SHORTEST = Duration.ofDays(1);
  private static final Duration USUAL = Duration.ofDays(30);

  public static LogConfig from(Settings settings) {
    Duration keep = settings.duration("logs.keep", USUAL);
    return new LogConfig(
        keep.compareTo(SHORTEST) >= 0
            ? keep
            : settings.wrong("logs.keep", keep.toString(), "at least 1d", USUAL),
        settings.integer("logs.queue", 10_000, 100, 1_000_000),
        settings.integer("logs.queue_bytes", 8_388_608, 1_048_576, 1_073_741_824),
        settings.integer("logs.posted_bytes", 8_388_608, 1_048_576, 1_073_741_824));
  }
}
