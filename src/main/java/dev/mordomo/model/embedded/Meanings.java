package dev.mordomo.model.embedded;

import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the English of the lexicons lies in MiniLM's space: a short vector of unit length a word or
 * expression, by which senses that belong together are told from those that do not. Thread-safe.
 */
final class Meanings {
  static final int SIZE = 64;

  private final RowIndex rows = new RowIndex("/lexicon/meanings.tsv", Meanings::hash);

  /** Those that were asked for. */
  private final Map<String, byte[]> vectors = new ConcurrentHashMap<>();

  private Meanings() {}

  static Meanings load() {
    return new Meanings();
  }

  /** As {@link String#hashCode} of the first cell. */
  private static int hash(String text, int start) {
    int hash = 0;
    for (int i = start; text.charAt(i) != '\t'; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash;
  }

  /** The vector of an English word or expression, or null when it has none. */
  byte @Nullable [] of(String english) {
    byte[] known = vectors.get(english);
    if (known != null) {
      return known;
    }
    int hash = english.hashCode();
    for (int row = rows.first(hash); row != RowIndex.NONE; row = rows.next(row)) {
      String[] cells = rows.cells(row);
      if (cells[0].equals(english)) {
        byte[] vector = Base64.getDecoder().decode(cells[1]);
        vectors.put(english, vector);
        return vector;
      }
    }
    return null;
  }
}
