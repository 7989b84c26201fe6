package dev.mordomo.reminder;

import dev.mordomo.kernel.Masking;
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

  /** The same, checked where it is what the user wrote, then hiding what is personal in it. */
  ReminderChange masked(ReminderCheck check, Masking.Pass pass) {
    Optional<String> called = title.map(check::title).map(pass::masked);
    Optional<String> described = description.map(check::description).map(pass::masked);
    return new ReminderChange(
        called, described, scheduledAt, rrule, timeZone, metadata.map(pass::noted));
  }

  /** Whether its times change. */
  boolean reschedules() {
    return scheduledAt.isPresent() || rrule.isPresent() || timeZone.isPresent();
  }
}
