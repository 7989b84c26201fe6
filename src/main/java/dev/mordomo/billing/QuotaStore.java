package dev.mordomo.billing;

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

/** Quotas of users, and who is told of what. */
final class QuotaStore {
  private static final String SET =
      "UPDATE app_user SET token_quota = $2, updated_at = $3 WHERE id = $1 AND deleted_at IS NULL";
  private static final String GET =
      """
      SELECT u.token_quota, p.resets_at,
        (SELECT coalesce(sum(s.prompt_tokens::bigint + s.completion_tokens), 0)::bigint FROM usage s
         WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.created_at >= p.since
           AND s.id >= uuid_from_time(p.since))
      FROM app_user u, quota_period($1, $3) p WHERE u.tenant_id = $1 AND u.id = $2
      """;
  private static final String WARN =
      """
      UPDATE token_account SET warned = $3, warned_of = $4
      WHERE id = $1 AND since = $2 AND warned < $3 RETURNING used
      """;
  private static final String ADMINISTRATORS =
      """
      SELECT id FROM app_user
      WHERE tenant_id = $1 AND role IN ('admin', 'superuser') AND is_active AND deleted_at IS NULL
      ORDER BY id LIMIT $2
      """;

  /** In the caller's transaction, under its policies. */
  boolean set(SqlClient connection, UUID user, Optional<Long> quota, Instant at) {
    return Database.run(
                connection,
                SET,
                Tuple.of(user).addLong(quota.orElse(null)).addValue(at.atOffset(ZoneOffset.UTC)))
            .rowCount()
        == 1;
  }

  /** By the system login: the caller has been checked. */
  Optional<UserQuota> get(Database database, UUID tenant, UUID user, Instant at) {
    for (Row row :
        database.callSystem(GET, Tuple.of(tenant, user).addValue(at.atOffset(ZoneOffset.UTC)))) {
      return Optional.of(
          new UserQuota(
              user,
              Optional.ofNullable(row.getLong(0)),
              row.getLong(2),
              Optional.ofNullable(row.getOffsetDateTime(1)).map(OffsetDateTime::toInstant)));
    }
    return Optional.empty();
  }

  /**
   * Notes that somebody is warned; false when that was done before in the same period.
   *
   * @param quota of which they are
   */
  boolean warn(SqlClient connection, Account account, Instant since, int percent, long quota) {
    Tuple parameters =
        Tuple.of(account.user().orElse(account.tenant()))
            .addValue(since.atOffset(ZoneOffset.UTC))
            .addShort((short) percent)
            .addLong(quota);
    return Database.run(connection, WARN, parameters).rowCount() == 1;
  }

  /** Who is told of the tenant's quota: a user's own is the user's. */
  List<UUID> listeners(SqlClient connection, Account account, int most) {
    if (account.user().isPresent()) {
      return List.of(account.user().get());
    }
    List<UUID> all = new ArrayList<>();
    Database.run(connection, ADMINISTRATORS, Tuple.of(account.tenant(), most))
        .forEach(row -> all.add(row.getUUID(0)));
    return all;
  }
}
