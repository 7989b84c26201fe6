package dev.mordomo.gateway.http;

import dev.mordomo.identity.UsageReport;
import java.util.Map;

/** Usage for a spreadsheet: comma-separated values (RFC 4180), with a line of names. */
final class UsageTable {
  private static final String END = "\r\n";

  private UsageTable() {}

  static Answer of(UsageReport report) {
    StringBuilder lines = new StringBuilder();
    lines.append(report.by().wire()).append(",prompt_tokens,completion_tokens,calls,cost,kind");
    lines.append(END);
    for (UsageReport.Row row : report.rows()) {
      lines.append(quoted(row.key())).append(',').append(row.promptTokens()).append(',');
      lines.append(row.completionTokens()).append(',').append(row.calls()).append(',');
      lines.append(row.cost().toPlainString()).append(',').append(row.kind()).append(END);
    }
    return new Answer.Text(
        200,
        Map.of(
            "Content-Type",
            "text/csv; charset=utf-8; header=present",
            "Content-Disposition",
            "attachment; filename=\"usage-by-" + report.by().wire() + ".csv\""),
        lines.toString());
  }

  private static String quoted(String value) {
    // A spreadsheet takes what begins like this for a formula; a model's name is from outside.
    boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
    String safe = formula ? "'" + value : value;
    boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }
}
