package dev.mordomo.gateway.access;

import dev.mordomo.DocTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who may do what, as docs/roles.md says it. */
record RolesTable(Map<String, Map<String, String>> rows) {
  static RolesTable http() {
    return read("Over HTTP");
  }

  static RolesTable socket() {
    return read("Over the socket");
  }

  private static RolesTable read(String heading) {
    List<String> columns = DocTable.columns("roles.md", heading);
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    for (List<String> cells : DocTable.rows("roles.md", heading)) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 1; i < columns.size(); i++) {
        row.put(columns.get(i), cells.get(i));
      }
      if (rows.put(DocTable.names(cells.getFirst()).getFirst(), row) != null) {
        throw new AssertionError("two lines for " + cells.getFirst());
      }
    }
    return new RolesTable(rows);
  }

  /** {@code yes}, {@code no}, or {@code self}: only about oneself. */
  String cell(String operation, String role) {
    Map<String, String> row = rows.get(operation);
    if (row == null || row.get(role) == null) {
      throw new AssertionError(
          "docs/roles.md does not say whether a " + role + " may " + operation);
    }
    return row.get(role);
  }
}
