package dev.mordomo.model.embedded;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the English of the lexicons lies in MiniLM's space: a short vector of unit length a word or
 * expression, by which senses that belong together are told from those that do not. Immutable.
 */
final class Meanings {
  static final int SIZE = 64;

  private final Map<String, byte[]> vectors = new HashMap<>(1 << 14);

  private Meanings() {}

  static Meanings load() {
    Meanings meanings = new Meanings();
    TextTable.read(
        "/lexicon/meanings.tsv",
        row -> meanings.vectors.put(row[0], Base64.getDecoder().decode(row[1])));
    return meanings;
  }

  /** The vector of an English word or expression, or null when it has none. */
  byte @Nullable [] of(String english) {
    return vectors.get(english);
  }
}
