package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The table {@code idempotency_key}. */
final class IdempotencyStore {
  // A key that is too old, or whose first request died, is as good as new.
  private static final String CLAIM =
      """
      INSERT INTO idempotency_key AS k (tenant_id, user_id, key, fingerprint, created_at)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (tenant_id, user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
            status = NULL, content_type = NULL, body = NULL
        WHERE k.created_at < $6 OR k.status IS NULL AND k.created_at < $7
      RETURNING 1
      """;

  private static final String FIND =
      """
      SELECT fingerprint, status, content_type, body FROM idempotency_key
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3
      """;

  private static final String FINISH =
      """
      UPDATE idempotency_key SET status = $4, content_type = $5, body = $6
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3
      """;

  private static final String RELEASE =
      """
      DELETE FROM idempotency_key
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND status IS NULL
      """;

  private static final String KNOWN =
      """
      SELECT body FROM idempotency_key
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND created_at >= $4
      """;

  private static final String REMEMBER =
      """
      INSERT INTO idempotency_key AS k
        (tenant_id, user_id, key, fingerprint, created_at, status, content_type, body)
      VALUES ($1, $2, $3, '', $5, 202, '', $4)
      ON CONFLICT (tenant_id, user_id, key) DO UPDATE
        SET created_at = excluded.created_at, body = excluded.body
      """;

  private static final String FORGET =
      "DELETE FROM idempotency_key WHERE tenant_id = $1 AND user_id = $2 AND key = $3";

  private static final String SWEEP =
      """
      WITH mine AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('idempotency_key.sweep')) AS yes
      )
      DELETE FROM idempotency_key USING mine WHERE mine.yes AND created_at < $1
      """;

  /** An answer as it is kept. */
  record Stored(int status, String contentType, String body) {}

  /** Whether the caller is the first with its key. */
  sealed interface Claim {
    record First() implements Claim {}

    /**
     * @param answer empty while the first request is under way
     */
    record Known(Buffer fingerprint, Optional<Stored> answer) implements Claim {}
  }

  private final Database database;

  IdempotencyStore(Database database) {
    this.database = database;
  }

  Claim claim(
      Scope scope, String key, byte[] fingerprint, Instant now, Instant oldest, Instant abandoned) {
    return database.as(
        scope,
        connection -> {
          Tuple claim =
              Tuple.of(scope.tenantId(), scope.userId(), key, Buffer.buffer(fingerprint))
                  .addValue(utc(now))
                  .addValue(utc(oldest))
                  .addValue(utc(abandoned));
          if (Database.run(connection, CLAIM, claim).size() > 0) {
            return new Claim.First();
          }
          Row row =
              Database.run(connection, FIND, Tuple.of(scope.tenantId(), scope.userId(), key))
                  .iterator()
                  .next();
          Integer status = row.getInteger(1);
          return new Claim.Known(
              row.getBuffer(0),
              status == null
                  ? Optional.empty()
                  : Optional.of(new Stored(status, row.getString(2), row.getString(3))));
        });
  }

  void finish(Scope scope, String key, Stored answer) {
    database.as(
        scope,
        connection ->
            Database.run(
                connection,
                FINISH,
                Tuple.of(
                    scope.tenantId(),
                    scope.userId(),
                    key,
                    answer.status(),
                    answer.contentType(),
                    answer.body())));
  }

  void release(Scope scope, String key) {
    database.as(
        scope,
        connection ->
            Database.run(connection, RELEASE, Tuple.of(scope.tenantId(), scope.userId(), key)));
  }

  /** What was remembered under a key since then. */
  Optional<String> known(Scope scope, String key, Instant oldest) {
    return database.as(
        scope,
        connection -> {
          var rows =
              Database.run(
                      connection,
                      KNOWN,
                      Tuple.of(scope.tenantId(), scope.userId(), key).addValue(utc(oldest)))
                  .iterator();
          return rows.hasNext() ? Optional.ofNullable(rows.next().getString(0)) : Optional.empty();
        });
  }

  /** Remembers something under a key, in place of what was there. */
  void remember(Scope scope, String key, String body, Instant now) {
    database.as(
        scope,
        connection ->
            Database.run(
                connection,
                REMEMBER,
                Tuple.of(scope.tenantId(), scope.userId(), key, body).addValue(utc(now))));
  }

  void forget(Scope scope, String key) {
    database.as(
        scope,
        connection ->
            Database.run(connection, FORGET, Tuple.of(scope.tenantId(), scope.userId(), key)));
  }

  /** Forgets old keys of every tenant, unless another node is at it; gives how many. */
  int sweep(Instant oldest) {
    return database.callSystem(SWEEP, Tuple.of(utc(oldest))).rowCount();
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
