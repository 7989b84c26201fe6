package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.text.TextChunk;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which documents say what a new one says: nine in ten of its passages, or of a sample of
 * them, are as similar as the model wants to passages of one document. For information alone:
 * nothing is refused for it, and nothing fails with it.
 */
final class SimilarDocuments {
  private static final Logger LOG = LoggerFactory.getLogger(SimilarDocuments.class);

  /** So many passages are compared, spread over the document. */
  static final int SAMPLE = 24;

  private final Database database;
  private final ActiveModel models;
  private final int exactUpTo;

  SimilarDocuments(Database database, ActiveModel models, int exactUpTo) {
    this.database = database;
    this.models = models;
    this.exactUpTo = exactUpTo;
  }

  /**
   * Best first; none where nobody knows when two passages say the same to the model.
   *
   * @param itself rows that are the same document, such as the one that it replaces
   */
  List<SimilarDocument> to(
      Scope who,
      UUID collection,
      PreparedDocument prepared,
      EmbeddedChunks vectors,
      Set<UUID> itself) {
    IndexedModel indexed = models.current();
    OptionalDouble same = indexed.model().sameFrom();
    if (same.isEmpty() || indexed.id() != vectors.model() || prepared.chunks().isEmpty()) {
      return List.of();
    }
    List<TextChunk> chunks = prepared.chunks();
    int[] sample = sample(chunks.size());
    try {
      return SimilarStore.similar(
          database,
          who,
          new SimilarStore.Question(
              collection,
              itself,
              vectors.model(),
              prepared.comparedTitle().orElse(""),
              IntStream.of(sample).mapToObj(i -> chunks.get(i).text()).toList(),
              IntStream.of(sample).mapToObj(i -> vectors.vectors().get(i)).toList(),
              1 - same.getAsDouble(),
              exactUpTo));
    } catch (Failure e) {
      LOG.warn("a document is kept, but was not compared with others: {}", e.detail());
      return List.of();
    }
  }

  /** The first and the last one, and the others at equal distances. */
  static int[] sample(int chunks) {
    int n = Math.min(SAMPLE, chunks);
    return IntStream.range(0, n).map(i -> n == 1 ? 0 : i * (chunks - 1) / (n - 1)).toArray();
  }
}
