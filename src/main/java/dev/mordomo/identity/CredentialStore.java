package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Whose a token or an e-mail is: looked up across tenants, before anyone is signed in. */
final class CredentialStore {
  private static final String USABLE =
      """
      u.is_active AND u.deleted_at IS NULL AND t.status <> 'suspended' AND t.deleted_at IS NULL
      """;
  private static final String LOGIN =
      "SELECT u.tenant_id, u.id, u.role, u.password_hash, "
          + USABLE
          + """
          FROM app_user u JOIN tenant t ON t.id = u.tenant_id
          WHERE lower(u.email) = $1 AND u.deleted_at IS NULL
          """;
  private static final String BY_SESSION =
      "SELECT u.tenant_id, u.id, u.role FROM app_user u JOIN tenant t ON t.id = u.tenant_id "
          + "WHERE u.id = $1 AND u.tenant_id = $2 AND "
          + USABLE
          + """
          AND NOT EXISTS (SELECT 1 FROM refresh_token r WHERE r.family_id = $3
            AND r.revoked_at IS NOT NULL)
          """;
  private static final String KEY =
      "SELECT u.tenant_id, u.id, u.role, k.id, k.key_hash, k.expires_at, k.scopes "
          + "FROM api_key k JOIN app_user u ON u.tenant_id = k.tenant_id AND u.id = k.user_id "
          + "JOIN tenant t ON t.id = u.tenant_id WHERE k.revoked_at IS NULL AND "
          + USABLE;
  private static final String BY_KEY_HASH = KEY + " AND k.key_hash = $1";
  private static final String BY_KEY_ID = KEY + " AND k.id = $1";
  private static final String TOUCH_KEY =
      """
      UPDATE api_key SET last_used_at = $2
      WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)
      """;
  private static final String SET_PASSWORD_HASH =
      "UPDATE app_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2";

  /**
   * @param usable whether the user may sign in
   */
  record Login(Account account, Optional<String> passwordHash, boolean usable) {}

  /**
   * @param uses what the key may be used for
   */
  record KeyAccount(Account account, UUID keyId, Optional<Instant> expiresAt, Set<KeyScope> uses) {}

  private final Database database;

  CredentialStore(Database database) {
    this.database = database;
  }

  /**
   * @param email normalised
   */
  Optional<Login> login(String email) {
    return first(database.callSystem(LOGIN, Tuple.of(email)))
        .map(row ->
            new Login(account(row), Optional.ofNullable(row.getString(3)), row.getBoolean(4)));
  }

  /** Who signed in, while neither they, their tenant nor the session is switched off. */
  Future<Optional<Account>> bySession(UUID tenantId, UUID userId, UUID sessionId) {
    return database
        .callSystemAsync(BY_SESSION, Tuple.of(userId, tenantId, sessionId))
        .map(rows -> first(rows).map(CredentialStore::account));
  }

  Future<Optional<KeyAccount>> byKeyHash(byte[] hash) {
    return database
        .callSystemAsync(BY_KEY_HASH, Tuple.of(Buffer.buffer(hash)))
        .map(rows ->
            first(rows)
                .filter(row -> MessageDigest.isEqual(hash, row.getBuffer(4).getBytes()))
                .map(CredentialStore::keyAccount));
  }

  Future<Optional<KeyAccount>> byKeyId(UUID id) {
    return database
        .callSystemAsync(BY_KEY_ID, Tuple.of(id))
        .map(rows -> first(rows).map(CredentialStore::keyAccount));
  }

  /** Notes that a key was used, unless that was noted since {@code recently}. */
  Future<Void> touchKey(UUID id, Instant at, Instant recently) {
    return database
        .callSystemAsync(
            TOUCH_KEY, Tuple.of(id, at.atOffset(ZoneOffset.UTC), recently.atOffset(ZoneOffset.UTC)))
        .mapEmpty();
  }

  /** Replaces a hash that is still the stored one. */
  void replaceHash(UUID userId, String old, String hash) {
    database.callSystem(SET_PASSWORD_HASH, Tuple.of(userId, old, hash));
  }

  private static Account account(Row row) {
    return new Account(row.getUUID(0), row.getUUID(1), Role.of(row.getString(2)));
  }

  private static KeyAccount keyAccount(Row row) {
    return new KeyAccount(
        account(row),
        row.getUUID(3),
        Optional.ofNullable(row.getOffsetDateTime(5)).map(OffsetDateTime::toInstant),
        ApiKeyStore.uses(row.getArrayOfStrings(6)));
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
  }
}
