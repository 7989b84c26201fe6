package dev.mordomo.gateway.access;

import dev.mordomo.kernel.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What PostgreSQL holds of one user, to see whether anything was changed. */
record Rows(Map<String, String> sums) {
  // A search's trace is written up to a second after it, by no call of anybody's, and a message's
  // vector
  // when there is time.
  private static final String TABLES =
      """
      SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname NOT IN ('search_trace', 'message_embedding')
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'user_id')
      ORDER BY 1
      """;

  /** Everything that is a user's, their own row and their tenant's. */
  static Rows of(TestDatabase database, Caller owner) {
    try (Connection connection = database.owner();
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(TABLES)) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      Map<String, String> sums = new TreeMap<>();
      for (String table : tables) {
        sums.put(table, sum(statement, table, "t", "user_id = '" + owner.userId() + "'"));
      }
      sums.put("app_user", sum(statement, "app_user", "t", "id = '" + owner.userId() + "'"));
      sums.put(
          "tenant",
          sum(
              statement,
              "tenant",
              "(t.name, t.plan, t.status, t.token_quota, t.settings, t.deleted_at)",
              "id = '" + owner.tenantId() + "'"));
      return new Rows(sums);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sum(Statement statement, String table, String what, String where)
      throws SQLException {
    String sql =
        "SELECT count(*) || ' ' || coalesce(md5(string_agg(%1$s::text, ' ' ORDER BY %1$s::text)), '')"
                .formatted(what)
            + " FROM "
            + table
            + " t WHERE "
            + where;
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
