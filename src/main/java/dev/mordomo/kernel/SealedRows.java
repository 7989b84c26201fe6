package dev.mordomo.kernel;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** The sealed values of one table, to be sealed anew under another key. Waits. */
public interface SealedRows {
  /**
   * A stored value.
   *
   * @param row what tells its row, in the order of {@link #page}
   * @param name what it is sealed under
   */
  record SealedRow(Tuple row, String name, Buffer value) {}

  /** Which table. */
  String table();

  /** A row before all rows. */
  Tuple start();

  /** Those after this row that do not begin with the prefix, in order, at most so many. */
  List<SealedRow> page(Tuple after, byte[] prefix, int atMost);

  /** Puts another ciphertext in its place, unless the value was changed meanwhile. */
  void replace(SealedRow row, byte[] sealed);

  /** How many do not begin with the prefix. */
  long countWithout(byte[] prefix);
}
