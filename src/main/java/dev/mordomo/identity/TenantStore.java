package dev.mordomo.identity;

import dev.mordomo.identity.Tenant.Plan;
import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Tenants in PostgreSQL. Statements run within the caller's transaction, under its policies. */
final class TenantStore {
  private static final String COLUMNS =
      "id, name, plan, status, token_quota, quota_resets_at, next_billing_date, created_at";
  private static final String GET =
      "SELECT " + COLUMNS + " FROM tenant WHERE id = $1 AND deleted_at IS NULL";
  private static final String LOCK = GET + " FOR NO KEY UPDATE";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
           FROM tenant WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR id > $1)
          ORDER BY id LIMIT $2
          """;
  private static final String INSERT =
      """
      INSERT INTO tenant (id, name, plan, status, token_quota, created_at, updated_at,
        next_billing_date)
      VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
      """;
  private static final String CHANGE =
      """
      UPDATE tenant SET name = coalesce($2, name), plan = coalesce($3, plan),
        status = coalesce($4, status), token_quota = coalesce($5, token_quota), updated_at = $6,
        quota_resets_at = CASE WHEN $7 THEN $8 ELSE quota_resets_at END,
        next_billing_date = CASE WHEN $9 THEN $10 ELSE next_billing_date END
      WHERE id = $1
      """;
  private static final String DELETE =
      "UPDATE tenant SET deleted_at = $2, status = 'suspended', updated_at = $2 WHERE id = $1";
  private static final String CONSUMED =
      """
      SELECT t.id, p.resets_at, (
        SELECT coalesce(sum(u.prompt_tokens::bigint + u.completion_tokens), 0)::bigint FROM usage u
        WHERE u.tenant_id = t.id AND u.created_at >= p.since AND u.id >= uuid_from_time(p.since))
      FROM tenant t, quota_period(t.id, $2) p WHERE t.id = ANY ($1)
      """;

  Optional<Tenant> get(SqlClient connection, UUID id) {
    return first(Database.run(connection, GET, Tuple.of(id))).map(TenantStore::tenant);
  }

  /** The same, and nobody else changes it until the transaction ends. */
  Optional<Tenant> lock(SqlClient connection, UUID id) {
    return first(Database.run(connection, LOCK, Tuple.of(id))).map(TenantStore::tenant);
  }

  List<Tenant> list(SqlClient connection, Optional<UUID> after, int limit) {
    List<Tenant> tenants = new ArrayList<>();
    for (Row row : Database.run(connection, LIST, Tuple.of(after.orElse(null), limit))) {
      tenants.add(tenant(row));
    }
    return tenants;
  }

  void insert(SqlClient connection, UUID id, Tenant.Draft draft, Instant at) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(
            id,
            draft.name(),
            draft.plan().wire(),
            draft.status().wire(),
            draft.tokenQuota(),
            utc(at),
            draft.nextBillingDate().orElse(null)));
  }

  void change(SqlClient connection, UUID id, Tenant.Change change, Instant at) {
    Database.run(
        connection,
        CHANGE,
        Tuple.of(
            id,
            change.name().orElse(null),
            change.plan().map(Plan::wire).orElse(null),
            change.status().map(Status::wire).orElse(null),
            change.tokenQuota().orElse(null),
            utc(at),
            change.quotaResetsAt().isPresent(),
            change.quotaResetsAt().flatMap(time -> time).map(TenantStore::utc).orElse(null),
            change.nextBillingDate().isPresent(),
            change.nextBillingDate().flatMap(date -> date).orElse(null)));
  }

  /** Keeps the row, on which the ledger of usage hangs. */
  void delete(SqlClient connection, UUID id, Instant at) {
    Database.run(connection, DELETE, Tuple.of(id, utc(at)));
  }

  /**
   * Tokens that each tenant has spent in its period, by the system login.
   *
   * @param tenants which the caller may see
   */
  Map<UUID, Tenant.Consumed> consumed(Database database, List<Tenant> tenants, Instant at) {
    UUID[] ids = tenants.stream().map(Tenant::id).toArray(UUID[]::new);
    Map<UUID, Tenant.Consumed> consumed = new HashMap<>();
    Tuple parameters = Tuple.tuple().addArrayOfUUID(ids).addValue(utc(at));
    for (Row row : database.callSystem(CONSUMED, parameters)) {
      consumed.put(
          row.getUUID(0),
          new Tenant.Consumed(
              row.getLong(2),
              Optional.ofNullable(row.getOffsetDateTime(1)).map(OffsetDateTime::toInstant)));
    }
    return consumed;
  }

  private static Tenant tenant(Row row) {
    return new Tenant(
        row.getUUID(0),
        row.getString(1),
        Plan.of(row.getString(2)),
        Status.of(row.getString(3)),
        row.getLong(4),
        0,
        Optional.ofNullable(row.getOffsetDateTime(5)).map(OffsetDateTime::toInstant),
        Optional.ofNullable(row.getLocalDate(6)),
        row.getOffsetDateTime(7).toInstant());
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
  }
}
