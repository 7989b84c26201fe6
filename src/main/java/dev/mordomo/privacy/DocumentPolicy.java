package dev.mordomo.privacy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of personal data in the documents of a tenant and its users. */
public enum DocumentPolicy {
  /** It is a part of the text: a public office's phone number is to be found. */
  KEEP,
  /** It is left out of the text for good; the original is sealed. */
  MASK,
  /** A document with it is not taken. */
  REFUSE;

  /** All of them, as on the wire. */
  public static final List<String> WORDS =
      Arrays.stream(values()).map(DocumentPolicy::wire).toList();

  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of a word in {@link #WORDS}. */
  public static DocumentPolicy of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
