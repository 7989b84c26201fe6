package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.Await;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A connection of the pool without a tenant, when there is one of everything. */
class WithoutATenantTest {
  /** What no call of the interface fills here. */
  private static final List<String> MORE =
      List.of(
          "INSERT INTO user_identity VALUES ('https://issuer.example.org', 'x', '%1$s', '%2$s',"
              + " now())",
          "INSERT INTO kept_embedding (document_id, model_id, fingerprint, tenant_id, user_id, e)"
              + " SELECT d.id, m.id, 'x', d.tenant_id, d.user_id, '[1,2,3]' FROM document d,"
              + " embedding_model m LIMIT 1");

  private static final String READABLE =
      """
      SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relrowsecurity AND has_table_privilege('mordomo_app', oid, 'SELECT')
      ORDER BY 1
      """;

  @Test
  void noTableShowsARow() throws SQLException {
    try (House house = new House()) {
      Caller person = house.person("person", house.tenant, "admin");
      Belongings.of(person, house.app.database());
      person.api().patch("/v1/config", Map.of("tts.voice", "pt_PT-tugao-medium"));
      Attack.raw(person, "POST", "/v1/conversations", "{}", "Idempotency-Key", "one");
      TestDatabase database = house.app.database();
      // What was searched is stored a moment later.
      Await.until(
          "a search is stored", () -> isIn(database, "search_trace"), Duration.ofSeconds(30));
      try (Connection owner = database.owner();
          Statement statement = owner.createStatement()) {
        for (String sql : MORE) {
          statement.execute(sql.formatted(person.tenantId(), person.userId()));
        }
      }
      Map<String, Long> seen = new TreeMap<>();
      Set<String> empty = new TreeSet<>();
      for (String table : strings(database, READABLE)) {
        if (strings(database, "SELECT 'x' FROM " + table + " LIMIT 1").isEmpty()) {
          empty.add(table);
        }
        for (Row row : database.database().call("SELECT count(*) FROM " + table, Tuple.tuple())) {
          if (row.getLong(0) > 0) {
            seen.put(table, row.getLong(0));
          }
        }
      }
      assertEquals(Map.of(), seen);
      assertEquals(Set.of(), empty, "nothing could have been seen there");
    }
  }

  private static boolean isIn(TestDatabase database, String table) {
    try {
      return !strings(database, "SELECT 'x' FROM " + table + " LIMIT 1").isEmpty();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> strings(TestDatabase database, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection owner = database.owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
