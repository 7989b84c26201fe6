package dev.mordomo.privacy;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is past its time, across tenants, by the system login. */
final class RetentionStore {
  private static final String DUE =
      """
      SELECT tenant_id, coalesce(d.messages, 0), coalesce(d.turns, 0), coalesce(d.actions, 0),
        coalesce(d.conversations, 0), coalesce(d.documents, 0), coalesce(q.queries, 0)
      FROM retention_due($1, $2) d FULL JOIN queries_due($1, $2) q USING (tenant_id) ORDER BY 1
      """;
  private static final String MONTHS =
      "SELECT tenant_id, messages, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint"
          + " FROM drop_expired_months($1, $2)";
  private static final String SOME =
      "SELECT tenant_id, messages, turns, actions, conversations, 0::bigint, 0::bigint"
          + " FROM expire_some($1, $2, $3)";
  private static final String QUERIES =
      "SELECT tenant_id, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, queries"
          + " FROM expire_queries($1, $2, $3)";
  private static final String PARTITIONS =
      "SELECT audit_months, log_days FROM expired_partitions($1, $2, $3)";
  private static final String DOCUMENTS =
      "SELECT id, tenant_id, user_id FROM expired_documents($1, $2)";

  /** A document that is past its time. */
  record Expired(UUID id, Optional<UUID> tenantId, Optional<UUID> userId) {}

  private RetentionStore() {}

  static Retention due(SqlClient connection, Instant at, RetentionConfig config) {
    Tuple kept = Tuple.of(utc(at), config.audit().toSeconds(), config.log().toSeconds());
    Row parts = Database.run(connection, PARTITIONS, kept).iterator().next();
    return new Retention(
        all(connection, DUE, Tuple.of(utc(at), config.allChannels())),
        parts.getLong(0),
        parts.getLong(1));
  }

  /** Whole months; gives what went. */
  static List<RetentionDue> dropMonths(SqlClient connection, Instant at, boolean allChannels) {
    return all(connection, MONTHS, Tuple.of(utc(at), allChannels));
  }

  /** Gives what went; nothing when nothing more is past. */
  static List<RetentionDue> some(SqlClient connection, Instant at, boolean allChannels, int most) {
    return all(connection, SOME, Tuple.of(utc(at), allChannels, most));
  }

  /** Words of searches, in the same way. */
  static List<RetentionDue> queries(
      SqlClient connection, Instant at, boolean allChannels, int most) {
    return all(connection, QUERIES, Tuple.of(utc(at), allChannels, most));
  }

  static List<Expired> documents(SqlClient connection, Instant at, int most) {
    List<Expired> expired = new ArrayList<>();
    for (Row row : Database.run(connection, DOCUMENTS, Tuple.of(utc(at), most))) {
      expired.add(new Expired(row.getUUID(0), maybe(row.getUUID(1)), maybe(row.getUUID(2))));
    }
    return expired;
  }

  private static Optional<UUID> maybe(@Nullable UUID id) {
    return Optional.ofNullable(id);
  }

  private static List<RetentionDue> all(SqlClient connection, String sql, Tuple key) {
    List<RetentionDue> all = new ArrayList<>();
    for (Row row : Database.run(connection, sql, key)) {
      all.add(
          new RetentionDue(
              row.getUUID(0),
              row.getLong(1),
              row.getLong(2),
              row.getLong(3),
              row.getLong(4),
              row.getLong(5),
              row.getLong(6)));
    }
    return all;
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
