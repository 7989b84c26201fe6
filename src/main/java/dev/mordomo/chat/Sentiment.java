package dev.mordomo.chat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a message is felt to say, of −1 to 1: more than 0.1 away from 0, or not. */
public enum Sentiment {
  POSITIVE,
  NEUTRAL,
  NEGATIVE;

  public static final List<String> NAMES = Arrays.stream(values()).map(Sentiment::wire).toList();

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of one of {@link #NAMES}. */
  public static Sentiment of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
