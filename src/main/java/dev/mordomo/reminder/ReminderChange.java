package dev.mordomo.reminder;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a user changes; what is empty stays.
 *
 * @param rrule present but empty: it does not recur any more
 */
public record ReminderChange(
    Optional<String> title,
    Optional<String> description,
    Optional<Instant> scheduledAt,
    Optional<Optional<String>> rrule,
    Optional<String> timeZone,
    Optional<Map<String, Object>> metadata) {

  /** Whether its times change. */
  boolean reschedules() {
    return scheduledAt.isPresent() || rrule.isPresent() || timeZone.isPresent();
  }
}
