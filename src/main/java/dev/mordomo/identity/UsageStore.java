package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Sums over the ledger of model calls. */
final class UsageStore {
  private static final String SUMS =
      """
      , kind, sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint, count(*), sum(cost)
      FROM usage WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3
        AND ($4::uuid IS NULL OR user_id = $4)
      GROUP BY 1, 2 ORDER BY 1, 2
      """;
  private static final String BY_DAY =
      "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')" + SUMS;
  private static final String BY_USER = "SELECT coalesce(user_id::text, '')" + SUMS;
  private static final String BY_MODEL = "SELECT model" + SUMS;
  private static final String BY_KIND = "SELECT kind" + SUMS;

  /**
   * @param user whose calls alone; empty: everybody's
   */
  List<UsageReport.Row> rows(
      SqlClient connection,
      UUID tenant,
      Optional<UUID> user,
      Instant from,
      Instant to,
      UsageReport.By by) {
    String sql =
        switch (by) {
          case DAY -> BY_DAY;
          case USER -> BY_USER;
          case MODEL -> BY_MODEL;
          case KIND -> BY_KIND;
        };
    List<UsageReport.Row> rows = new ArrayList<>();
    Tuple parameters =
        Tuple.of(
            tenant, from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC), user.orElse(null));
    for (var row : Database.run(connection, sql, parameters)) {
      rows.add(
          new UsageReport.Row(
              row.getString(0),
              row.getString(1),
              row.getLong(2),
              row.getLong(3),
              row.getLong(4),
              plain(row.getBigDecimal(5))));
    }
    return rows;
  }

  /** Without an exponent or trailing zeros: {@code 0.0125}. */
  private static BigDecimal plain(BigDecimal cost) {
    BigDecimal stripped = cost.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
