package dev.mordomo.knowledge;

import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Reranker;
import java.util.Optional;
import java.util.function.Function;

/**
 * The models that search and ingest work with.
 *
 * @param embedding the one that the settings want
 * @param byName embedding models that were configured before, as far as they can still be had
 * @param reranker what reads the best hits once more
 */
public record KnowledgeModels(
    EmbeddingModel embedding,
    Function<String, Optional<EmbeddingModel>> byName,
    Optional<Reranker> reranker) {

  /** This one and no other. */
  public static KnowledgeModels only(EmbeddingModel embedding) {
    return new KnowledgeModels(embedding, name -> Optional.empty(), Optional.empty());
  }

  /** With a reranker. */
  public KnowledgeModels with(Reranker other) {
    return new KnowledgeModels(embedding, byName, Optional.of(other));
  }
}
