package dev.mordomo.knowledge;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How a search came to its hits: why something was found, and why something else was not.
 *
 * @param id of the search
 * @param model that embedded it
 * @param language found in its words, or ""
 * @param embeddingMs and
 * @param databaseMs that it took then
 * @param route that meaning goes by: exact, or index
 * @param chunks that the caller sees in the collections searched
 * @param hits as they were then
 * @param byMeaning the nearest now, before fusion, whatever the threshold
 * @param byWords those that share words now, before fusion
 * @param reranking where there is a reranker, what it did then
 */
public record SearchTrace(
    UUID id,
    Instant at,
    UUID tenantId,
    UUID userId,
    Optional<String> query,
    String mode,
    Optional<List<UUID>> collections,
    String model,
    String language,
    double threshold,
    int limit,
    double embeddingMs,
    double databaseMs,
    String route,
    long chunks,
    List<Place> hits,
    List<Place> byMeaning,
    List<Place> byWords,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Reranking> reranking) {
  public SearchTrace {
    hits = List.copyOf(hits);
    byMeaning = List.copyOf(byMeaning);
    byWords = List.copyOf(byWords);
  }

  /**
   * The hits read once more.
   *
   * @param failure why they kept the order that they had
   * @param before as search alone had put them
   */
  public record Reranking(
      String model,
      double tookMs,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> failure,
      List<Place> before) {
    public Reranking {
      before = List.copyOf(before);
    }
  }

  /** A passage in a list, best first. */
  public record Place(
      int place,
      UUID chunkId,
      UUID documentId,
      String title,
      double similarity,
      double coverage,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> score) {}
}
