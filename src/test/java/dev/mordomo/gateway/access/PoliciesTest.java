package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every table that the app's login may read, when there is one of everything in it: by a connection
 * of the pool without a tenant, by another tenant, and by others of the same tenant. The statements
 * have no condition of their own that hides anything: it is PostgreSQL that does.
 */
class PoliciesTest {
  /** What no call of the interface fills here. */
  private static final List<String> MORE =
      List.of(
          "INSERT INTO user_identity VALUES ('https://issuer.example.org', 'x', '%1$s', '%2$s',"
              + " now())",
          "INSERT INTO kept_embedding (document_id, model_id, fingerprint, tenant_id, user_id, e)"
              + " SELECT d.id, m.id, 'x', d.tenant_id, d.user_id, '[1,2,3]' FROM document d,"
              + " embedding_model m WHERE d.user_id IS NOT NULL LIMIT 1");

  private static final String READABLE =
      """
      SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relrowsecurity AND has_table_privilege('mordomo_app', oid, 'SELECT')
      ORDER BY 1
      """;

  /** Of those that are not computed. */
  private static final String COLUMNS =
      """
      SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0
        AND NOT attisdropped AND attgenerated = ''
      """;

  private static final String CHANGED =
      COLUMNS
          + " AND has_column_privilege('mordomo_app', "
          + "attrelid, attname, 'UPDATE') LIMIT 1";

  private static final List<String> ROLES = List.of("guest", "member", "operator", "admin");

  /** What an administrator sees, and a search's numbers: see docs/operations/roles.md. */
  private static final Set<String> OF_THE_TENANT = Set.of("usage", "audit", "asked");

  private static House house;
  private static TestDatabase database;
  private static Caller victim;
  private static List<String> tables;

  @BeforeAll
  static void open() throws SQLException {
    house = new House();
    database = house.app.database();
    victim = house.person("person", house.tenant, "admin");
    Belongings.of(victim, database);
    house.document(victim, "tenant");
    house.document(house.superuser, "global");
    victim.api().patch("/v1/config", Map.of("tts.voice", "pt_PT-tugao-medium"));
    Attack.raw(victim, "POST", "/v1/conversations", "{}", "Idempotency-Key", "one");
    // What was searched is stored a moment later.
    Await.until("a search is stored", () -> isIn("search_trace"), Duration.ofSeconds(30));
    try (Connection owner = database.owner();
        Statement statement = owner.createStatement()) {
      for (String sql : MORE) {
        statement.execute(sql.formatted(victim.tenantId(), victim.userId()));
      }
    }
    tables = strings(READABLE);
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void withoutATenantNoTableShowsARow() throws SQLException {
    Map<String, Long> seen = new TreeMap<>();
    Set<String> empty = new TreeSet<>();
    for (String table : tables) {
      if (strings("SELECT 'x' FROM " + table + " LIMIT 1").isEmpty()) {
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

  @Test
  void nobodyOfAnotherTenantSeesChangesOrAddsARow() throws SQLException {
    Caller stranger = house.person("stranger", house.otherTenant, "admin");
    for (String table : tables) {
      String tenant = table.equals("tenant") ? "id" : "tenant_id";
      for (String role : ROLES) {
        Scope scope = scope(stranger, role);
        String theirs = tenant + " = '" + victim.tenantId() + "'";
        String own = tenant + " = '" + stranger.tenantId() + "'";
        assertEquals(0, count(scope, table, theirs), role + " sees " + table);
        assertKept(scope, table, own);
        assertNotAdded(scope, table, theirs);
        // What everybody may read.
        assertNotAdded(scope, table, tenant + " IS NULL");
      }
    }
  }

  @Test
  void nobodyElseOfTheTenantSeesChangesOrAddsARowOfAUser() throws SQLException {
    Caller colleague = house.person("colleague", house.tenant, "admin");
    for (String table : tables) {
      Optional<String> user = userColumn(table);
      if (user.isEmpty()) {
        continue;
      }
      for (String role : ROLES) {
        if (role.equals("admin") && OF_THE_TENANT.contains(table)) {
          continue;
        }
        Scope scope = scope(colleague, role);
        String theirs = user.get() + " = '" + victim.userId() + "'";
        assertEquals(0, count(scope, table, theirs), role + " sees " + table);
        assertKept(scope, table, user.get() + " IS DISTINCT FROM '" + victim.userId() + "'");
        if (!table.equals("audit")) {
          assertNotAdded(scope, table, theirs);
        }
      }
    }
  }

  private static Optional<String> userColumn(String table) throws SQLException {
    List<String> columns = strings(COLUMNS.formatted(table));
    return List.of("user_id", "actor_id").stream().filter(columns::contains).findFirst();
  }

  private static Scope scope(Caller who, String role) {
    return new Scope(UUID.fromString(who.tenantId()), UUID.fromString(who.userId()), role);
  }

  private static long count(Scope scope, String table, String which) {
    return database
        .database()
        .as(
            scope,
            connection ->
                Database.run(
                        connection,
                        "SELECT count(*) FROM " + table + " WHERE " + which,
                        Tuple.tuple())
                    .iterator()
                    .next()
                    .getLong(0));
  }

  /** Whatever is changed or deleted, it is among these. */
  private static void assertKept(Scope scope, String table, String which) throws SQLException {
    List<String> statements = new ArrayList<>();
    strings(CHANGED.formatted(table))
        .forEach(column -> statements.add("UPDATE %1$s SET %2$s = %2$s".formatted(table, column)));
    if (!strings("SELECT 'x' WHERE has_table_privilege('mordomo_app', '" + table + "', 'DELETE')")
        .isEmpty()) {
      statements.add("DELETE FROM " + table);
    }
    for (String statement : statements) {
      long most = count(scope, table, which);
      Failure undone =
          assertThrows(
              Failure.class,
              () ->
                  database
                      .database()
                      .as(
                          scope,
                          connection -> {
                            int rows =
                                Database.run(connection, statement, Tuple.tuple()).rowCount();
                            throw Failure.of(FailureCode.CONFLICT, "" + rows);
                          }));
      assertEquals(FailureCode.CONFLICT, undone.code(), statement + ": " + undone.detail());
      assertTrue(
          Long.parseLong(undone.detail()) <= most,
          scope.role() + ": " + statement + " " + undone.detail() + " of " + most);
    }
  }

  /** A row as these are. */
  private static void assertNotAdded(Scope scope, String table, String which) throws SQLException {
    if (strings("SELECT 'x' WHERE has_table_privilege('mordomo_app', '" + table + "', 'INSERT')")
        .isEmpty()) {
      return;
    }
    String columns = String.join(", ", strings(COLUMNS.formatted(table)));
    for (String row :
        strings("SELECT to_jsonb(t)::text FROM " + table + " t WHERE " + which + " LIMIT 1")) {
      String sql =
          "INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1::text::jsonb)"
              .formatted(table, columns);
      Failure refused =
          assertThrows(
              Failure.class,
              () ->
                  database
                      .database()
                      .as(scope, connection -> Database.run(connection, sql, Tuple.of(row))),
              scope.role() + " adds to " + table);
      assertTrue(refused.detail().contains("row-level security"), table + ": " + refused.detail());
    }
  }

  private static boolean isIn(String table) {
    try {
      return !strings("SELECT 'x' FROM " + table + " LIMIT 1").isEmpty();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> strings(String sql) throws SQLException {
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
