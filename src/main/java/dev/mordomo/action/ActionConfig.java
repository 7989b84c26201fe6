package dev.mordomo.action;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * @param deadline after which an action that nobody reported fails with {@code timeout}; a report
 *     of {@code executing} begins it anew
 */
public record ActionConfig(Duration deadline) {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration DEFAULT = Duration.ofMinutes(2);

  public static ActionConfig from(Settings settings) {
    Duration deadline = settings.duration("action.deadline", DEFAULT);
    return new ActionConfig(
        deadline.compareTo(SHORTEST) < 0
            ? settings.wrong("action.deadline", deadline.toString(), "100ms or more", DEFAULT)
            : deadline);
  }

  /** How often overdue actions are looked for. */
  Duration sweep() {
    Duration quarter = deadline.dividedBy(4);
    return quarter.compareTo(Duration.ofSeconds(5)) > 0 ? Duration.ofSeconds(5) : quarter;
  }
}
