package dev.mordomo.knowledge;

import dev.mordomo.model.CallMeter;
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
 * @param meter counts the calls of those that run elsewhere
 */
public record KnowledgeModels(
    EmbeddingModel embedding,
    Function<String, Optional<EmbeddingModel>> byName,
    Optional<Reranker> reranker,
    CallMeter meter) {

  /** This one and no other. */
  public static KnowledgeModels only(EmbeddingModel embedding) {
    return new KnowledgeModels(
        embedding, name -> Optional.empty(), Optional.empty(), CallMeter.FREE);
  }

  /** With a reranker. */
  public KnowledgeModels with(Reranker other) {
    return new KnowledgeModels(embedding, byName, Optional.of(other), meter);
  }

  /** Counted otherwise. */
  public KnowledgeModels with(CallMeter other) {
    return new KnowledgeModels(embedding, byName, reranker, other);
  }
}
