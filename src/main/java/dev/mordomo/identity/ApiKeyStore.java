package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API keys of one user, as that user. */
final class ApiKeyStore {
  private static final String INSERT =
      """
      INSERT INTO api_key (id, tenant_id, user_id, name, prefix, key_hash, expires_at,
        created_at, scopes)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """;
  private static final String LIST =
      """
      SELECT id, name, prefix, expires_at, last_used_at, created_at, scopes FROM api_key
      WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL
        AND ($3::uuid IS NULL OR id > $3)
      ORDER BY id LIMIT $4
      """;
  private static final String REVOKE =
      """
      UPDATE api_key SET revoked_at = $4
      WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL
      """;

  private final Database database;

  ApiKeyStore(Database database) {
    this.database = database;
  }

  void insert(Scope scope, ApiKey.Created key, byte[] hash) {
    database.as(
        scope,
        connection -> {
          Database.run(
              connection,
              INSERT,
              Tuple.of(key.id(), scope.tenantId(), scope.userId(), key.name(), key.prefix())
                  .addBuffer(Buffer.buffer(hash))
                  .addValue(key.expiresAt().map(ApiKeyStore::utc).orElse(null))
                  .addValue(utc(key.createdAt()))
                  .addArrayOfString(key.scopes().map(ApiKeyStore::wires).orElse(null)));
          Once.made(connection, key);
          return key;
        });
  }

  List<ApiKey> list(Scope scope, Optional<UUID> after, int limit) {
    return database.as(
        scope,
        connection -> {
          List<ApiKey> keys = new ArrayList<>();
          Tuple parameters = Tuple.of(scope.tenantId(), scope.userId(), after.orElse(null), limit);
          for (Row row : Database.run(connection, LIST, parameters)) {
            keys.add(
                new ApiKey(
                    row.getUUID(0),
                    row.getString(1),
                    row.getString(2),
                    Optional.ofNullable(row.getArrayOfStrings(6)).map(ApiKeyStore::scopes),
                    time(row, 3),
                    time(row, 4),
                    row.getOffsetDateTime(5).toInstant()));
          }
          return keys;
        });
  }

  boolean revoke(Scope scope, UUID id, Instant at) {
    return database.as(
        scope,
        connection ->
            Database.run(
                        connection, REVOKE, Tuple.of(scope.tenantId(), scope.userId(), id, utc(at)))
                    .rowCount()
                > 0);
  }

  /**
   * @param wires null: everything
   */
  static Set<KeyScope> uses(String @Nullable [] wires) {
    return wires == null ? KeyScope.ALL : Set.copyOf(scopes(wires));
  }

  private static List<KeyScope> scopes(String[] wires) {
    return Arrays.stream(wires).map(KeyScope::of).toList();
  }

  private static String[] wires(List<KeyScope> scopes) {
    return scopes.stream().map(KeyScope::wire).toArray(String[]::new);
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Optional<Instant> time(Row row, int column) {
    return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
  }
}
