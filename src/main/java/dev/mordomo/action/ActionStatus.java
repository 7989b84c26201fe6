package dev.mordomo.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** pending → executing → success | failed; pending → success | failed. */
public enum ActionStatus {
  PENDING,
  EXECUTING,
  SUCCESS,
  FAILED;

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Nothing follows. */
  public boolean isFinal() {
    return switch (this) {
      case PENDING, EXECUTING -> false;
      case SUCCESS, FAILED -> true;
    };
  }
}
