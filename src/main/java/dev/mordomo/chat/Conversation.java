package dev.mordomo.chat;

import dev.mordomo.kernel.Streams.Position;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A conversation, with its channel's position and the turn that runs, read in one snapshot: a
 * client that subscribes since there misses nothing.
 *
 * @param collections absent: all that the user may see; empty: no retrieval
 */
public record Conversation(
    UUID id,
    String title,
    String channel,
    Optional<String> model,
    Optional<List<UUID>> collections,
    int messageCount,
    Instant startedAt,
    Instant lastMessageAt,
    Optional<Instant> endedAt,
    int durationSeconds,
    Optional<Double> satisfactionScore,
    Position position,
    Optional<RunningTurn> runningTurn,
    Map<String, Object> metadata) {

  /**
   * The turn that runs now.
   *
   * @param partialText what has been said so far
   * @param nextIndex the index of the next {@code turn.delta}
   * @param queued how many turns wait behind it
   */
  public record RunningTurn(
      UUID id,
      TurnStatus status,
      String clientMessageId,
      String partialText,
      int nextIndex,
      List<Reference> references,
      int queued) {}
}
