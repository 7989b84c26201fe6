package dev.mordomo.privacy;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Erasures in PostgreSQL. What they may touch is decided by its functions, not here. */
final class ErasureStore {
  private static final String COLUMNS =
      """
      id, kind, tenant_id, subject_id, requested_by, status, erased::text, unnamed::text, files,
      requested_at, ended_at
      """;
  private static final String INSERT =
      """
      INSERT INTO erasure (id, kind, tenant_id, subject_id, requested_by, requested_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      """;
  private static final String GET = "SELECT " + COLUMNS + " FROM erasure WHERE id = $1";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM erasure WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
          """;
  private static final String RUNNING =
      "SELECT " + COLUMNS + " FROM erasure WHERE status = 'running' ORDER BY id LIMIT $1";
  private static final String ACT_AS = "SELECT act_as($1, $2, $3)";
  private static final String BEGIN = "SELECT begin_erasures($1)";
  private static final String ROWS = "SELECT erase_rows($1, $2, $3, $4)";
  private static final String NAMES = "SELECT erase_names($1, $2, $3, $4)";
  private static final String AUDIT =
      """
      UPDATE erasure e SET unnamed = e.unnamed || jsonb_build_object('audit', b.blanked
        + coalesce((e.unnamed->>'audit')::bigint, 0))
      FROM (SELECT coalesce(sum(blank_audit(u.tenant_id, u.id)), 0)::bigint AS blanked
        FROM erasure o JOIN app_user u ON u.tenant_id = o.tenant_id
          AND (o.kind = 'tenant' OR u.id = o.subject_id) WHERE o.id = $1) b
      WHERE e.id = $1 AND b.blanked > 0
      """;
  private static final String ASKED =
      AUDIT.replace("'audit'", "'asked'").replace("blank_audit", "blank_asked");
  private static final String FILE = "UPDATE erasure SET files = files + 1 WHERE id = $1";
  private static final String END = "SELECT end_erasure($1, $2)";
  private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

  private ErasureStore() {}

  static void insert(SqlClient connection, Erasure erasure) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(
            erasure.id(),
            erasure.kind().wire(),
            erasure.tenantId(),
            erasure.subjectId(),
            erasure.requestedBy().orElse(null),
            utc(erasure.requestedAt())));
  }

  /** From here on the transaction works for somebody else. */
  static void actAs(SqlClient connection, Scope scope) {
    Database.run(connection, ACT_AS, Tuple.of(scope.tenantId(), scope.userId(), scope.role()));
  }

  static Optional<Erasure> get(SqlClient connection, UUID id) {
    return all(connection, GET, Tuple.of(id)).stream().findFirst();
  }

  /** Newest first. */
  static List<Erasure> list(SqlClient connection, Optional<UUID> before, int limit) {
    return all(connection, LIST, Tuple.of(before.orElse(null), limit));
  }

  static List<Erasure> running(SqlClient connection, int limit) {
    return all(connection, RUNNING, Tuple.of(limit));
  }

  /** Begins the erasures of those who were deleted otherwise; gives how many. */
  static long begin(SqlClient connection, Instant at) {
    return count(connection, BEGIN, Tuple.of(utc(at)));
  }

  /**
   * Some rows of one table.
   *
   * @return how many went; 0 when none is left
   */
  static long eraseRows(
      SqlClient connection, UUID erasure, String table, int most, boolean thoroughly) {
    return count(connection, ROWS, Tuple.of(erasure, table, most, thoroughly));
  }

  /** The same for rows that stay without the person. */
  static long eraseNames(
      SqlClient connection, UUID erasure, String table, String column, int most) {
    return count(connection, NAMES, Tuple.of(erasure, table, column, most));
  }

  /** Addresses, user agents and queries in the records of what they did and asked. */
  static void blankAudit(SqlClient connection, UUID erasure) {
    Database.run(connection, AUDIT, Tuple.of(erasure));
    Database.run(connection, ASKED, Tuple.of(erasure));
  }

  static void countFile(SqlClient connection, UUID erasure) {
    Database.run(connection, FILE, Tuple.of(erasure));
  }

  static void end(SqlClient connection, UUID erasure, Instant at) {
    Database.run(connection, END, Tuple.of(erasure, utc(at)));
  }

  private static long count(SqlClient connection, String sql, Tuple key) {
    return Database.run(connection, sql, key).iterator().next().getLong(0);
  }

  private static List<Erasure> all(SqlClient connection, String sql, Tuple key) {
    List<Erasure> all = new ArrayList<>();
    Database.run(connection, sql, key).forEach(row -> all.add(erasure(row)));
    return all;
  }

  private static Erasure erasure(Row row) {
    return new Erasure(
        row.getUUID(0),
        Erasure.Kind.of(row.getString(1)),
        row.getUUID(2),
        row.getUUID(3),
        Optional.ofNullable(row.getUUID(4)),
        Erasure.Status.of(row.getString(5)),
        Json.read(row.getString(6), COUNTS),
        Json.read(row.getString(7), COUNTS),
        row.getLong(8),
        row.getOffsetDateTime(9).toInstant(),
        Optional.ofNullable(row.getOffsetDateTime(10)).map(OffsetDateTime::toInstant));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
