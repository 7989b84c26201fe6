package dev.mordomo.knowledge;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How hits are found. */
public enum SearchMode {
  /** By meaning and by words, fused by reciprocal rank. */
  HYBRID,
  /** By meaning alone. */
  SEMANTIC,
  /** By words alone. */
  TEXT;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty for a name that is none. */
  public static Optional<SearchMode> of(String wire) {
    return Arrays.stream(values()).filter(m -> m.wire().equals(wire)).findFirst();
  }
}
