package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Roles, policies, partitions and backup together, read from PostgreSQL's own catalogue. */
class IsolationTest {
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @Test
  void everyTableWithTenantDataHasAPolicyForEveryRoleThatMayReadIt() throws SQLException {
    List<String> bare =
        strings(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
              AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
            ORDER BY 1
            """);
    assertEquals(List.of(), bare, "tables with tenant_id and no row-level security");
    List<String> ungoverned =
        strings(
            """
            SELECT c.relname || ' for ' || r.rolname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
              (SELECT oid, rolname FROM pg_roles WHERE rolname IN ('mordomo_app', 'mordomo_system')) r
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity
              AND has_table_privilege(r.oid, c.oid, 'SELECT')
              AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND r.oid = ANY (p.polroles))
            ORDER BY 1
            """);
    assertEquals(List.of(), ungoverned, "readable tables without a policy");
  }

  @Test
  void noRoleOwnsAnythingOrBypassesPolicies() throws SQLException {
    assertEquals(
        List.of(),
        strings(
            """
            SELECT r.rolname FROM pg_roles r WHERE r.rolname IN ('mordomo_app', 'mordomo_system')
              AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
                OR has_schema_privilege(r.oid, 'public', 'CREATE')
                OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
                OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid))
            """));
  }

  @Test
  void aReusedConnectionWithoutATenantSeesNoRow() throws SQLException {
    Scope scope = db.tenantWithUser("superuser");
    everyKindOfRow(scope);
    Map<String, Long> seen = new TreeMap<>();
    for (String table : tablesOf("mordomo_app")) {
      // The connections of the pool have worked for the scope just before.
      for (Row row : db.database().call("SELECT count(*) FROM " + table, Tuple.tuple())) {
        if (row.getLong(0) > 0) {
          seen.put(table, row.getLong(0));
        }
      }
    }
    // The two tables that hold nobody's data.
    seen.keySet().removeAll(List.of("embedding_model", "stream_epoch"));
    assertEquals(Map.of(), seen);
  }

  @Test
  void aPartitionCannotBeReadByItsName() throws SQLException {
    db.database()
        .callSystem("SELECT maintain_partitions(now() + interval '2 hours')", Tuple.tuple());
    List<String> partitions =
        strings(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                + " WHERE c.relkind = 'r' ORDER BY 1");
    assertTrue(partitions.size() >= 6, partitions.toString());
    for (String partition : partitions) {
      Failure refused =
          assertThrows(
              Failure.class,
              () -> db.database().call("SELECT * FROM " + partition, Tuple.tuple()),
              partition);
      assertEquals("42501", Database.sqlState(refused), partition);
    }
  }

  @Test
  void rowsOfTheMonthStandInThePartitionOfTheMonth() throws SQLException {
    Scope scope = db.tenantWithUser("superuser");
    everyKindOfRow(scope);
    assertEquals(
        List.of(), strings("SELECT id::text FROM message_default"), "messages outside a month");
    assertEquals(List.of(), strings("SELECT type FROM event_default"), "events outside an hour");
  }

  @Test
  void everyForeignKeyBetweenTablesOfTenantsCarriesTheTenant() throws SQLException {
    String keys =
        """
        WITH of_tenants AS (
          SELECT attrelid AS rel, attnum AS tenant FROM pg_attribute
          WHERE attname = 'tenant_id' AND NOT attisdropped),
        keys AS (
          SELECT k.conrelid, k.confrelid, k.conkey, c.tenant AS child, p.tenant AS parent, k.confkey
          FROM pg_constraint k JOIN of_tenants c ON c.rel = k.conrelid JOIN of_tenants p ON p.rel = k.confrelid
          WHERE k.contype = 'f' AND k.conparentid = 0)
        SELECT conrelid::regclass || ' to ' || confrelid::regclass FROM keys k
        WHERE %s EXISTS (
          SELECT FROM keys w, generate_subscripts(w.conkey, 1) i
          WHERE w.conrelid = k.conrelid AND w.confrelid = k.confrelid AND w.conkey @> k.conkey
            AND w.conkey[i] = w.child AND w.confkey[i] = w.parent)
        ORDER BY 1
        """;
    assertEquals(List.of(), strings(keys.formatted("NOT")), "keys without the tenant");
    assertTrue(strings(keys.formatted("")).size() > 15, strings(keys.formatted("")).toString());
  }

  @Test
  void anotherTenantsParentIsRefusedByTheForeignKey() {
    Scope mine = db.tenantWithUser("member");
    Scope theirs = db.tenantWithUser("member");
    UUID conversation = conversation(theirs);
    Failure refused =
        assertThrows(
            Failure.class,
            () -> db.database().as(mine, connection -> message(connection, mine, conversation)));
    assertEquals("23503", Database.sqlState(refused));
  }

  @Test
  void writingForAnotherTenantIsRefusedByThePolicy() {
    Scope mine = db.tenantWithUser("member");
    Scope theirs = db.tenantWithUser("member");
    UUID conversation = conversation(theirs);
    Failure refused =
        assertThrows(
            Failure.class,
            () -> db.database().as(mine, connection -> message(connection, theirs, conversation)));
    assertEquals("42501", Database.sqlState(refused));
  }

  @Test
  void whatGoesInByCopyIsUnderThePoliciesToo() {
    Scope mine = db.tenantWithUser("member");
    Scope theirs = db.tenantWithUser("member");
    conversation(mine);
    conversation(theirs);
    long seen = db.database().bulk(mine, c -> count(c, "SELECT count(*) FROM conversation"));
    assertEquals(1, seen);
    // Not even for a moment: PostgreSQL refuses COPY into a table with policies.
    Failure copied =
        assertThrows(
            Failure.class,
            () ->
                db.database()
                    .bulk(mine, c -> c.createStatement().execute("COPY document FROM STDIN")));
    assertTrue(copied.detail().contains("row-level security"), copied.detail());
    Failure refused =
        assertThrows(
            Failure.class,
            () ->
                db.database()
                    .bulk(
                        mine,
                        c ->
                            c.createStatement()
                                .executeUpdate(
                                    "INSERT INTO collection (id, tenant_id, scope, name) VALUES"
                                        + " (gen_random_uuid(), '"
                                        + theirs.tenantId()
                                        + "', 'tenant', 'x')")));
    assertTrue(refused.detail().contains("row-level security"), refused.detail());
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void aBackupBringsPoliciesAndRowsBack() throws Exception {
    Scope scope = db.tenantWithUser("member");
    UUID conversation = conversation(scope);
    String copy = "mordomo_restored_" + ProcessHandle.current().pid();
    PgConnectOptions server = PgConnectOptions.fromUri(db.url());
    pg("createdb", server, copy);
    try {
      java.nio.file.Path file = java.nio.file.Files.createTempFile("mordomo", ".dump");
      try {
        pg(
            "pg_dump",
            server,
            "-Fc",
            "--no-unlogged-table-data",
            "-f",
            file.toString(),
            server.getDatabase());
        // Extensions and their comments are the superuser's; all else must come back whole.
        pg("pg_restore", server, "--no-comments", "-d", copy, file.toString());
      } finally {
        java.nio.file.Files.delete(file);
      }
      try (Connection restored = db.connect(copy);
          ResultSet rows =
              restored
                  .createStatement()
                  .executeQuery(
                      "SELECT (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM conversation"
                          + " WHERE id = '"
                          + conversation
                          + "'), (SELECT count(*) FROM stream_epoch)")) {
        assertTrue(rows.next());
        assertEquals(
            Integer.parseInt(strings("SELECT count(*)::text FROM pg_policy").getFirst()),
            rows.getInt(1));
        assertEquals(1, rows.getInt(2));
        assertEquals(0, rows.getInt(3), "positions of before must not be valid after a restore");
      }
    } finally {
      pg("dropdb", server, "--force", copy);
    }
  }

  private static void pg(String program, PgConnectOptions server, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getenv("MORDOMO_TEST_PG_BIN") + "/" + program);
    command.addAll(
        List.of("-h", server.getHost(), "-p", "" + server.getPort(), "-U", server.getUser()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", server.getPassword());
    Process process = builder.start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), program);
    assertFalse(process.exitValue() != 0, program + ": " + said);
  }

  private static List<String> tablesOf(String role) throws SQLException {
    return strings(
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
          AND has_table_privilege('%s', c.oid, 'SELECT') ORDER BY 1
        """
            .formatted(role));
  }

  private static List<String> strings(String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection owner = db.owner();
        var statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  private static UUID conversation(Scope scope) {
    UUID id = Ids.next();
    db.database()
        .as(
            scope,
            connection ->
                Database.run(
                    connection,
                    """
                    INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)
                    VALUES ($1, $2, $3, now(), now())
                    """,
                    Tuple.of(id, scope.tenantId(), scope.userId())));
    return id;
  }

  private static boolean message(
      io.vertx.sqlclient.SqlClient connection, Scope scope, UUID conversation) {
    Database.run(
        connection,
        """
        INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
        VALUES ($1, $2, $3, $4, 'user', 'x', now())
        """,
        Tuple.of(Ids.next(), scope.tenantId(), scope.userId(), conversation));
    return true;
  }

  /** One row in the tables that users write most, so that nothing is hidden for want of rows. */
  private static void everyKindOfRow(Scope scope) {
    UUID conversation = conversation(scope);
    db.database()
        .as(
            scope,
            connection -> {
              message(connection, scope, conversation);
              Streams.append(
                  connection,
                  scope.userId(),
                  Streams.Kind.USER,
                  scope.tenantId(),
                  scope.userId(),
                  List.of(new Streams.Draft("test", "{}")),
                  java.time.Instant.now());
              Database.run(
                  connection,
                  "INSERT INTO collection (id, tenant_id, scope, name) VALUES ($1, $2, 'tenant',"
                      + " 'c')",
                  Tuple.of(Ids.next(), scope.tenantId()));
              Database.run(
                  connection,
                  "INSERT INTO collection (id, scope, name) VALUES ($1, 'global', $2)",
                  Tuple.of(Ids.next(), "g" + scope.tenantId()));
              return true;
            });
  }
}
