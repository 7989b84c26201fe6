package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Refresh tokens by their hashes. A family is one sign-in: it lives and ends as a whole. */
final class RefreshTokenStore {
  private static final String INSERT =
      """
      INSERT INTO refresh_token
        (id, family_id, tenant_id, user_id, token_hash, created_at, expires_at, user_agent, address)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """;
  private static final String NOTE_SIGN_IN = "UPDATE app_user SET last_login_at = $2 WHERE id = $1";
  // Of several at once the first takes the row's lock; the others then find used_at set.
  private static final String USE =
      """
      UPDATE refresh_token r SET used_at = $2
      FROM app_user u JOIN tenant t ON t.id = u.tenant_id
      WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.revoked_at IS NULL AND r.expires_at > $2
        AND u.id = r.user_id AND u.is_active AND u.deleted_at IS NULL
        AND t.status <> 'suspended' AND t.deleted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM refresh_token f
          WHERE f.family_id = r.family_id AND f.revoked_at IS NOT NULL)
      RETURNING r.tenant_id, r.user_id, u.role, r.family_id, r.user_agent
      """;
  private static final String END_FAMILY_IF_REUSED =
      """
      UPDATE refresh_token SET revoked_at = $2
      WHERE revoked_at IS NULL AND family_id =
        (SELECT family_id FROM refresh_token WHERE token_hash = $1 AND used_at IS NOT NULL)
      RETURNING tenant_id, user_id, family_id
      """;
  private static final String END_FAMILY_OF_TOKEN =
      """
      UPDATE refresh_token SET revoked_at = $2
      WHERE revoked_at IS NULL AND family_id =
        (SELECT family_id FROM refresh_token WHERE token_hash = $1)
      RETURNING tenant_id, user_id, family_id
      """;
  private static final String LIST =
      """
      SELECT family_id, max(user_agent), min(created_at), max(created_at), max(expires_at),
        (array_agg(address ORDER BY created_at DESC))[1]
      FROM refresh_token
      WHERE tenant_id = $1 AND user_id = $2 AND ($4::uuid IS NULL OR family_id > $4)
      GROUP BY family_id
      HAVING bool_and(revoked_at IS NULL) AND bool_or(used_at IS NULL AND expires_at > $3)
      ORDER BY family_id LIMIT $5
      """;
  private static final String END_FAMILY =
      """
      UPDATE refresh_token SET revoked_at = $4
      WHERE tenant_id = $1 AND user_id = $2 AND family_id = $3 AND revoked_at IS NULL
      """;
  private static final String END_ALL =
      """
      UPDATE refresh_token SET revoked_at = $3
      WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL
      """;
  private static final String PURGE =
      """
      DELETE FROM refresh_token WHERE id IN
        (SELECT id FROM refresh_token WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
      """;

  /** A sign-in that goes on. */
  record Session(Account account, UUID family, String userAgent, String address) {}

  private final Database database;

  RefreshTokenStore(Database database) {
    this.database = database;
  }

  /** The first token of a new family. */
  void begin(UUID id, Session session, byte[] hash, Instant at, Instant expiresAt) {
    database.asSystem(connection -> {
      insert(connection, id, session, hash, at, expiresAt);
      return Database.run(connection, NOTE_SIGN_IN, Tuple.of(session.account().userId(), utc(at)));
    });
  }

  /**
   * Uses a token up and puts its successor in place; empty when it cannot be used.
   *
   * @param address from where it was used
   */
  Optional<Session> rotate(
      byte[] used, UUID id, byte[] successor, String address, Instant at, Instant expiresAt) {
    return database.asSystem(connection -> {
      Optional<Session> session =
          first(Database.run(connection, USE, Tuple.of(Buffer.buffer(used), utc(at))))
              .map(row ->
                  new Session(
                      new Account(row.getUUID(0), row.getUUID(1), Role.of(row.getString(2))),
                      row.getUUID(3),
                      row.getString(4),
                      address));
      session.ifPresent(s -> {
        Deed.by(s.account().tenantId(), s.account().userId());
        Deed.about(s.family());
        insert(connection, id, s, successor, at, expiresAt);
      });
      return session;
    });
  }

  /** Ends the family of a token that had been used before. */
  Optional<IdentityEvent.SessionEnded> endIfReused(byte[] hash, Instant at) {
    return ended(database.callSystem(END_FAMILY_IF_REUSED, Tuple.of(Buffer.buffer(hash), utc(at))));
  }

  Optional<IdentityEvent.SessionEnded> endFamilyOf(byte[] hash, Instant at) {
    return ended(database.callSystem(END_FAMILY_OF_TOKEN, Tuple.of(Buffer.buffer(hash), utc(at))));
  }

  /** Whether there was one that had not ended. */
  boolean endFamily(UUID tenantId, UUID userId, UUID family, Instant at) {
    return database.callSystem(END_FAMILY, Tuple.of(tenantId, userId, family, utc(at))).rowCount()
        > 0;
  }

  /** The families of a user that go on, the oldest first. */
  List<SignIn> list(Scope scope, UUID current, Instant now, Optional<UUID> after, int limit) {
    Tuple parameters =
        Tuple.of(scope.tenantId(), scope.userId(), utc(now), after.orElse(null), limit);
    return database.as(
        scope,
        connection -> {
          List<SignIn> sessions = new ArrayList<>();
          for (Row row : Database.run(connection, LIST, parameters)) {
            sessions.add(
                new SignIn(
                    row.getUUID(0),
                    row.getString(1),
                    row.getString(5),
                    row.getOffsetDateTime(2).toInstant(),
                    row.getOffsetDateTime(3).toInstant(),
                    row.getOffsetDateTime(4).toInstant(),
                    row.getUUID(0).equals(current)));
          }
          return sessions;
        });
  }

  void endAll(UUID tenantId, UUID userId, Instant at) {
    database.callSystem(END_ALL, Tuple.of(tenantId, userId, utc(at)));
  }

  /** Deletes tokens that ended before a time; gives how many. */
  int purge(Instant before, int most) {
    return database.callSystem(PURGE, Tuple.of(utc(before), most)).rowCount();
  }

  private static void insert(
      SqlClient connection, UUID id, Session session, byte[] hash, Instant at, Instant expiresAt) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(id, session.family(), session.account().tenantId(), session.account().userId())
            .addBuffer(Buffer.buffer(hash))
            .addValue(utc(at))
            .addValue(utc(expiresAt))
            .addValue(session.userAgent())
            .addValue(session.address()));
  }

  private static Optional<IdentityEvent.SessionEnded> ended(RowSet<Row> rows) {
    return first(rows)
        .map(row ->
            new IdentityEvent.SessionEnded(
                row.getUUID(0), row.getUUID(1), Optional.of(row.getUUID(2))));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
  }
}
