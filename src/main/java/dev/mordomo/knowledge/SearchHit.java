package dev.mordomo.knowledge;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A passage that was found.
 *
 * @param similarity max(0, 1 − cosine distance) to the question, 0 to 1
 * @param probability calibrated, that it answers the question; where the model has a calibration
 * @param score orders the hits of one search; not comparable between searches
 * @param coverage the share of the question's words that it holds, weighed by their rarity, 0 to 1
 * @param metadata of the document
 */
public record SearchHit(
    UUID chunkId,
    UUID documentId,
    UUID collectionId,
    int chunkIndex,
    String title,
    Optional<String> source,
    String heading,
    String text,
    String kind,
    String language,
    Optional<Integer> page,
    double similarity,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> probability,
    double score,
    double coverage,
    Map<String, Object> metadata) {

  /** The same, ordered by another score. */
  SearchHit scored(double other) {
    return with(text, other, coverage);
  }

  /** The same, with its neighbour's words. */
  SearchHit reading(String otherText, double otherCoverage) {
    return with(otherText, score, otherCoverage);
  }

  private SearchHit with(String otherText, double otherScore, double otherCoverage) {
    return new SearchHit(
        chunkId,
        documentId,
        collectionId,
        chunkIndex,
        title,
        source,
        heading,
        otherText,
        kind,
        language,
        page,
        similarity,
        probability,
        otherScore,
        otherCoverage,
        metadata);
  }
}
