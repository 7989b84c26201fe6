package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/** Records and the ends of their chains. */
final class AuditStore {
  static final UUID NO_TENANT = new UUID(0, 0);
  private static final int VERSION_BITS = 16;

  private static final String LIST =
      """
      SELECT id, tenant_id, at, actor_kind, actor_id, actor_role, credential, action, target_type,
        target_id, result, code, request_id, address, user_agent, details::text, seq, hash
      FROM audit
      WHERE ($1::uuid IS NULL OR tenant_id = $1) AND ($2::uuid IS NULL OR actor_id = $2)
        AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR target_type = $4)
        AND ($5::text IS NULL OR target_id = $5) AND ($6::text IS NULL OR result = $6)
        AND ($7::uuid IS NULL OR id >= $7) AND ($8::uuid IS NULL OR id < $8)
        AND ($9::uuid IS NULL OR id < $9)
      ORDER BY id DESC LIMIT $10
      """;
  // The order of what follows is that of the hash: see AuditRow.
  private static final String ROW =
      """
      SELECT id, tenant_id, at, seq, hash, salt, address, user_agent, personal_hash,
        actor_kind, actor_id::text, actor_role, credential, action, target_type, target_id, result,
        code, request_id, details::text
      FROM audit
      """;
  private static final int FIRST_FIELD = 9;
  private static final int LAST_FIELD = 19;

  private static final String UNSEALED = ROW + "WHERE seq IS NULL ORDER BY id LIMIT $1";
  private static final String SEALED =
      ROW + "WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq, id LIMIT $4";
  private static final String WAITING =
      "SELECT count(*) FROM audit WHERE tenant_id = $1 AND seq IS NULL";
  private static final String SEALER =
      "SELECT pg_try_advisory_xact_lock(hashtext('mordomo.audit.sealer'))";
  private static final String ENDS =
      """
      SELECT tenant_id, first_seq, first_hash, seq, hash FROM audit_chain
      WHERE tenant_id = ANY($1) ORDER BY tenant_id
      """;
  private static final String CHAINS =
      """
      SELECT tenant_id FROM audit_chain
      UNION SELECT DISTINCT tenant_id FROM audit WHERE seq IS NOT NULL ORDER BY tenant_id
      """;
  private static final String SEAL = "SELECT seal_audit($1, $2, $3)";
  private static final String BLANK = "SELECT blank_audit($1, $2)";
  private static final String MAINTAIN = "SELECT maintain_audit($1, $2)";

  /** The ends of a chain: the record before its first one that is there, and its newest. */
  record Ends(long firstSeq, Buffer firstHash, long seq, Buffer hash) {}

  private final Database database;

  AuditStore(Database database) {
    this.database = database;
  }

  List<AuditRecord> list(Scope scope, AuditQuery query, Optional<UUID> before, int limit) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(query.tenantId().orElse(null))
            .addUUID(query.actorId().orElse(null))
            .addString(query.action().orElse(null))
            .addString(query.targetType().orElse(null))
            .addString(query.targetId().map(UUID::toString).orElse(null))
            .addString(query.result().orElse(null))
            .addUUID(query.from().map(AuditStore::first).orElse(null))
            .addUUID(query.to().map(AuditStore::first).orElse(null))
            .addUUID(before.orElse(null))
            .addInteger(limit);
    return database.as(
        scope,
        connection -> {
          List<AuditRecord> records = new ArrayList<>();
          Database.run(connection, LIST, parameters).forEach(row -> records.add(shown(row)));
          return records;
        });
  }

  /** The least UUIDv7 of a moment: the ids of records are made when they are. */
  static UUID first(Instant at) {
    return new UUID(Math.max(0, at.toEpochMilli()) << VERSION_BITS, 0);
  }

  private static AuditRecord shown(Row row) {
    return new AuditRecord(
        row.getUUID(0),
        Optional.of(row.getUUID(1)).filter(id -> !id.equals(NO_TENANT)),
        row.getOffsetDateTime(2).toInstant(),
        new AuditRecord.Actor(
            row.getString(3),
            Optional.ofNullable(row.getUUID(4)),
            Optional.ofNullable(row.getString(5)),
            Optional.ofNullable(row.getString(6))),
        row.getString(7),
        new AuditRecord.Target(row.getString(8), Optional.ofNullable(row.getString(9))),
        row.getString(10),
        Optional.ofNullable(row.getString(11)),
        Optional.ofNullable(row.getString(12)),
        Optional.ofNullable(row.getString(13)),
        Optional.ofNullable(row.getString(14)),
        Json.read(row.getString(15)),
        Optional.ofNullable(row.getLong(16)),
        Optional.ofNullable(row.getBuffer(17)).map(b -> HexFormat.of().formatHex(b.getBytes())));
  }

  /**
   * Gives the oldest unsealed records their numbers and hashes; nothing while another node does.
   *
   * @return how many
   */
  int seal(int most) {
    return database.asSystem(connection -> {
      if (!Database.run(connection, SEALER).iterator().next().getBoolean(0)) {
        return 0;
      }
      List<AuditRow> rows = rows(connection, UNSEALED, Tuple.of(most));
      if (rows.isEmpty()) {
        return 0;
      }
      Map<UUID, Ends> ends =
          ends(connection, rows.stream().map(AuditRow::tenantId).distinct().toList());
      UUID[] ids = new UUID[rows.size()];
      Long[] numbers = new Long[rows.size()];
      Buffer[] hashes = new Buffer[rows.size()];
      for (int i = 0; i < ids.length; i++) {
        AuditRow row = rows.get(i);
        Ends end = ends.getOrDefault(row.tenantId(), AuditChain.BEGINNING);
        Buffer hash = row.hashAfter(end.hash());
        ids[i] = row.id();
        numbers[i] = end.seq() + 1;
        hashes[i] = hash;
        ends.put(row.tenantId(), new Ends(end.firstSeq(), end.firstHash(), end.seq() + 1, hash));
      }
      Database.run(
          connection,
          SEAL,
          Tuple.tuple().addArrayOfUUID(ids).addArrayOfLong(numbers).addArrayOfBuffer(hashes));
      return ids.length;
    });
  }

  /** Every tenant that has sealed records, or should have. */
  List<UUID> chains() {
    List<UUID> tenants = new ArrayList<>();
    database.callSystem(CHAINS, Tuple.tuple()).forEach(row -> tenants.add(row.getUUID(0)));
    return tenants;
  }

  Optional<Ends> ends(UUID tenant) {
    return database.asSystem(
        connection -> Optional.ofNullable(ends(connection, List.of(tenant)).get(tenant)));
  }

  /** The sealed records of a tenant in the order of their numbers, after one and up to another. */
  List<AuditRow> sealed(UUID tenant, long after, long upTo, int most) {
    return database.asSystem(
        connection -> rows(connection, SEALED, Tuple.of(tenant, after, upTo, most)));
  }

  long unsealed(UUID tenant) {
    return database.callSystem(WAITING, Tuple.of(tenant)).iterator().next().getLong(0);
  }

  long blank(UUID tenant, UUID user) {
    return database.callSystem(BLANK, Tuple.of(tenant, user)).iterator().next().getLong(0);
  }

  void maintain(Instant now, Duration keep) {
    database.callSystem(MAINTAIN, Tuple.of(now.atOffset(ZoneOffset.UTC), keep.toSeconds()));
  }

  private static Map<UUID, Ends> ends(SqlClient connection, List<UUID> tenants) {
    Map<UUID, Ends> ends = new HashMap<>();
    Tuple ids = Tuple.tuple().addArrayOfUUID(tenants.toArray(UUID[]::new));
    for (Row row : Database.run(connection, ENDS, ids)) {
      ends.put(
          row.getUUID(0),
          new Ends(row.getLong(1), row.getBuffer(2), row.getLong(3), row.getBuffer(4)));
    }
    return ends;
  }

  private static List<AuditRow> rows(SqlClient connection, String sql, Tuple parameters) {
    List<AuditRow> rows = new ArrayList<>();
    for (Row row : Database.run(connection, sql, parameters)) {
      rows.add(
          new AuditRow(
              row.getUUID(0),
              row.getUUID(1),
              row.getOffsetDateTime(2).toInstant(),
              IntStream.rangeClosed(FIRST_FIELD, LAST_FIELD)
                  .mapToObj(i -> Optional.ofNullable(row.getString(i)))
                  .toList(),
              new AuditRow.Personal(
                  Optional.ofNullable(row.getBuffer(5)),
                  Optional.ofNullable(row.getString(6)),
                  Optional.ofNullable(row.getString(7)),
                  row.getBuffer(8)),
              row.getLong(3),
              row.getBuffer(4)));
    }
    return rows;
  }
}
