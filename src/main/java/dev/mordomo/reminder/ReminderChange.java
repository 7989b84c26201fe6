package dev.mordomo.reminder;

import dev.mordomo.kernel.Masking;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  private static final String NOTE = "personal_data";
  private static final String FOUND = "found";

  /**
   * The same, checked where it is what the user wrote, then hiding what is personal in it. What was
   * noted of the reminder stays noted, since what it was found in may stay.
   *
   * @param kept the metadata until now
   */
  ReminderChange masked(ReminderCheck check, Masking.Pass pass, Map<String, Object> kept) {
    Optional<String> called = title.map(check::title).map(pass::masked);
    Optional<String> described = description.map(check::description).map(pass::masked);
    Optional<Map<String, Object>> given = metadata.map(pass::masked);
    Map<String, Object> changed = new LinkedHashMap<>(given.orElse(kept));
    changed.remove(NOTE);
    note(kept.get(NOTE), pass.note().get(NOTE)).ifPresent(note -> changed.put(NOTE, note));
    return new ReminderChange(
        called, described, scheduledAt, rrule, timeZone, Optional.of(changed));
  }

  /** Of each kind the greater number: the same may have been written again. */
  private static Optional<Object> note(@Nullable Object before, @Nullable Object now) {
    if (!(now instanceof Map<?, ?> latest && latest.get(FOUND) instanceof Map<?, ?> is)) {
      return Optional.ofNullable(before);
    }
    if (!(before instanceof Map<?, ?> old && old.get(FOUND) instanceof Map<?, ?> was)) {
      return Optional.of(now);
    }
    Map<Object, Object> found = new LinkedHashMap<>(was);
    is.forEach((kind, count) -> found.merge(kind, count, ReminderChange::greater));
    Map<Object, Object> note = new LinkedHashMap<>(latest);
    note.put(FOUND, found);
    return Optional.of(note);
  }

  private static Object greater(Object one, Object other) {
    return one instanceof Number a && other instanceof Number b && a.longValue() > b.longValue()
        ? one
        : other;
  }

  /** Whether its times change. */
  boolean reschedules() {
    return scheduledAt.isPresent() || rrule.isPresent() || timeZone.isPresent();
  }
}
