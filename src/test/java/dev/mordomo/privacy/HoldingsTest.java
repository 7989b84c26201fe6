package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.privacy.Holdings.Fate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the list of holdings says, held against PostgreSQL's catalogue. */
class HoldingsTest {
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
  void everyTableWithSomethingOfATenantOrAUserIsOnTheList() throws SQLException {
    Set<String> listed =
        Holdings.ALL.stream()
            .filter(h -> !(h.fate() instanceof Fate.Unnamed))
            .map(Holdings.Holding::table)
            .collect(Collectors.toCollection(TreeSet::new));
    // The ledger outlives who spent.
    listed.add("usage");
    assertEquals(
        new TreeSet<>(columns("a.attname IN ('tenant_id', 'user_id')", "c.relname")), listed);
  }

  @Test
  void everyColumnThatSaysWhoDidSomethingIsOnTheList() throws SQLException {
    Set<String> listed =
        Holdings.ALL.stream()
            .filter(h -> h.fate() instanceof Fate.Unnamed)
            .map(h -> h.table() + "." + ((Fate.Unnamed) h.fate()).column())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> there =
        new TreeSet<>(
            columns(
                "a.attname LIKE '%\\_by' AND a.atttypid = 'uuid'::regtype",
                "c.relname || '.' || a.attname"));
    there.add("usage.user_id");
    assertEquals(there, listed);
  }

  /** What is erased and not exported, and why: all else is in an export. */
  private static final Map<String, String> NOT_EXPORTED =
      Map.of(
          "event", "tells of what is in it, for clients that were away",
          "channel", "the position of the last event",
          "message_embedding", "made of its message, and made again where it is lost",
          "embedding", "in the line of its chunk",
          "kept_embedding", "a job's, until the document's embeddings are made of them",
          "idempotency_key", "answers that were given, sealed, for a day",
          "search_trace", "of the superuser, for a quarter of an hour",
          "export", "the exports themselves",
          "token_account", "what usage sums up to",
          "token_lease", "what nodes hold of it meanwhile");

  @Test
  void everythingThatIsErasedIsExportedOrHasAReason() {
    Set<String> held =
        Holdings.ALL.stream()
            .filter(h -> h.fate() instanceof Fate.Erased)
            .map(Holdings.Holding::table)
            .collect(Collectors.toCollection(TreeSet::new));
    // Stay: rows without a name, what goes with its tenant, and who did what.
    held.addAll(Set.of("tenant", "usage", "config_value", "audit", "asked"));
    Set<String> exported =
        Arrays.stream(ExportStore.Kind.values())
            .map(ExportStore.Kind::table)
            .collect(Collectors.toCollection(TreeSet::new));
    exported.addAll(NOT_EXPORTED.keySet());
    assertEquals(held, exported);
  }

  @Test
  void whatStaysHasAReason() {
    for (Holdings.Holding holding : Holdings.ALL) {
      if (holding.fate() instanceof Fate.Kept kept) {
        assertFalse(kept.reason().isBlank(), holding.table());
      }
    }
  }

  private static List<String> columns(String which, String shown) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection owner = db.owner();
        ResultSet rows =
            owner
                .createStatement()
                .executeQuery(
                    "SELECT DISTINCT "
                        + shown
                        + """
                         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                          AND NOT c.relispartition AND NOT a.attisdropped AND
                        """
                        + which)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
