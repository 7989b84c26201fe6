package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The audited function {@code find_similar}. */
final class SimilarStore {
  private static final String SIMILAR =
      """
      SELECT document_id, title, share
      FROM find_similar($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      """;

  private SimilarStore() {}

  /**
   * Passages of a document that goes into a collection, one vector each.
   *
   * @param itself rows that are the same document
   * @param farthest the cosine distance up to which two passages say the same
   * @param exactUpTo scopes up to this many chunks are searched exactly
   */
  record Question(
      UUID collection,
      Set<UUID> itself,
      short model,
      String title,
      List<String> passages,
      List<float[]> vectors,
      double farthest,
      int exactUpTo) {}

  /** Those that hold nearly all of the passages, most of them first. */
  static List<SimilarDocument> similar(Database database, Scope who, Question question) {
    Tuple parameters =
        Tuple.of(who.tenantId(), who.userId(), who.role(), question.collection())
            .addArrayOfUUID(question.itself().toArray(UUID[]::new))
            .addShort(question.model())
            .addString(question.title())
            .addArrayOfString(question.passages().toArray(String[]::new))
            .addArrayOfFloat(ChunkStore.flat(question.vectors()))
            .addInteger(question.vectors().getFirst().length)
            .addDouble(question.farthest())
            .addInteger(question.exactUpTo());
    List<SimilarDocument> found = new ArrayList<>();
    database
        .call(SIMILAR, parameters)
        .forEach(row ->
            found.add(new SimilarDocument(row.getUUID(0), row.getString(1), row.getDouble(2))));
    return found;
  }
}
