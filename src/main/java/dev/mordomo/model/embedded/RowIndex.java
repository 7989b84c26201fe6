package dev.mordomo.model.embedded;

import java.util.Arrays;

/**
 * The rows of a text table by a hash of what they are looked up by. Rows are read when they are
 * asked for: of a lexicon's tens of thousands, a text needs a few hundred. Immutable.
 */
final class RowIndex {
  /** No row. */
  static final int NONE = -1;

  private static final int BYTES_A_ROW = 24;

  /** What a row is looked up by: the hash of a key that the row's text begins with. */
  interface Key {
    int hash(String text, int start);
  }

  private final String text;
  private int[] starts;
  private int[] hashes;
  private final int[] nexts;
  private final int[] heads;

  /** Indexes a resource of tab-separated rows; {@code #} begins a comment line. */
  RowIndex(String resource, Key key) {
    text = TextTable.text(resource);
    starts = new int[text.length() / BYTES_A_ROW + 1];
    hashes = new int[starts.length];
    int rows = 0;
    int start = 0;
    while (start < text.length()) {
      int end = end(start);
      if (end > start && text.charAt(start) != '#') {
        if (rows == starts.length) {
          starts = Arrays.copyOf(starts, 2 * rows);
          hashes = Arrays.copyOf(hashes, 2 * rows);
        }
        starts[rows] = start;
        hashes[rows++] = key.hash(text, start);
      }
      start = end + 1;
    }
    heads = new int[Integer.highestOneBit(2 * rows + 1) * 2];
    Arrays.fill(heads, NONE);
    nexts = new int[rows];
    // Backwards, so that rows with one key come in the order of the table.
    for (int row = rows - 1; row >= 0; row--) {
      int slot = slot(hashes[row]);
      nexts[row] = heads[slot];
      heads[slot] = row;
    }
  }

  private int end(int start) {
    int end = text.indexOf('\n', start);
    return end < 0 ? text.length() : end;
  }

  private int slot(int hash) {
    return (hash ^ (hash >>> 16)) & (heads.length - 1);
  }

  /** The first row whose key has this hash, or {@link #NONE}. */
  int first(int hash) {
    return matching(heads[slot(hash)], hash);
  }

  /** The next row whose key has the same hash, or {@link #NONE}. */
  int next(int row) {
    return matching(nexts[row], hashes[row]);
  }

  private int matching(int first, int hash) {
    int row = first;
    while (row != NONE && hashes[row] != hash) {
      row = nexts[row];
    }
    return row;
  }

  /** The cells of a row. */
  String[] cells(int row) {
    return text.substring(starts[row], end(starts[row])).split("\t", -1);
  }
}
