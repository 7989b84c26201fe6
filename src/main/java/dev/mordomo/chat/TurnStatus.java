package dev.mordomo.chat;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** queued → retrieving → running → completed | cancelled | failed. */
public enum TurnStatus {
  QUEUED,
  RETRIEVING,
  RUNNING,
  COMPLETED,
  CANCELLED,
  FAILED;

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TurnStatus of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }

  /** Nothing follows. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RETRIEVING, RUNNING -> false;
      case COMPLETED, CANCELLED, FAILED -> true;
    };
  }
}
