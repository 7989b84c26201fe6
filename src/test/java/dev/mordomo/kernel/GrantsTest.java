package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.DocTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the two logins may do is what docs/operations/roles.md says, no more and no less: its tables
 * are held against PostgreSQL's catalogue.
 */
class GrantsTest {
  private static final String PAGE = "operations/roles.md";
  private static final Map<String, String> COMMANDS =
      Map.of("SELECT", "read", "INSERT", "insert", "UPDATE", "update", "DELETE", "delete");

  /** Of whole relations, and of columns. */
  private static final String GRANTS =
      """
      SELECT c.relname, a.privilege_type, '' FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = %1$s
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
      UNION ALL
      SELECT c.relname, a.privilege_type, t.attname
      FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
      WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = %1$s
      """;

  private static final String DEFINER_FUNCTIONS =
      """
      SELECT p.proname FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = %s)
      """;

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
  void theAppMayDoWhatIsListed() throws SQLException {
    assertEquals(
        listed("What `mordomo_app` may do"), granted("'mordomo_app'::regrole"), "docs, grants");
  }

  @Test
  void theSystemMayDoWhatIsListed() throws SQLException {
    assertEquals(
        listed("What `mordomo_system` may do"),
        granted("'mordomo_system'::regrole"),
        "docs, grants");
  }

  @Test
  void nothingIsGrantedToEverybody() throws SQLException {
    assertEquals(Set.of(), granted("0"));
    assertEquals(
        List.of(),
        rows(
            """
            SELECT p.proname FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
              AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))
            """,
            row -> row[0],
            1));
  }

  @Test
  void functionsWithTheOwnersRightsAreListed() throws SQLException {
    Set<String> listed = new TreeSet<>();
    for (List<String> row : DocTable.rows(PAGE, "Functions that act with the owner's rights")) {
      for (String name : DocTable.names(row.getFirst())) {
        String plain = name.replaceAll("\\(.*", "");
        switch (row.get(1)) {
          case "both" -> listed.addAll(List.of(plain + " app", plain + " system"));
          case "trigger" -> {
            // Nobody calls it.
          }
          default -> listed.add(plain + " " + row.get(1));
        }
      }
    }
    Set<String> granted = new TreeSet<>();
    for (String role : List.of("app", "system")) {
      granted.addAll(
          rows(
              DEFINER_FUNCTIONS.formatted("'mordomo_" + role + "'::regrole"),
              row -> row[0] + " " + role,
              1));
    }
    assertEquals(listed, granted, "docs, grants");
  }

  @Test
  void functionsWithTheOwnersRightsLookNowhereElse() throws SQLException {
    assertEquals(
        List.of(),
        rows(
            """
            SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
              AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%pg_temp')
            """,
            row -> row[0], 1));
  }

  @Test
  void tablesThatAreReadHavePoliciesUnlessTheyHoldNothingOfATenant() throws SQLException {
    List<String> without =
        rows(
            """
            SELECT DISTINCT c.relname FROM pg_class c, aclexplode(c.relacl) a
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
              AND a.grantee IN ('mordomo_app'::regrole, 'mordomo_system'::regrole)
              AND NOT c.relrowsecurity ORDER BY 1
            """,
            row -> row[0],
            1);
    Set<String> open = new TreeSet<>();
    for (List<String> row : DocTable.rows(PAGE, "What `mordomo_app` may do")) {
      if (row.get(2).startsWith("all: they hold nothing of a tenant")) {
        open.addAll(DocTable.names(row.getFirst()));
      }
    }
    assertEquals(open, new TreeSet<>(without));
  }

  @Test
  void aMembersConnectionWritesNoDocumentOfTheTenant() {
    Scope operator = db.tenantWithUser("operator");
    Scope member = db.user(operator.tenantId(), "member");
    insertCollection(operator);
    Failure refused = assertThrows(Failure.class, () -> insertCollection(member));
    assertEquals("42501", Database.sqlState(refused));
  }

  private static void insertCollection(Scope scope) {
    db.database()
        .as(
            scope,
            connection ->
                Database.run(
                    connection,
                    "INSERT INTO collection (id, tenant_id, scope, name) VALUES ($1, $2, 'tenant',"
                        + " $3)",
                    io.vertx.sqlclient.Tuple.of(
                        Ids.next(), scope.tenantId(), "c" + scope.userId())));
  }

  /** {@code document read}, {@code message update metadata}. */
  private static Set<String> listed(String heading) {
    Set<String> all = new TreeSet<>();
    for (List<String> row : DocTable.rows(PAGE, heading)) {
      for (String table : DocTable.names(row.getFirst())) {
        all.addAll(commands(table, row.get(1)));
      }
    }
    return all;
  }

  /** {@code read, insert, update of `a`, `b`, delete}. */
  private static Collection<String> commands(String table, String cell) {
    Set<String> all = new TreeSet<>();
    for (String part : cell.split("\\s*,\\s*")) {
      List<String> columns = DocTable.names(part);
      if (columns.isEmpty()) {
        if (!COMMANDS.containsValue(part)) {
          throw new AssertionError("no command: " + part + " of " + table);
        }
        all.add(table + " " + part);
      } else {
        columns.forEach(column -> all.add(table + " update " + column));
      }
    }
    return all;
  }

  private static Set<String> granted(String grantee) throws SQLException {
    return rows(
            GRANTS.formatted(grantee),
            row -> (row[0] + " " + COMMANDS.getOrDefault(row[1], row[1]) + " " + row[2]).strip(),
            3)
        .stream()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> rows(String sql, Function<String[], String> line, int columns)
      throws SQLException {
    List<String> lines = new java.util.ArrayList<>();
    try (Connection owner = db.owner();
        var statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = rows.getString(i + 1);
        }
        lines.add(line.apply(row));
      }
    }
    return Arrays.asList(lines.toArray(String[]::new));
  }
}
