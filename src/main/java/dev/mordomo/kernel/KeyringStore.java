package dev.mordomo.kernel;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The table {@code sealing_keyset}: one row. */
final class KeyringStore {
  private static final String READ = "SELECT keyset, changed_at FROM sealing_keyset";
  private static final String LOCKED = READ + " FOR UPDATE";
  private static final String ANY_SEALED =
      "SELECT EXISTS (SELECT FROM sealed_secret) OR EXISTS (SELECT FROM idempotency_key)";
  private static final String INSERT =
      """
      INSERT INTO sealing_keyset (keyset, changed_at) VALUES ($1, $2)
      ON CONFLICT (singleton) DO NOTHING
      """;
  private static final String UPDATE = "UPDATE sealing_keyset SET keyset = $1, changed_at = $2";

  private final Database database;

  KeyringStore(Database database) {
    this.database = database;
  }

  /** As it is stored: sealed. */
  record Stored(Buffer keyset, Instant changedAt) {}

  Optional<Stored> read() {
    return one(database.callSystem(READ, Tuple.tuple()));
  }

  Future<Optional<Stored>> readAsync() {
    return database.callSystemAsync(READ, Tuple.tuple()).map(KeyringStore::one);
  }

  /** Whether anything was sealed before there was a keyset. */
  boolean anySealed() {
    return database.callSystem(ANY_SEALED, Tuple.tuple()).iterator().next().getBoolean(0);
  }

  /** Unless another node was first. */
  void insert(Stored first) {
    database.callSystem(INSERT, values(first));
  }

  /** One node at a time; a change that gives what it was given writes nothing. */
  Stored change(UnaryOperator<Stored> change) {
    return database.asSystem(connection -> {
      Stored before =
          one(Database.run(connection, LOCKED))
              .orElseThrow(() -> new IllegalStateException("the table sealing_keyset is empty"));
      Stored after = change.apply(before);
      if (!after.equals(before)) {
        Database.run(connection, UPDATE, values(after));
      }
      return after;
    });
  }

  private static Tuple values(Stored stored) {
    return Tuple.of(stored.keyset(), stored.changedAt().atOffset(ZoneOffset.UTC));
  }

  private static Optional<Stored> one(RowSet<Row> rows) {
    for (Row row : rows) {
      return Optional.of(new Stored(row.getBuffer(0), row.getOffsetDateTime(1).toInstant()));
    }
    return Optional.empty();
  }
}
