package dev.mordomo.knowledge;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The table {@code document}. Policies show the caller's alone. */
final class DocumentStore {
  private static final String INSERT =
      """
      INSERT INTO document (id, collection_id, tenant_id, user_id, title, source, source_type, language,
        sha256, file_name, file_size, file_key, status, chunk_count, metadata, created_by, created_at, updated_at, replaces)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $17, $13, $14::text::jsonb, $15, $16, $16, $18)
      """;
  private static final String REPLACE =
      """
      UPDATE document SET title = $2, source = $3, source_type = $4, language = $5, sha256 = $6,
        file_name = $7, file_size = $8, file_key = $9, status = 'indexed', chunk_count = $10,
        metadata = $11::text::jsonb, updated_at = $12, replaces = NULL
      WHERE id = $1
      """;
  private static final String COLUMNS =
      """
      SELECT id, collection_id, title, source, source_type, language, sha256, status, chunk_count,
        metadata::text AS metadata, created_at, file_key, file_name, replaces FROM document
      """;
  private static final String LIST =
      COLUMNS
          + """
          WHERE collection_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
          """;
  private static final String ONE = COLUMNS + "WHERE id = $1";
  private static final String ALL = COLUMNS + "WHERE collection_id = $1";
  private static final String LOCK_ROW = COLUMNS + "WHERE id = $1 FOR UPDATE";
  private static final String DELETE = "DELETE FROM document WHERE id = $1";
  private static final String RENAME = "UPDATE document SET title = $2 WHERE id = $1";
  private static final String SET_REPLACES = "UPDATE document SET replaces = $2 WHERE id = $1";
  private static final String DROP_PENDING =
      "DELETE FROM document WHERE id = $1 AND status = 'pending'";
  private static final String FAIL_PENDING =
      "UPDATE document SET status = 'failed' WHERE id = $1 AND status = 'pending'";
  private static final String DROP_FAILED =
      "DELETE FROM document WHERE collection_id = $1 AND sha256 = $2 AND status = 'failed'";
  private static final String FILE_KEYS =
      "SELECT DISTINCT file_key FROM document WHERE collection_id = $1 AND file_key IS NOT NULL";
  private static final String FILE_IN_USE =
      "SELECT EXISTS (SELECT FROM document WHERE sha256 = $1 AND file_key = $2)";
  private static final String DUPLICATE =
      """
      SELECT document_id, collection_id, reason FROM find_duplicate($1, $2, $3, $4, $5, $6, $7, $8)
      """;
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('mordomo.knowledge ' || $1, 0))";

  /** A document with what only this package needs. */
  record Found(
      Document document,
      Optional<String> fileKey,
      Optional<String> fileName,
      Optional<UUID> replaces) {}

  /** An earlier document that a new one doubles. */
  record Earlier(UUID documentId, UUID collectionId, String reason) {}

  private DocumentStore() {}

  static void insert(
      SqlClient connection,
      Document document,
      Owner owner,
      Original file,
      UUID by,
      Optional<UUID> replaces) {
    Tuple row =
        Tuple.of(
            document.id(),
            document.collectionId(),
            owner.tenantId().orElse(null),
            owner.userId().orElse(null),
            document.title(),
            document.source().orElse(null));
    row.addValue(document.sourceType())
        .addValue(document.language())
        .addValue(bytes(document.sha256()))
        .addValue(file.name())
        .addValue((long) file.bytes().length())
        .addValue(file.key())
        .addValue(document.chunkCount())
        .addValue(Json.write(document.metadata()))
        .addValue(by)
        .addValue(document.createdAt().atOffset(ZoneOffset.UTC))
        .addValue(document.status().wire())
        .addValue(replaces.orElse(null));
    Database.run(connection, INSERT, row);
  }

  static void replace(SqlClient connection, Document document, Original file, Instant at) {
    Tuple row =
        Tuple.of(
            document.id(),
            document.title(),
            document.source().orElse(null),
            document.sourceType(),
            document.language(),
            bytes(document.sha256()));
    row.addValue(file.name())
        .addValue((long) file.bytes().length())
        .addValue(file.key())
        .addValue(document.chunkCount())
        .addValue(Json.write(document.metadata()))
        .addValue(at.atOffset(ZoneOffset.UTC));
    Database.run(connection, REPLACE, row);
  }

  /** Newest first, older than {@code before}. */
  static List<Document> list(SqlClient connection, UUID collection, Optional<UUID> before, int n) {
    List<Document> found = new ArrayList<>();
    Database.run(connection, LIST, Tuple.of(collection, before.orElse(null), n))
        .forEach(row -> found.add(map(row).document()));
    return found;
  }

  static List<Document> all(SqlClient connection, UUID collection) {
    List<Document> found = new ArrayList<>();
    Database.run(connection, ALL, Tuple.of(collection))
        .forEach(row -> found.add(map(row).document()));
    return found;
  }

  static Optional<Found> find(SqlClient connection, UUID id) {
    return first(connection, ONE, id);
  }

  /** The same; nobody else changes it until the transaction ends. */
  static Optional<Found> lockRow(SqlClient connection, UUID id) {
    return first(connection, LOCK_ROW, id);
  }

  private static Optional<Found> first(SqlClient connection, String sql, UUID id) {
    var rows = Database.run(connection, sql, Tuple.of(id)).iterator();
    return rows.hasNext() ? Optional.of(map(rows.next())) : Optional.empty();
  }

  static void rename(SqlClient connection, UUID id, String title) {
    Database.run(connection, RENAME, Tuple.of(id, title));
  }

  /** It will go in that one's place. */
  static void setReplaces(SqlClient connection, UUID id, UUID other) {
    Database.run(connection, SET_REPLACES, Tuple.of(id, other));
  }

  /** Removes one that is still being taken in; nothing happens to any other. */
  static void dropPending(SqlClient connection, UUID id) {
    Database.run(connection, DROP_PENDING, Tuple.of(id));
  }

  static void failPending(SqlClient connection, UUID id) {
    Database.run(connection, FAIL_PENDING, Tuple.of(id));
  }

  /** Removes earlier tries with the same bytes that failed: their file is the new one's. */
  static void dropFailed(SqlClient connection, UUID collection, String sha256) {
    Database.run(connection, DROP_FAILED, Tuple.of(collection, bytes(sha256)));
  }

  static void delete(SqlClient connection, UUID id) {
    Database.run(connection, DELETE, Tuple.of(id));
  }

  static List<String> fileKeys(SqlClient connection, UUID collection) {
    List<String> keys = new ArrayList<>();
    Database.run(connection, FILE_KEYS, Tuple.of(collection))
        .forEach(row -> keys.add(row.getString(0)));
    return keys;
  }

  /** Whether any row names the file; the hash is the key's last part. */
  static boolean fileInUse(SqlClient connection, String key) {
    Buffer sha256 = bytes(key.substring(key.lastIndexOf('/') + 1));
    return Database.run(connection, FILE_IN_USE, Tuple.of(sha256, key))
        .iterator()
        .next()
        .getBoolean(0);
  }

  static Optional<Earlier> duplicate(SqlClient connection, Scope who, Candidate candidate) {
    Tuple key =
        Tuple.of(
            who.tenantId(),
            who.userId(),
            who.role(),
            candidate.collectionId(),
            bytes(candidate.sha256()),
            candidate.source().orElse(null));
    key.addValue(candidate.title().orElse(null)).addValue(candidate.itself().orElse(null));
    var rows = Database.run(connection, DUPLICATE, key).iterator();
    if (!rows.hasNext()) {
      return Optional.empty();
    }
    Row row = rows.next();
    return Optional.of(
        new Earlier(
            row.getUUID("document_id"), row.getUUID("collection_id"), row.getString("reason")));
  }

  /** Until the transaction ends, nobody else holds the lock of this name. */
  static void lock(SqlClient connection, String name) {
    Database.run(connection, LOCK, Tuple.of(name));
  }

  private static Buffer bytes(String hex) {
    return Buffer.buffer(HexFormat.of().parseHex(hex));
  }

  private static Found map(Row row) {
    Document document =
        new Document(
            row.getUUID("id"),
            row.getUUID("collection_id"),
            row.getString("title"),
            Optional.ofNullable(row.getString("source")),
            row.getString("source_type"),
            row.getString("language"),
            HexFormat.of().formatHex(row.getBuffer("sha256").getBytes()),
            DocumentStatus.of(row.getString("status")),
            row.getInteger("chunk_count"),
            Json.read(row.getString("metadata"), new TypeReference<Map<String, Object>>() {}),
            row.getOffsetDateTime("created_at").toInstant());
    return new Found(
        document,
        Optional.ofNullable(row.getString("file_key")),
        Optional.ofNullable(row.getString("file_name")),
        Optional.ofNullable(row.getUUID("replaces")));
  }
}
