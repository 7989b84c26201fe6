package dev.mordomo.knowledge;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** pending → indexed | failed. */
public enum DocumentStatus {
  PENDING,
  INDEXED,
  FAILED;

  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  static DocumentStatus of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
