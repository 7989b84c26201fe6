package dev.mordomo.ops.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What was asked, and its seals; see V111__asked.sql. */
final class AskedStore {
  private static final String LIST =
      """
      SELECT id, tenant_id, ended_at, actor_kind, actor_id, credential, action, coalesce(turn_id, search_id), outcome, code,
        address, conversation_id, question_id, answer_id, asked_at, model, prompt_tokens,
        completion_tokens, cost, documents
      FROM asked
      WHERE ($2::uuid IS NULL OR actor_id = $2) AND ($3::text IS NULL OR action = $3)
        AND ($4::text IS NULL OR split_part(action, '.', 1) = $4)
        AND ($5::uuid IS NULL OR $5 IN (turn_id, search_id, conversation_id, question_id, answer_id)
          OR $5 = ANY (documents))
        AND ($6::text IS NULL OR CASE outcome WHEN 'failed' THEN 'failed' ELSE 'ok' END = $6)
        AND ($7::uuid IS NULL OR id >= $7) AND ($8::uuid IS NULL OR id < $8)
        AND ($9::uuid IS NULL OR id < $9)
      """;
  private static final String ORDER = " ORDER BY id DESC LIMIT $10";
  // In two texts, so that the index of a tenant's rows is used.
  private static final String LIST_ALL = LIST + "AND $1::uuid IS NULL" + ORDER;
  private static final String LIST_TENANT = LIST + "AND tenant_id = $1" + ORDER;

  private static final String SEALER =
      "SELECT pg_try_advisory_xact_lock(hashtext('mordomo.asked.sealer'))";
  private static final String HORIZON =
      """
      SELECT clock_timestamp(), pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint
      FROM pg_current_snapshot() s
      """;
  private static final String SEALED_TO = "SELECT sealed_to FROM asked_seal";
  private static final String TENANTS =
      """
      SELECT t.id FROM tenant t
      WHERE EXISTS (SELECT FROM asked a WHERE a.tenant_id = t.id AND a.id >= $1 AND a.id < $2)
      ORDER BY t.id
      """;
  // The order of what is in the array is that of the hash.
  private static final String ROWS =
      """
      SELECT id, ARRAY[tenant_id::text, action, actor_kind, actor_id::text, credential,
        conversation_id::text, turn_id::text, question_id::text, answer_id::text, search_id::text, utc_text(asked_at),
        utc_text(ended_at), model, prompt_tokens::text, completion_tokens::text, cost::text, outcome,
        code, documents::text, encode(personal_hash, 'hex')]
      FROM asked WHERE tenant_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4
      """;
  private static final String PERSONAL =
      """
      SELECT id FROM asked WHERE tenant_id = $1 AND id < $2 AND CASE WHEN salt IS NULL
        THEN address IS NOT NULL OR query IS NOT NULL
        ELSE personal_hash <> asked_hash(salt, address, query) END ORDER BY id LIMIT 1
      """;
  private static final String COUNT = "SELECT count(*) FROM asked WHERE tenant_id = $1 AND id < $2";
  private static final String SEAL = "SELECT seal_asked($1, $2, $3, $4, $5)";
  private static final String NOTES =
      """
      SELECT action, details::text FROM audit
      WHERE tenant_id = $1 AND action IN ('asked.sealed', 'asked.dropped') ORDER BY id
      """;
  private static final String BLANK = "SELECT blank_asked($1, $2)";

  /**
   * Which transactions may still be under way.
   *
   * @param oldest all with a smaller number have ended
   * @param next none has this number, or a greater one
   */
  record Horizon(Instant at, long oldest, long next) {}

  /** What the audit says of a period's rows. */
  record Note(boolean dropped, Instant from, Instant to, long count, String sha256) {}

  /** The number and the hash of a tenant's rows. */
  record Sum(UUID tenant, long count, String sha256) {}

  private AskedStore() {}

  /** Newest first. */
  static List<AuditRecord> list(
      Database database, Scope scope, AuditQuery query, Optional<UUID> before, int limit) {
    // The policy says the same of an administrator, and no index knows of it.
    Optional<UUID> tenant =
        query
            .tenantId()
            .or(() -> scope.isSuperuser() ? Optional.empty() : Optional.of(scope.tenantId()));
    Tuple parameters =
        Tuple.tuple()
            .addUUID(tenant.orElse(null))
            .addUUID(query.actorId().orElse(null))
            .addString(query.action().orElse(null))
            .addString(query.targetType().orElse(null))
            .addUUID(query.targetId().orElse(null))
            .addString(query.result().orElse(null))
            .addUUID(query.from().map(AuditStore::first).orElse(null))
            .addUUID(query.to().map(AuditStore::first).orElse(null))
            .addUUID(before.orElse(null))
            .addInteger(limit);
    return database.as(
        scope,
        connection -> {
          List<AuditRecord> records = new ArrayList<>();
          Database.run(connection, tenant.isPresent() ? LIST_TENANT : LIST_ALL, parameters)
              .forEach(row -> records.add(shown(row)));
          return records;
        });
  }

  private static AuditRecord shown(Row row) {
    String action = row.getString(6);
    return new AuditRecord(
        row.getUUID(0),
        Optional.of(row.getUUID(1)),
        row.getOffsetDateTime(2).toInstant(),
        new AuditRecord.Actor(
            Optional.ofNullable(row.getString(3)).orElse("user"),
            Optional.of(row.getUUID(4)),
            Optional.empty(),
            Optional.ofNullable(row.getString(5))),
        action,
        new AuditRecord.Target(
            action.substring(0, action.indexOf('.')),
            Optional.ofNullable(row.getUUID(7)).map(UUID::toString)),
        row.getString(8).equals("failed") ? "failed" : "ok",
        Optional.ofNullable(row.getString(9)),
        Optional.empty(),
        Optional.ofNullable(row.getString(10)),
        Optional.empty(),
        details(row),
        Optional.empty(),
        Optional.empty());
  }

  private static JsonNode details(Row row) {
    Map<String, Object> details = new LinkedHashMap<>();
    Optional.ofNullable(row.getUUID(11)).ifPresent(id -> details.put("conversation_id", id));
    Optional.ofNullable(row.getUUID(12)).ifPresent(id -> details.put("question_id", id));
    Optional.ofNullable(row.getUUID(13)).ifPresent(id -> details.put("answer_id", id));
    details.put("asked_at", row.getOffsetDateTime(14).toInstant());
    if (row.getString(6).equals("turn.ask")) {
      details.put("outcome", row.getString(8));
      Optional.ofNullable(row.getString(15)).ifPresent(model -> details.put("model", model));
      details.put("prompt_tokens", row.getLong(16));
      details.put("completion_tokens", row.getLong(17));
      details.put("cost", row.getBigDecimal(18).stripTrailingZeros());
    }
    details.put("documents", List.of(row.getArrayOfUUIDs(19)));
    return Json.read(Json.write(details));
  }

  /** Whether this transaction alone may seal. */
  static boolean mayAlone(SqlClient connection) {
    return Database.run(connection, SEALER).iterator().next().getBoolean(0);
  }

  static Horizon horizon(Database database) {
    Row row = database.callSystem(HORIZON, Tuple.tuple()).iterator().next();
    return new Horizon(row.getOffsetDateTime(0).toInstant(), row.getLong(1), row.getLong(2));
  }

  static Instant sealedTo(SqlClient connection) {
    var rows = Database.run(connection, SEALED_TO).iterator();
    return rows.hasNext() ? rows.next().getOffsetDateTime(0).toInstant() : Instant.EPOCH;
  }

  static List<UUID> tenants(SqlClient connection, Instant from, Instant to) {
    List<UUID> tenants = new ArrayList<>();
    Database.run(connection, TENANTS, Tuple.of(AuditStore.first(from), AuditStore.first(to)))
        .forEach(row -> tenants.add(row.getUUID(0)));
    return tenants;
  }

  /** The next rows of a tenant, in the order of their ids. */
  static List<AskedRow> rows(SqlClient connection, UUID tenant, UUID after, Instant to, int most) {
    List<AskedRow> rows = new ArrayList<>();
    Tuple parameters = Tuple.of(tenant, after, AuditStore.first(to), most);
    for (Row row : Database.run(connection, ROWS, parameters)) {
      rows.add(
          new AskedRow(
              row.getUUID(0),
              Arrays.stream(row.getArrayOfStrings(1)).map(Optional::ofNullable).toList()));
    }
    return rows;
  }

  /** The first row whose personal part is neither what was hashed nor erased. */
  static Optional<UUID> changed(SqlClient connection, UUID tenant, Instant to) {
    for (Row row : Database.run(connection, PERSONAL, Tuple.of(tenant, AuditStore.first(to)))) {
      return Optional.of(row.getUUID(0));
    }
    return Optional.empty();
  }

  static long count(SqlClient connection, UUID tenant, Instant to) {
    return Database.run(connection, COUNT, Tuple.of(tenant, AuditStore.first(to)))
        .iterator()
        .next()
        .getLong(0);
  }

  static void seal(SqlClient connection, Instant from, Instant to, List<Sum> sums) {
    Database.run(
        connection,
        SEAL,
        Tuple.of(from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC))
            .addArrayOfUUID(sums.stream().map(Sum::tenant).toArray(UUID[]::new))
            .addArrayOfLong(sums.stream().map(Sum::count).toArray(Long[]::new))
            .addArrayOfString(sums.stream().map(Sum::sha256).toArray(String[]::new)));
  }

  static List<Note> notes(SqlClient connection, UUID tenant) {
    List<Note> notes = new ArrayList<>();
    for (Row row : Database.run(connection, NOTES, Tuple.of(tenant))) {
      JsonNode details = Json.read(row.getString(1));
      notes.add(
          new Note(
              row.getString(0).equals("asked.dropped"),
              Instant.parse(details.path("from").asText()),
              Instant.parse(details.path("to").asText()),
              details.path("count").asLong(),
              details.path("sha256").asText()));
    }
    return notes;
  }

  static long blank(Database database, UUID tenant, UUID user) {
    return database.callSystem(BLANK, Tuple.of(tenant, user)).iterator().next().getLong(0);
  }
}
