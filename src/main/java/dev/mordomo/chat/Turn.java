package dev.mordomo.chat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One turn, as a client sees it.
 *
 * @param messageId the user's message; the assistant's has the same {@code turn_id}
 */
public record Turn(
    UUID id,
    UUID conversationId,
    TurnStatus status,
    String clientMessageId,
    UUID messageId,
    Optional<Problem> error,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt) {

  /** Why it failed, and whether the same words may succeed when said again. */
  public record Problem(String code, String detail, boolean retryable) {}
}
