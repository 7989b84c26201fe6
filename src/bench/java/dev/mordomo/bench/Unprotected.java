package dev.mordomo.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes row-level security out of a benchmark's database, as its owner: no policies, and no
 * function says for whom it works. There is no switch for this in the server, nor could its logins
 * do it.
 */
final class Unprotected {
  private static final Pattern ACT_AS =
      Pattern.compile("(?m)^\\s*PERFORM act_as\\(([^,()]+), ([^,()]+), ([^,()]+)\\);\\n");
  private static final String PROTECTED_TABLES =
      """
      SELECT oid::regclass::text FROM pg_class
      WHERE relrowsecurity AND relnamespace = 'public'::regnamespace
      """;
  private static final String FUNCTIONS =
      """
      SELECT pg_get_functiondef(oid) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND proname <> 'act_as'
        AND prosrc ~ 'act_as\\('
      """;
  private static final String LEFT =
      """
      SELECT string_agg(proname, ', ') FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND proname <> 'app_sees_user'
        AND prosrc ~ 'set_config\\(''app\\.(tenant|user|role)|act_as\\(|app_tenant\\(|app_user\\(|app_role\\('
      """;

  private Unprotected() {}

  /**
   * @return how many tables and functions were changed
   */
  static int make(Connection owner) throws SQLException {
    try (Statement statement = owner.createStatement()) {
      List<String> changes = new ArrayList<>();
      for (String table : column(statement, PROTECTED_TABLES)) {
        changes.add("ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY");
      }
      for (String function : column(statement, FUNCTIONS)) {
        changes.add(withoutActing(function));
      }
      changes.add(
          "CREATE OR REPLACE FUNCTION act_as(tenant uuid, usr uuid, role text) RETURNS void"
              + " LANGUAGE plpgsql AS 'BEGIN END'");
      for (String change : changes) {
        statement.execute(change);
      }
      List<String> left = column(statement, LEFT);
      if (!left.isEmpty()) {
        throw new SQLException("still with row-level security: " + left);
      }
      return changes.size();
    }
  }

  private static String withoutActing(String function) {
    Matcher acting = ACT_AS.matcher(function);
    if (!acting.find()) {
      return function;
    }
    String tenant = acting.group(1);
    String user = acting.group(2);
    String role = acting.group(3);
    return acting
        .replaceAll("\n")
        .replace("app_tenant()", tenant)
        .replace("app_user()", user)
        .replace("app_role()", role);
  }

  private static List<String> column(Statement statement, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (var rows = statement.executeQuery(query)) {
      while (rows.next()) {
        if (rows.getString(1) != null) {
          values.add(rows.getString(1));
        }
      }
    }
    return values;
  }
}
