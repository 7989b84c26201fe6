package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** The table {@code idempotency_key}. */
final class IdempotencyStore {
  // A key that is too old is as good as new. One whose first request died, or does not know what
  // came of it, goes to the same request asked again, which finds what that one has made.
  private static final String CLAIM =
      """
      INSERT INTO idempotency_key AS k
        (tenant_id, user_id, key, fingerprint, created_at, seed, holder)
      VALUES ($1, $2, $3, $4, $5, $8, $8)
      ON CONFLICT (tenant_id, user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
            seed = CASE WHEN k.created_at < $6 THEN excluded.seed ELSE k.seed END,
            holder = excluded.holder,
            status = NULL, content_type = NULL, body = NULL
        WHERE k.created_at < $6
          OR k.status IS NULL AND (k.holder IS NULL OR k.created_at < $7)
            AND k.fingerprint = excluded.fingerprint
      RETURNING seed
      """;

  private static final String FIND =
      """
      SELECT fingerprint, status, content_type, body FROM idempotency_key
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3
      """;

  private static final String FINISH =
      """
      UPDATE idempotency_key SET status = $5, content_type = $6, body = $7
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND holder = $4
      """;

  private static final String RENEW =
      """
      UPDATE idempotency_key SET created_at = $5
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND holder = $4 AND status IS NULL
      """;

  private static final String LEAVE =
      """
      UPDATE idempotency_key SET holder = NULL
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND holder = $4 AND status IS NULL
      """;

  private static final String FORGET =
      """
      DELETE FROM idempotency_key
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND holder = $4 AND status IS NULL
      """;

  private static final String SEED =
      """
      INSERT INTO idempotency_key AS k (tenant_id, user_id, key, fingerprint, created_at, seed)
      VALUES ($1, $2, $3, '', $4, $5)
      ON CONFLICT (tenant_id, user_id, key) DO UPDATE
        SET created_at = CASE WHEN $6 OR k.created_at < $7 THEN excluded.created_at
            ELSE k.created_at END,
            seed = CASE WHEN $6 OR k.created_at < $7 THEN excluded.seed ELSE k.seed END
      RETURNING seed
      """;

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
    /**
     * @param seed the same for whoever takes the key up after the first
     */
    record First(UUID seed, UUID holder) implements Claim {}

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
          UUID holder = Ids.next();
          Tuple claim =
              Tuple.of(scope.tenantId(), scope.userId(), key, Buffer.buffer(fingerprint))
                  .addValue(utc(now))
                  .addValue(utc(oldest))
                  .addValue(utc(abandoned))
                  .addUUID(holder);
          var claimed = Database.run(connection, CLAIM, claim).iterator();
          if (claimed.hasNext()) {
            return new Claim.First(claimed.next().getUUID(0), holder);
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

  /**
   * Keeps an answer, in a transaction of its own.
   *
   * @return whether the key was still the holder's
   */
  boolean finish(Scope scope, String key, UUID holder, Stored answer) {
    return database.as(scope, connection -> finish(connection, scope, key, holder, answer));
  }

  /** The same in the transaction of what is answered. */
  static boolean finish(SqlClient connection, Scope scope, String key, UUID holder, Stored answer) {
    Tuple parameters =
        Tuple.of(scope.tenantId(), scope.userId(), key, holder)
            .addInteger(answer.status())
            .addString(answer.contentType())
            .addString(answer.body());
    return Database.run(connection, FINISH, parameters).rowCount() > 0;
  }

  /** Says that the holder is still at it. */
  void renew(Scope scope, String key, UUID holder, Instant now) {
    database.as(
        scope,
        connection ->
            Database.run(
                connection,
                RENEW,
                Tuple.of(scope.tenantId(), scope.userId(), key, holder).addValue(utc(now))));
  }

  /** Nothing was made: the key is free. */
  void forget(Scope scope, String key, UUID holder) {
    release(FORGET, scope, key, holder);
  }

  /** Something may have been made: the key is free for the same request. */
  void leave(Scope scope, String key, UUID holder) {
    release(LEAVE, scope, key, holder);
  }

  private void release(String how, Scope scope, String key, UUID holder) {
    database.as(
        scope,
        connection ->
            Database.run(connection, how, Tuple.of(scope.tenantId(), scope.userId(), key, holder)));
  }

  /**
   * The seed under a key, a new one where there is none yet.
   *
   * @param anew a new one in place of what is there
   * @param oldest from before, a seed is not known any more
   */
  UUID seed(Scope scope, String key, boolean anew, Instant now, Instant oldest) {
    return database.as(
        scope,
        connection ->
            Database.run(
                    connection,
                    SEED,
                    Tuple.of(scope.tenantId(), scope.userId(), key, utc(now))
                        .addUUID(Ids.next())
                        .addBoolean(anew)
                        .addValue(utc(oldest)))
                .iterator()
                .next()
                .getUUID(0));
  }

  /** Forgets old keys of every tenant, unless another node is at it; gives how many. */
  int sweep(Instant oldest) {
    return database.callSystem(SWEEP, Tuple.of(utc(oldest))).rowCount();
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
