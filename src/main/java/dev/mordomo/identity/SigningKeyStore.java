package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Secret;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Signing keys in PostgreSQL, sealed, so that every node has the same. */
final class SigningKeyStore {
  private static final String PREFIX = "identity.signing_key.";
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtext('mordomo.identity.signing_key'))";
  private static final String ALL =
      """
      SELECT name, value FROM sealed_secret WHERE starts_with(name, $1)
      ORDER BY created_at DESC, name
      """;
  private static final String INSERT = "INSERT INTO sealed_secret (name, value) VALUES ($1, $2)";

  private final Database database;
  private final Secret secret;

  SigningKeyStore(Database database, Secret secret) {
    this.database = database;
    this.secret = secret;
  }

  /** Every key, the newest first; made when there is none. */
  List<SigningKey> loadOrMake() {
    return database.asSystem(connection -> {
      Database.run(connection, LOCK);
      List<SigningKey> keys = load(connection);
      if (keys.isEmpty()) {
        keys.add(insert(connection, SigningKey.generate()));
      }
      return List.copyOf(keys);
    });
  }

  private List<SigningKey> load(SqlClient connection) {
    List<SigningKey> keys = new ArrayList<>();
    for (Row row : Database.run(connection, ALL, Tuple.of(PREFIX))) {
      byte[] plain = secret.open(row.getString(0), row.getBuffer(1).getBytes());
      keys.add(SigningKey.of(new JsonObject(new String(plain, StandardCharsets.UTF_8))));
    }
    return keys;
  }

  private SigningKey insert(SqlClient connection, SigningKey key) {
    String name = PREFIX + key.id();
    byte[] sealed = secret.seal(name, key.jwk().encode().getBytes(StandardCharsets.UTF_8));
    Database.run(connection, INSERT, Tuple.of(name, io.vertx.core.buffer.Buffer.buffer(sealed)));
    return key;
  }
}
