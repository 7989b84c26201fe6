package dev.mordomo.chat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A message that a search found.
 *
 * @param sentiment what it is felt to say, −1 to 1; absent: nobody has said
 * @param satisfaction of its conversation's user, 0 to 1
 * @param similarity to what was asked, max(0, 1 − cosine distance); absent where only words were
 *     looked for, and of what has no vector yet
 */
public record MessageHit(
    UUID messageId,
    UUID conversationId,
    String text,
    Optional<Double> sentiment,
    Optional<Double> satisfaction,
    Optional<Double> similarity,
    Instant createdAt) {}
