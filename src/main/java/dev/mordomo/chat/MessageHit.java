package dev.mordomo.chat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A message that a search found.
 *
 * @param sentiment what it is felt to say; absent: nobody has said
 * @param satisfaction of its conversation's user, 0 to 1
 * @param similarity to what was asked, 0 to 1; absent of what was found by its words
 */
public record MessageHit(
    UUID messageId,
    UUID conversationId,
    String text,
    Optional<String> sentiment,
    Optional<Double> satisfaction,
    Optional<Double> similarity,
    Instant createdAt) {

  /** One that was found by its words. */
  static MessageHit byWords(
      UUID messageId,
      UUID conversationId,
      String text,
      Optional<Double> satisfaction,
      Instant createdAt) {
    return new MessageHit(
        messageId,
        conversationId,
        text,
        Optional.empty(),
        satisfaction,
        Optional.empty(),
        createdAt);
  }
}
