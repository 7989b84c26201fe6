package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.DocTable;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** docs/operations/audit.md says of every route that changes something what it leaves. */
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
  void everyRouteOfAMethodThatChangesSaysWhatItLeaves() {
    for (Route route : ContractTest.table()) {
      if (!route.method().equals(HttpMethod.GET)) {
        switch (route.audit()) {
          case Route.Audit.Recorded recorded ->
              assertEquals(1, dots(recorded.action()), name(route));
          case Route.Audit.Elsewhere elsewhere ->
              assertEquals(false, elsewhere.why().isBlank(), name(route));
          case Route.Audit.None none ->
              throw new AssertionError(
                  name(route) + " changes something: say .audited(…) or .unaudited(…) in Routes");
        }
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
