package dev.mordomo.chat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What was said.
 *
 * @param role {@code user}, {@code assistant} or {@code system}
 * @param references the passages that the content cites
 * @param interrupted the answer is not whole: it was cancelled, cut, or its server stopped
 */
public record Message(
    UUID id,
    UUID conversationId,
    Optional<UUID> turnId,
    String role,
    String type,
    String content,
    List<Reference> references,
    Tokens tokens,
    Optional<String> model,
    Optional<String> intent,
    Optional<Double> confidence,
    Optional<Integer> latencyMs,
    Optional<Integer> timeToFirstTokenMs,
    boolean interrupted,
    Optional<String> source,
    Map<String, Object> metadata,
    Instant createdAt) {

  /** What the message cost. */
  public record Tokens(int prompt, int completion) {}

  /** The same, with why its turn failed under {@code metadata.error}. */
  Message failed(Turn.Problem problem) {
    Map<String, Object> more = new LinkedHashMap<>(metadata);
    more.put("error", problem);
    return new Message(
        id,
        conversationId,
        turnId,
        role,
        type,
        content,
        references,
        tokens,
        model,
        intent,
        confidence,
        latencyMs,
        timeToFirstTokenMs,
        interrupted,
        source,
        more,
        createdAt);
  }

  /** What a user said, as it is stored. */
  static Message ofUser(
      UUID id, UUID conversation, UUID turn, String type, TurnRequest said, Instant at) {
    return new Message(
        id,
        conversation,
        Optional.of(turn),
        "user",
        type,
        said.content(),
        List.of(),
        new Tokens(0, 0),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        said.source(),
        said.metadata(),
        at);
  }
}
