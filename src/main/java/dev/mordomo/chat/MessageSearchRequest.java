package dev.mordomo.chat;

import dev.mordomo.knowledge.SearchMode;
import java.time.Instant;
import java.util.Optional;

/**
 * What to look for among one's messages.
 *
 * @param threshold the least similarity of what is found by its meaning; what has the words is
 *     found without
 * @param from inclusive
 * @param to exclusive
 * @param sentiment of those alone whose sentiment is known
 */
public record MessageSearchRequest(
    String query,
    SearchMode mode,
    int limit,
    double threshold,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<Sentiment> sentiment) {
  public static final double THRESHOLD = 0.7;

  /** By words, whenever they were said. */
  static MessageSearchRequest words(String query, int limit) {
    return new MessageSearchRequest(
        query,
        SearchMode.TEXT,
        limit,
        THRESHOLD,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
