package dev.mordomo.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** pending → executing → success | failed; pending → success | failed. */
public enum ActionStatus {
  PENDING,
  EXECUTING,
  SUCCESS,
  FAILED;

  /** Every status as it is on the wire. */
  public static final List<String> WORDS = Stream.of(values()).map(ActionStatus::wire).toList();

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of one of {@link #WORDS}. */
  public static ActionStatus of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }

  /** Nothing follows. */
  public boolean isFinal() {
    return switch (this) {
      case PENDING, EXECUTING -> false;
      case SUCCESS, FAILED -> true;
    };
  }

  boolean mayBecome(ActionStatus next) {
    return switch (this) {
      case PENDING -> next != PENDING;
      case EXECUTING -> next.isFinal();
      case SUCCESS, FAILED -> false;
    };
  }
}
