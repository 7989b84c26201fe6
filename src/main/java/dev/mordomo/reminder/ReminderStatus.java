package dev.mordomo.reminder;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * pending → triggered | cancelled; triggered → pending (snoozed) | cancelled. A recurring one that
 * fires goes back to pending at once, with its next time.
 */
public enum ReminderStatus {
  PENDING,
  TRIGGERED,
  CANCELLED;

  /** Every status as it is on the wire. */
  public static final List<String> WORDS = Stream.of(values()).map(ReminderStatus::wire).toList();

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of one of {@link #WORDS}. */
  public static ReminderStatus of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
