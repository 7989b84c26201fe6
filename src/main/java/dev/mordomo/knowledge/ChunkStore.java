package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.text.TextChunk;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The tables {@code chunk} and {@code embedding}. */
final class ChunkStore {
  private static final String INSERT =
      """
      INSERT INTO chunk (id, document_id, collection_id, tenant_id, user_id, chunk_index, heading, text,
        kind, language, page, char_from, char_to, fingerprint, tsv, created_at, indexed_at)
      SELECT t.id, $1, $2, $3, $4, t.place, t.heading, t.body, t.kind, t.language, nullif(t.page, 0),
        t.char_from, t.char_to, decode(t.fingerprint, 'hex'),
        chunk_tsv(t.language, $5, t.heading, t.body), $6, $6
      FROM unnest($7::uuid[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::int[],
        $14::int[], $15::int[], $16::text[])
        AS t (id, place, heading, body, kind, language, page, char_from, char_to, fingerprint)
      """;
  private static final String EMBED =
      """
      INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, user_id, e, segment)
      SELECT $1, t.id, $2, $3, $4, ($5::real[])[(t.i - 1) * $6 + 1 : t.i * $6]::vector::halfvec,
        CASE WHEN $8 THEN (SELECT open_segment FROM embedding_model WHERE id = $1) ELSE 0 END
      FROM unnest($7::uuid[]) WITH ORDINALITY AS t (id, i)
      """;
  private static final String DELETE = "DELETE FROM chunk WHERE document_id = $1";
  private static final String KNOWN =
      """
      SELECT DISTINCT ON (c.fingerprint) encode(c.fingerprint, 'hex'), v.e::vector::real[]
      FROM unnest($2::text[]) AS f (hex)
        JOIN chunk c ON c.fingerprint = decode(f.hex, 'hex')
        JOIN embedding v ON v.chunk_id = c.id AND v.model_id = $1
      """;
  private static final String COLUMNS =
      """
      SELECT c.id, c.document_id, c.collection_id, c.chunk_index, d.title, c.heading, c.text, c.kind,
        c.language, c.page, c.char_from, c.char_to
      FROM chunk c JOIN document d ON d.id = c.document_id
      """;
  private static final String OF_DOCUMENT =
      COLUMNS
          + """
          WHERE c.document_id = $1 AND c.chunk_index > $2 ORDER BY c.chunk_index LIMIT $3
          """;
  private static final String CITED =
      COLUMNS
          + """
          WHERE c.document_id = $1 AND c.id IN (
            SELECT (r.one->>'chunk_id')::uuid FROM message m, json_array_elements(m."references") AS r (one)
            WHERE m.tenant_id = $2 AND m.user_id = $3 AND m.role = 'assistant')
          ORDER BY c.chunk_index
          """;
  private static final String ONE = COLUMNS + "WHERE c.id = $1";
  private static final int ROWS = 500;

  /**
   * So many chunks of one document are put into the vector index later, see {@link VectorIndex}.
   */
  static final int MANY = 500;

  private ChunkStore() {}

  /** All chunks of a document with their embeddings, one vector a chunk. */
  static void insert(
      SqlClient connection,
      Document document,
      Owner owner,
      List<TextChunk> chunks,
      short model,
      List<float[]> vectors,
      Instant at) {
    for (int from = 0; from < chunks.size(); from += ROWS) {
      int to = Math.min(chunks.size(), from + ROWS);
      List<UUID> ids = new ArrayList<>();
      chunks.subList(from, to).forEach(c -> ids.add(Ids.next()));
      insertChunks(connection, document, owner, ids, chunks.subList(from, to), at);
      embed(
          connection,
          document.collectionId(),
          owner,
          ids,
          model,
          vectors.subList(from, to),
          chunks.size() >= MANY);
    }
  }

  private static void insertChunks(
      SqlClient connection,
      Document document,
      Owner owner,
      List<UUID> ids,
      List<TextChunk> chunks,
      Instant at) {
    Tuple row =
        Tuple.of(
            document.id(),
            document.collectionId(),
            owner.tenantId().orElse(null),
            owner.userId().orElse(null),
            document.title(),
            at.atOffset(ZoneOffset.UTC));
    row.addArrayOfUUID(ids.toArray(UUID[]::new))
        .addArrayOfInteger(chunks.stream().map(TextChunk::index).toArray(Integer[]::new))
        .addArrayOfString(chunks.stream().map(TextChunk::heading).toArray(String[]::new))
        .addArrayOfString(chunks.stream().map(TextChunk::text).toArray(String[]::new))
        .addArrayOfString(chunks.stream().map(c -> c.kind().wire()).toArray(String[]::new))
        .addArrayOfString(chunks.stream().map(TextChunk::language).toArray(String[]::new))
        .addArrayOfInteger(chunks.stream().map(TextChunk::page).toArray(Integer[]::new))
        .addArrayOfInteger(chunks.stream().map(TextChunk::start).toArray(Integer[]::new))
        .addArrayOfInteger(chunks.stream().map(TextChunk::end).toArray(Integer[]::new))
        .addArrayOfString(chunks.stream().map(ChunkStore::fingerprint).toArray(String[]::new));
    Database.run(connection, INSERT, row);
  }

  /**
   * One vector a chunk, in order.
   *
   * @param later whether the index takes them up later; until then they are searched exactly
   */
  private static void embed(
      SqlClient connection,
      UUID collection,
      Owner owner,
      List<UUID> ids,
      short model,
      List<float[]> vectors,
      boolean later) {
    Tuple row =
        Tuple.of(model, collection, owner.tenantId().orElse(null), owner.userId().orElse(null));
    row.addArrayOfFloat(flat(vectors))
        .addInteger(vectors.getFirst().length)
        .addArrayOfUUID(ids.toArray(UUID[]::new))
        .addBoolean(later);
    Database.run(connection, EMBED, row);
  }

  static void delete(SqlClient connection, UUID document) {
    Database.run(connection, DELETE, Tuple.of(document));
  }

  /** Vectors that exist, by fingerprint, among what the caller sees. */
  static Map<String, float[]> known(SqlClient connection, short model, List<String> fingerprints) {
    Map<String, float[]> vectors = new HashMap<>();
    Tuple key = Tuple.of(model).addArrayOfString(fingerprints.toArray(String[]::new));
    for (Row row : Database.run(connection, KNOWN, key)) {
      vectors.put(row.getString(0), vector(row.getArrayOfFloats(1)));
    }
    return vectors;
  }

  /** All of them in one array, which PostgreSQL takes fastest. */
  static Float[] flat(List<float[]> vectors) {
    Float[] flat = new Float[vectors.size() * vectors.getFirst().length];
    int i = 0;
    for (float[] vector : vectors) {
      for (float value : vector) {
        flat[i++] = value;
      }
    }
    return flat;
  }

  static float[] vector(Float[] boxed) {
    float[] vector = new float[boxed.length];
    for (int i = 0; i < boxed.length; i++) {
      vector[i] = boxed[i];
    }
    return vector;
  }

  /** In their order, those after {@code after}; -1 for all. */
  static List<Chunk> ofDocument(SqlClient connection, UUID document, int after, int limit) {
    List<Chunk> chunks = new ArrayList<>();
    Database.run(connection, OF_DOCUMENT, Tuple.of(document, after, limit))
        .forEach(row -> chunks.add(map(row)));
    return chunks;
  }

  /** Those that answers to this user cite, in their order. */
  static List<Chunk> cited(SqlClient connection, Scope who, UUID document) {
    List<Chunk> chunks = new ArrayList<>();
    Database.run(connection, CITED, Tuple.of(document, who.tenantId(), who.userId()))
        .forEach(row -> chunks.add(map(row)));
    return chunks;
  }

  static Optional<Chunk> find(SqlClient connection, UUID id) {
    var rows = Database.run(connection, ONE, Tuple.of(id)).iterator();
    return rows.hasNext() ? Optional.of(map(rows.next())) : Optional.empty();
  }

  static String fingerprint(TextChunk chunk) {
    return HexFormat.of().formatHex(chunk.fingerprint());
  }

  private static Chunk map(Row row) {
    return new Chunk(
        row.getUUID("id"),
        row.getUUID("document_id"),
        row.getUUID("collection_id"),
        row.getInteger("chunk_index"),
        row.getString("title"),
        row.getString("heading"),
        row.getString("text"),
        row.getString("kind"),
        row.getString("language"),
        Optional.ofNullable(row.getInteger("page")),
        row.getInteger("char_from"),
        row.getInteger("char_to"));
  }
}
