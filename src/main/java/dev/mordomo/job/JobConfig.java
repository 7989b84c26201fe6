package dev.mordomo.job;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * The settings under {@code job}.
 *
 * @param parallel jobs that one node runs at a time
 * @param lease after which a silent node's jobs are run by another; renewed three times as often
 * @param poll the longest sleep between two looks at the table, should a notification get lost
 * @param attempts how often a job is begun before it fails for good
 * @param retry the wait before the second attempt, doubled before each further one
 * @param longestRetry where the doubling ends
 * @param deadline the longest that one attempt may take
 * @param keep how long an ended job can be read
 */
public record JobConfig(
    int parallel,
    Duration lease,
    Duration poll,
    int attempts,
    Duration retry,
    Duration longestRetry,
    Duration deadline,
    Duration keep) {
  public static final JobConfig DEFAULT =
      new JobConfig(
          2,
          Duration.ofSeconds(30),
          Duration.ofSeconds(15),
          5,
          Duration.ofSeconds(5),
          Duration.ofMinutes(10),
          Duration.ofHours(6),
          Duration.ofDays(30));

  public static JobConfig from(Settings settings) {
    return new JobConfig(
        settings.integer("job.parallel", DEFAULT.parallel, 1, 64),
        positive(settings, "job.lease", DEFAULT.lease),
        positive(settings, "job.poll", DEFAULT.poll),
        settings.integer("job.attempts", DEFAULT.attempts, 1, 100),
        positive(settings, "job.retry", DEFAULT.retry),
        positive(settings, "job.longest_retry", DEFAULT.longestRetry),
        positive(settings, "job.deadline", DEFAULT.deadline),
        positive(settings, "job.keep", DEFAULT.keep));
  }

  private static Duration positive(Settings settings, String key, Duration otherwise) {
    Duration value = settings.duration(key, otherwise);
    return value.isZero()
        ? settings.wrong(key, "0", "a time longer than nothing", otherwise)
        : value;
  }

  /** The wait after so many attempts, 1 or more. */
  Duration backoff(int attempts) {
    Duration wait = retry.multipliedBy(1L << Math.min(attempts - 1, 20));
    return wait.compareTo(longestRetry) > 0 ? longestRetry : wait;
  }
}
