package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The table {@code kept_embedding}: vectors of a document that is still being taken in. */
final class KeptEmbeddingStore {
  private static final String KEEP =
      """
      INSERT INTO kept_embedding (document_id, model_id, fingerprint, tenant_id, user_id, e)
      SELECT d.id, $2, decode(t.hex, 'hex'), d.tenant_id, d.user_id,
        ($3::real[])[(t.i - 1) * $4 + 1 : t.i * $4]::vector::halfvec
      FROM document d, unnest($5::text[]) WITH ORDINALITY AS t (hex, i)
      WHERE d.id = $1 ON CONFLICT DO NOTHING
      """;
  private static final String KEPT =
      """
      SELECT fingerprint, e::vector::real[] FROM kept_embedding WHERE document_id = $1 AND model_id = $2
      """;
  private static final String DROP = "DELETE FROM kept_embedding WHERE document_id = $1";

  private KeptEmbeddingStore() {}

  static void keep(
      SqlClient connection,
      UUID document,
      short model,
      List<String> fingerprints,
      List<float[]> vectors) {
    Tuple row = Tuple.of(document, model);
    row.addArrayOfFloat(ChunkStore.flat(vectors))
        .addInteger(vectors.getFirst().length)
        .addArrayOfString(fingerprints.toArray(String[]::new));
    Database.run(connection, KEEP, row);
  }

  /** By fingerprint, in hexadecimal. */
  static Map<String, float[]> kept(SqlClient connection, UUID document, short model) {
    Map<String, float[]> vectors = new HashMap<>();
    for (Row row : Database.run(connection, KEPT, Tuple.of(document, model))) {
      Buffer fingerprint = row.getBuffer(0);
      vectors.put(
          HexFormat.of().formatHex(fingerprint.getBytes()),
          ChunkStore.vector(row.getArrayOfFloats(1)));
    }
    return vectors;
  }

  static void drop(SqlClient connection, UUID document) {
    Database.run(connection, DROP, Tuple.of(document));
  }
}
