package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.knowledge.text.TextChunk;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.postgresql.PGConnection;

/** Documents of one chunk each and without a file, many at a time. */
final class ImportStore {
  private static final String KNOWN =
      """
      SELECT source, encode(sha256, 'hex') FROM document WHERE collection_id = $1 AND source = ANY ($2)
      """;
  private static final String HOLD = "SELECT hold_embedding_model(?::smallint)";
  private static final String REMOVE =
      "DELETE FROM document WHERE collection_id = ?::uuid AND source = ANY (?)";

  // PostgreSQL refuses COPY into a table with policies: it goes here first.
  private static final String ARRIVING =
      """
      CREATE TEMP TABLE arriving (document_id uuid, chunk_id uuid, title text, source text, language text,
        sha256 bytea, metadata text, body text, fingerprint bytea, e vector) ON COMMIT DROP
      """;
  private static final String COPY = "COPY arriving FROM STDIN (FORMAT binary)";
  private static final String DOCUMENTS =
      """
      INSERT INTO document (id, collection_id, tenant_id, user_id, title, source, source_type, language,
        sha256, status, chunk_count, metadata, created_by, created_at, updated_at)
      SELECT a.document_id, c.id, c.tenant_id, c.user_id, a.title, a.source, 'txt', a.language, a.sha256,
        'indexed', 1, a.metadata::jsonb, app_user(), ?, ?
      FROM arriving a, collection c WHERE c.id = ?::uuid
      """;
  // The words are chunk_tsv's without a heading, which saves a fifth of the time.
  private static final String CHUNKS =
      """
      INSERT INTO chunk (id, document_id, collection_id, tenant_id, user_id, chunk_index, text, language,
        char_to, fingerprint, tsv, created_at, indexed_at)
      SELECT a.chunk_id, a.document_id, c.id, c.tenant_id, c.user_id, 0, a.body, a.language,
        length(a.body), a.fingerprint, setweight(words_of(a.language, a.title), 'B') || words_of(a.language, a.body), ?, ?
      FROM arriving a, collection c WHERE c.id = ?::uuid
      """;
  private static final String VECTORS =
      """
      INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, user_id, e, segment)
      SELECT m.id, a.chunk_id, c.id, c.tenant_id, c.user_id, a.e::halfvec, m.open_segment
      FROM arriving a, collection c, embedding_model m WHERE m.id = ?::smallint AND c.id = ?::uuid
      """;

  /** An entry of another system. */
  record Imported(
      UUID documentId,
      UUID chunkId,
      String source,
      String sha256,
      TextChunk chunk,
      Map<String, Object> metadata) {}

  private ImportStore() {}

  /** The hash of what is there, by source. */
  static Map<String, String> known(SqlClient connection, UUID collection, List<String> sources) {
    Map<String, String> known = new HashMap<>();
    Tuple key = Tuple.of(collection).addArrayOfString(sources.toArray(String[]::new));
    for (Row row : Database.run(connection, KNOWN, key)) {
      known.put(row.getString(0), row.getString(1));
    }
    return known;
  }

  /** Whether the model is active, and stays so until the transaction ends. */
  static boolean hold(Connection connection, short model) throws SQLException {
    try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
      hold.setShort(1, model);
      try (ResultSet rows = hold.executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    }
  }

  static void remove(Connection connection, UUID collection, List<String> sources)
      throws SQLException {
    try (PreparedStatement remove = connection.prepareStatement(REMOVE)) {
      remove.setString(1, collection.toString());
      remove.setArray(2, connection.createArrayOf("text", sources.toArray()));
      remove.executeUpdate();
    }
  }

  /**
   * All at once, by COPY.
   *
   * @param given whether the vectors came with the entries
   */
  static void insert(
      Connection connection,
      UUID collection,
      List<Imported> all,
      EmbeddedChunks vectors,
      boolean given,
      Instant at)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(ARRIVING);
    }
    copy(connection, rows(all, vectors.vectors(), given));
    try (PreparedStatement documents = connection.prepareStatement(DOCUMENTS);
        PreparedStatement chunks = connection.prepareStatement(CHUNKS);
        PreparedStatement embeddings = connection.prepareStatement(VECTORS)) {
      for (PreparedStatement each : List.of(documents, chunks)) {
        each.setObject(1, at.atOffset(ZoneOffset.UTC));
        each.setObject(2, at.atOffset(ZoneOffset.UTC));
        each.setString(3, collection.toString());
        each.executeUpdate();
      }
      embeddings.setShort(1, vectors.model());
      embeddings.setString(2, collection.toString());
      embeddings.executeUpdate();
    }
  }

  private static void copy(Connection connection, CopyRows rows) throws SQLException {
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, rows.finish());
    } catch (IOException impossible) {
      throw new UncheckedIOException("the rows are in memory", impossible);
    }
  }

  private static CopyRows rows(List<Imported> all, List<float[]> vectors, boolean given) {
    CopyRows rows = new CopyRows();
    for (int i = 0; i < all.size(); i++) {
      Imported one = all.get(i);
      rows.row(10)
          .uuid(one.documentId())
          .uuid(one.chunkId())
          .text(one.chunk().title())
          .text(one.source())
          .text(one.chunk().language())
          .bytes(HexFormat.of().parseHex(one.sha256()))
          .text(Json.write(one.metadata()).replace("\\u0000", ""))
          .text(one.chunk().text())
          .bytes(HexFormat.of().parseHex(fingerprint(one, given)))
          .vector(vectors.get(i));
    }
    return rows;
  }

  /** A vector that came from elsewhere is nobody else's: no equal text is to be given it. */
  private static String fingerprint(Imported one, boolean given) {
    return given
        ? DocumentPreparation.sha256(
            Buffer.buffer("given\n" + one.source() + "\n" + one.chunk().text()))
        : ChunkStore.fingerprint(one.chunk());
  }
}
