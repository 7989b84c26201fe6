package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mordomo.DocTable;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** docs/operations/audit.md says of every route what it leaves, or why it leaves nothing. */
class AuditedRoutesTest {
  private static final String PAGE = "operations/audit.md";

  @Test
  void whatIsRecordedIsWhatTheTableSays() {
    Map<String, String> listed = new TreeMap<>();
    DocTable.rows(PAGE, "What is recorded")
        .forEach(row ->
            listed.put(
                DocTable.names(row.getFirst()).getFirst(), DocTable.names(row.get(1)).getFirst()));
    Map<String, String> recorded = new TreeMap<>();
    for (Route route : ContractTest.table()) {
      if (route.audit() instanceof Route.Audit.Recorded it) {
        recorded.put(name(route), it.action());
      }
    }
    assertEquals(listed, recorded, "docs, routes");
  }

  @Test
  void whatIsNotRecordedSaysWhyAsTheTableDoes() {
    Map<String, String> listed = new TreeMap<>();
    DocTable.rows(PAGE, "What is not recorded")
        .forEach(row -> listed.put(DocTable.names(row.getFirst()).getFirst(), row.get(1)));
    Map<String, String> left = new TreeMap<>();
    for (Route route : ContractTest.table()) {
      if (route.audit() instanceof Route.Audit.Elsewhere elsewhere) {
        left.put(name(route), elsewhere.why());
      }
    }
    assertEquals(listed, left, "docs, routes");
  }

  /** Reads too: what they show may be another's. */
  @Test
  void everyRouteSaysWhatItLeaves() {
    for (Route route : ContractTest.table()) {
      switch (route.audit()) {
        case Route.Audit.Recorded recorded -> assertEquals(1, dots(recorded.action()), name(route));
        case Route.Audit.Elsewhere elsewhere -> assertFalse(elsewhere.why().isBlank(), name(route));
        case Route.Audit.None none ->
            throw new AssertionError(
                name(route) + ": say .audited(…) or .unaudited(…) of it in Routes");
      }
    }
  }

  private static long dots(String action) {
    return action.chars().filter(c -> c == '.').count();
  }

  private static String name(Route route) {
    return route.method() + " " + route.path().replaceAll(":(\\w+)", "{$1}");
  }
}
