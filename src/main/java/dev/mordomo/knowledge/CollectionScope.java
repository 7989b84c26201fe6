package dev.mordomo.knowledge;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who sees a collection. */
public enum CollectionScope {
  /** Everybody; written by the superuser alone. */
  GLOBAL,
  /** The users of one tenant. */
  TENANT,
  /** One user. */
  USER;

  /** Its name in the database and on the wire. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty for a name that is none. */
  public static Optional<CollectionScope> of(String wire) {
    return Arrays.stream(values()).filter(s -> s.wire().equals(wire)).findFirst();
  }
}
