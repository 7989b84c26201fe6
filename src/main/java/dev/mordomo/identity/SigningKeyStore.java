package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Keyring;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Signing keys in PostgreSQL, sealed, so that every node has the same. */
final class SigningKeyStore {
  private static final String PREFIX = "identity.signing_key.";
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtext('mordomo.identity.signing_key'))";
  private static final String ALL =
      """
      SELECT name, value, created_at FROM sealed_secret WHERE starts_with(name, $1)
      ORDER BY created_at DESC, name
      """;
  private static final String INSERT =
      "INSERT INTO sealed_secret (name, value, created_at) VALUES ($1, $2, $3)";
  private static final String DELETE = "DELETE FROM sealed_secret WHERE name = $1";

  private final Database database;
  private final Keyring keyring;

  SigningKeyStore(Database database, Keyring keyring) {
    this.database = database;
    this.keyring = keyring;
  }

  /** Every key, the newest first; made when there is none. */
  List<SigningKey> loadOrMake(Instant at) {
    return change(keys -> keys.isEmpty() ? List.of(SigningKey.generate(at)) : keys);
  }

  /** Every key, the newest first, without waiting. */
  Future<List<SigningKey>> load() {
    // Their sealing keys after them: so that none is newer than what is known of those.
    return database
        .callSystemAsync(ALL, Tuple.of(PREFIX))
        .compose(rows -> keyring.refresh().map(ignored -> keys(rows)));
  }

  /**
   * Puts other keys in place of those that there are; one node at a time.
   *
   * @param change gives the keys that are to be there, from those that are, the newest first
   * @return what is there now, the newest first
   */
  List<SigningKey> change(UnaryOperator<List<SigningKey>> change) {
    return database.asSystem(connection -> {
      Database.run(connection, LOCK);
      List<SigningKey> before = keys(Database.run(connection, ALL, Tuple.of(PREFIX)));
      List<SigningKey> after = change.apply(before);
      before.stream()
          .filter(key -> !after.contains(key))
          .forEach(key -> Database.run(connection, DELETE, Tuple.of(PREFIX + key.id())));
      after.stream().filter(key -> !before.contains(key)).forEach(key -> insert(connection, key));
      return List.copyOf(after);
    });
  }

  private List<SigningKey> keys(RowSet<Row> rows) {
    List<SigningKey> keys = new ArrayList<>();
    for (Row row : rows) {
      byte[] plain = keyring.open(row.getString(0), row.getBuffer(1).getBytes());
      keys.add(
          SigningKey.of(
              new JsonObject(new String(plain, StandardCharsets.UTF_8)),
              row.getOffsetDateTime(2).toInstant()));
    }
    return keys;
  }

  private void insert(SqlClient connection, SigningKey key) {
    String name = PREFIX + key.id();
    byte[] sealed = keyring.sealStored(name, key.jwk().encode().getBytes(StandardCharsets.UTF_8));
    Database.run(
        connection,
        INSERT,
        Tuple.of(name, Buffer.buffer(sealed), key.madeAt().atOffset(ZoneOffset.UTC)));
  }
}
