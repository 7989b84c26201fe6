package dev.mordomo.privacy;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
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

/** Policies of tenants and consents of users, in PostgreSQL, under the caller's policies. */
final class PersonalStore {
  private static final String DEFAULT = "'reversible'";
  private static final String OF_TENANT =
      "SELECT coalesce(settings #>> '{privacy,personal_data}', "
          + DEFAULT
          + ") FROM tenant WHERE id = $1";
  private static final String OF_USER =
      "SELECT CASE WHEN EXISTS (SELECT FROM consent WHERE tenant_id = $1 AND user_id = $2"
          + " AND purpose = 'personal_data' AND revoked_at IS NULL) THEN 'keep'"
          + " ELSE coalesce((SELECT settings #>> '{privacy,personal_data}' FROM tenant WHERE id ="
          + " $1), "
          + DEFAULT
          + ") END";
  private static final String CHANGE =
      """
      UPDATE tenant SET updated_at = $3, settings = settings || jsonb_build_object('privacy',
        coalesce(settings->'privacy', '{}') || jsonb_build_object('personal_data', $2::text))
      WHERE id = $1
      """;
  private static final String OF_DOCUMENTS =
      "SELECT coalesce((SELECT settings #>> '{privacy,documents}' FROM tenant WHERE id = $1),"
          + " 'keep')";
  private static final String CHANGE_DOCUMENTS =
      """
      UPDATE tenant SET updated_at = $3, settings = settings || jsonb_build_object('privacy',
        coalesce(settings->'privacy', '{}') || jsonb_build_object('documents', $2::text))
      WHERE id = $1
      """;
  private static final String DAYS =
      "SELECT (settings #>> '{privacy,retention_days}')::integer FROM tenant WHERE id = $1";
  private static final String CHANGE_DAYS =
      """
      UPDATE tenant SET updated_at = $3, settings = settings || jsonb_build_object('privacy',
        coalesce(settings->'privacy', '{}') - 'retention_days' || CASE WHEN $2::integer > 0
          THEN jsonb_build_object('retention_days', $2::integer) ELSE '{}' END)
      WHERE id = $1
      """;
  private static final String COLUMNS = "id, user_id, purpose, given_at, revoked_at";
  private static final String GIVE =
      """
      INSERT INTO consent (id, tenant_id, user_id, purpose, given_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (user_id, purpose) WHERE revoked_at IS NULL DO NOTHING
      """;
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
           FROM consent WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3)
          ORDER BY id DESC LIMIT $4
          """;
  private static final String REVOKE =
      "UPDATE consent SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING " + COLUMNS;
  private static final String HOLDING =
      "SELECT "
          + COLUMNS
          + " FROM consent WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND revoked_at IS"
          + " NULL";

  private PersonalStore() {}

  static PersonalPolicy ofTenant(SqlClient connection, UUID tenant) {
    return policy(connection, OF_TENANT, Tuple.of(tenant));
  }

  /** The tenant's, unless the user has agreed that everything is kept. */
  static PersonalPolicy ofUser(SqlClient connection, Scope who) {
    return policy(connection, OF_USER, Tuple.of(who.tenantId(), who.userId()));
  }

  private static PersonalPolicy policy(SqlClient connection, String sql, Tuple key) {
    return PersonalPolicy.of(Database.run(connection, sql, key).iterator().next().getString(0));
  }

  static void change(SqlClient connection, UUID tenant, PersonalPolicy policy, Instant at) {
    Database.run(connection, CHANGE, Tuple.of(tenant, policy.wire(), utc(at)));
  }

  static DocumentPolicy ofDocuments(SqlClient connection, UUID tenant) {
    return DocumentPolicy.of(
        Database.run(connection, OF_DOCUMENTS, Tuple.of(tenant)).iterator().next().getString(0));
  }

  static void changeDocuments(
      SqlClient connection, UUID tenant, DocumentPolicy policy, Instant at) {
    Database.run(connection, CHANGE_DOCUMENTS, Tuple.of(tenant, policy.wire(), utc(at)));
  }

  static Optional<Integer> retentionDays(SqlClient connection, UUID tenant) {
    return Optional.ofNullable(
        Database.run(connection, DAYS, Tuple.of(tenant)).iterator().next().getInteger(0));
  }

  static void changeRetention(SqlClient connection, UUID tenant, int days, Instant at) {
    Database.run(connection, CHANGE_DAYS, Tuple.of(tenant, days, utc(at)));
  }

  /** Gives the one that holds; agreeing again changes nothing. */
  static Consent give(SqlClient connection, Scope who, String purpose, Instant at) {
    Database.run(
        connection, GIVE, Tuple.of(Ids.next(), who.tenantId(), who.userId(), purpose, utc(at)));
    return all(connection, HOLDING, Tuple.of(who.tenantId(), who.userId(), purpose)).getFirst();
  }

  /** Newest first. */
  static List<Consent> list(SqlClient connection, Scope who, Optional<UUID> before, int limit) {
    return all(
        connection, LIST, Tuple.of(who.tenantId(), who.userId(), before.orElse(null), limit));
  }

  /** Empty when it is not the caller's. */
  static Optional<Consent> revoke(SqlClient connection, UUID id, Instant at) {
    return all(connection, REVOKE, Tuple.of(id, utc(at))).stream().findFirst();
  }

  private static List<Consent> all(SqlClient connection, String sql, Tuple key) {
    List<Consent> all = new ArrayList<>();
    Database.run(connection, sql, key).forEach(row -> all.add(consent(row)));
    return all;
  }

  private static Consent consent(Row row) {
    return new Consent(
        row.getUUID(0),
        row.getUUID(1),
        row.getString(2),
        row.getOffsetDateTime(3).toInstant(),
        Optional.ofNullable(row.getOffsetDateTime(4)).map(OffsetDateTime::toInstant));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
