package dev.mordomo.reminder;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * @param poll the longest sleep between two looks at the table, should a notification get lost
 * @param tolerance how far in the past a time may be: clocks differ, and models are slow
 */
public record ReminderConfig(Duration poll, Duration tolerance) {
  private static final Duration POLL = Duration.ofSeconds(30);

  public static ReminderConfig from(Settings settings) {
    Duration poll = settings.duration("reminder.poll", POLL);
    return new ReminderConfig(
        poll.isZero()
            ? settings.wrong("reminder.poll", "0", "a time longer than nothing", POLL)
            : poll,
        settings.duration("reminder.tolerance", Duration.ofSeconds(5)));
  }
}
