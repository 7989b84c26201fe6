package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.knowledge.text.TextChunk;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Documents of one chunk each and without a file, many at a time. */
final class ImportStore {
  private static final String KNOWN =
      """
      SELECT source, encode(sha256, 'hex') FROM document WHERE collection_id = $1 AND source = ANY ($2)
      """;
  private static final String REMOVE =
      "DELETE FROM document WHERE collection_id = $1 AND source = ANY ($2)";
  private static final String DOCUMENTS =
      """
      INSERT INTO document (id, collection_id, tenant_id, user_id, title, source, source_type, language,
        sha256, status, chunk_count, metadata, created_by, created_at, updated_at)
      SELECT t.id, $1, $2, $3, t.title, t.source, 'txt', t.language, decode(t.sha256, 'hex'), 'indexed', 1,
        t.metadata::jsonb, $4, $5, $5
      FROM unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
        AS t (id, title, source, language, sha256, metadata)
      """;
  private static final String CHUNKS =
      """
      INSERT INTO chunk (id, document_id, collection_id, tenant_id, user_id, chunk_index, text, language,
        char_to, fingerprint, tsv, created_at, indexed_at)
      SELECT t.id, t.document_id, $1, $2, $3, 0, t.body, t.language, length(t.body),
        decode(t.fingerprint, 'hex'), chunk_tsv(t.language, t.title, '', t.body), $4, $4
      FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[])
        AS t (id, document_id, title, body, language, fingerprint)
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

  static void remove(SqlClient connection, UUID collection, List<String> sources) {
    if (!sources.isEmpty()) {
      Database.run(
          connection,
          REMOVE,
          Tuple.of(collection).addArrayOfString(sources.toArray(String[]::new)));
    }
  }

  /**
   * @param given whether the vectors came with the entries
   */
  static void insert(
      SqlClient connection,
      UUID collection,
      Owner owner,
      UUID by,
      List<Imported> all,
      short model,
      List<float[]> vectors,
      boolean given,
      Instant at) {
    UUID tenant = owner.tenantId().orElse(null);
    UUID user = owner.userId().orElse(null);
    UUID[] chunkIds = all.stream().map(Imported::chunkId).toArray(UUID[]::new);
    UUID[] documentIds = all.stream().map(Imported::documentId).toArray(UUID[]::new);
    String[] titles = texts(all, i -> i.chunk().title());
    String[] languages = texts(all, i -> i.chunk().language());
    Tuple documents =
        Tuple.of(collection, tenant, user, by, at.atOffset(ZoneOffset.UTC))
            .addArrayOfUUID(documentIds)
            .addArrayOfString(titles)
            .addArrayOfString(texts(all, Imported::source))
            .addArrayOfString(languages)
            .addArrayOfString(texts(all, Imported::sha256))
            .addArrayOfString(texts(all, i -> Json.write(i.metadata()).replace("\\u0000", "")));
    Database.run(connection, DOCUMENTS, documents);
    Tuple chunks =
        Tuple.of(collection, tenant, user, at.atOffset(ZoneOffset.UTC))
            .addArrayOfUUID(chunkIds)
            .addArrayOfUUID(documentIds)
            .addArrayOfString(titles)
            .addArrayOfString(texts(all, i -> i.chunk().text()))
            .addArrayOfString(languages)
            .addArrayOfString(texts(all, i -> fingerprint(i, given)));
    Database.run(connection, CHUNKS, chunks);
    ChunkStore.embed(connection, collection, owner, List.of(chunkIds), model, vectors);
  }

  /** A vector that came from elsewhere is nobody else's: no equal text is to be given it. */
  private static String fingerprint(Imported one, boolean given) {
    return given
        ? DocumentPreparation.sha256(
            Buffer.buffer("given\n" + one.source() + "\n" + one.chunk().text()))
        : ChunkStore.fingerprint(one.chunk());
  }

  private static String[] texts(
      List<Imported> all, java.util.function.Function<Imported, String> of) {
    return all.stream().map(of).toArray(String[]::new);
  }
}
