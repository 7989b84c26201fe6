package dev.mordomo.knowledge;

import dev.mordomo.model.Passage;
import java.util.UUID;

/**
 * A passage that was retrieved for a question: one chunk, with the words of its neighbours where
 * those were found too.
 *
 * @param chunkId the chunk to cite
 * @param similarity of that chunk to the question, 0 to 1
 * @param probability calibrated, that it answers the question, 0 to 1, or NaN
 * @param coverage the share of the question's words that it holds, weighed by rarity, 0 to 1
 */
public record Retrieved(
    UUID chunkId,
    UUID documentId,
    UUID collectionId,
    String title,
    String heading,
    String text,
    String language,
    double similarity,
    double probability,
    double score,
    double coverage) {

  /** The same as a model is given it, to be cited as {@code [n]}. */
  public Passage passage(int n) {
    return new Passage(n, title, heading, text, language, similarity, probability);
  }
}
