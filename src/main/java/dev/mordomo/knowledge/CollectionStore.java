package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The table {@code collection}. Policies show the caller's alone. */
final class CollectionStore {
  private static final String INSERT =
      """
      INSERT INTO collection (id, tenant_id, user_id, scope, name, created_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      """;
  private static final String COLUMNS =
      """
      SELECT id, tenant_id, user_id, scope, name, document_count, created_at FROM collection
      """;
  private static final String LIST =
      COLUMNS + "WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2";
  private static final String ONE = COLUMNS + "WHERE id = $1";
  private static final String BY_NAME =
      COLUMNS
          + """
          WHERE scope = $1 AND lower(name) = lower($2) AND user_id IS NOT DISTINCT FROM $3
          """;
  private static final String RENAME = "UPDATE collection SET name = $2 WHERE id = $1";
  private static final String DELETE = "DELETE FROM collection WHERE id = $1";
  private static final String UNIQUE_VIOLATION = "23505";

  /** A collection with its owner. */
  record Found(KnowledgeCollection collection, Owner owner) {
    UUID id() {
      return collection.id();
    }
  }

  private CollectionStore() {}

  static void insert(SqlClient connection, UUID id, Owner owner, String name, Instant at) {
    Tuple row =
        Tuple.of(
            id,
            owner.tenantId().orElse(null),
            owner.userId().orElse(null),
            owner.scope().wire(),
            name,
            at.atOffset(ZoneOffset.UTC));
    unlessTaken(name, () -> Database.run(connection, INSERT, row));
  }

  /** Newest first, older than {@code before}. */
  static List<KnowledgeCollection> list(SqlClient connection, Optional<UUID> before, int limit) {
    List<KnowledgeCollection> found = new ArrayList<>();
    Database.run(connection, LIST, Tuple.of(before.orElse(null), limit))
        .forEach(row -> found.add(map(row).collection()));
    return found;
  }

  static Optional<Found> find(SqlClient connection, UUID id) {
    return first(Database.run(connection, ONE, Tuple.of(id)));
  }

  static Optional<Found> find(SqlClient connection, Owner owner, String name) {
    Tuple key = Tuple.of(owner.scope().wire(), name, owner.userId().orElse(null));
    return first(Database.run(connection, BY_NAME, key));
  }

  static void rename(SqlClient connection, UUID id, String name) {
    unlessTaken(name, () -> Database.run(connection, RENAME, Tuple.of(id, name)));
  }

  static void delete(SqlClient connection, UUID id) {
    Database.run(connection, DELETE, Tuple.of(id));
  }

  private static void unlessTaken(String name, Runnable write) {
    try {
      write.run();
    } catch (Failure failure) {
      throw Database.sqlState(failure).equals(UNIQUE_VIOLATION)
          ? Failure.of(
              FailureCode.CONFLICT, "there is a collection named \"" + name + "\"", failure)
          : failure;
    }
  }

  private static Optional<Found> first(Iterable<Row> rows) {
    var iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(map(iterator.next())) : Optional.empty();
  }

  private static Found map(Row row) {
    CollectionScope scope =
        CollectionScope.valueOf(row.getString("scope").toUpperCase(Locale.ROOT));
    return new Found(
        new KnowledgeCollection(
            row.getUUID("id"),
            row.getString("name"),
            scope,
            row.getInteger("document_count"),
            row.getOffsetDateTime("created_at").toInstant()),
        new Owner(
            scope,
            Optional.ofNullable(row.getUUID("tenant_id")),
            Optional.ofNullable(row.getUUID("user_id"))));
  }
}
