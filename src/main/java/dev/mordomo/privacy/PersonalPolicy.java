package dev.mordomo.privacy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of personal data in what users say. */
public enum PersonalPolicy {
  /** It stays as it was said. */
  KEEP,
  /** It is left out for good. */
  MASK,
  /** Models, logs and the database have a placeholder; its user sees what was said. */
  REVERSIBLE;

  /** All of them, as on the wire. */
  public static final List<String> WORDS =
      Arrays.stream(values()).map(PersonalPolicy::wire).toList();

  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of a word in {@link #WORDS}. */
  public static PersonalPolicy of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
