package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which files any tenant's documents name. */
final class SweepStore {
  private static final String IN_USE = "SELECT file_key FROM files_in_use($1)";

  private SweepStore() {}

  static Set<String> inUse(SqlClient connection, List<String> keys) {
    Set<String> used = new HashSet<>();
    Database.run(connection, IN_USE, Tuple.tuple().addArrayOfString(keys.toArray(String[]::new)))
        .forEach(row -> used.add(row.getString(0)));
    return used;
  }
}
