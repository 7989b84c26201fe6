package dev.mordomo.chat;

import dev.mordomo.kernel.Masking;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a user says.
 *
 * @param conversationId empty: a new conversation is made
 * @param collections to retrieve from; empty list: none; absent: the conversation's
 * @param interrupt cancels the turn that runs, instead of queueing behind it
 * @param spokenChars with {@code interrupt}: how much of the running answer was heard
 */
public record TurnRequest(
    Optional<UUID> conversationId,
    String content,
    String clientMessageId,
    Optional<String> model,
    Optional<List<UUID>> collections,
    boolean speech,
    Optional<String> source,
    Map<String, Object> metadata,
    Optional<Audio> audio,
    boolean interrupt,
    Optional<Integer> spokenChars,
    String channel,
    Directions directions) {

  /** Words without directions. */
  public TurnRequest(
      Optional<UUID> conversationId,
      String content,
      String clientMessageId,
      Optional<String> model,
      Optional<List<UUID>> collections,
      boolean speech,
      Optional<String> source,
      Map<String, Object> metadata,
      Optional<Audio> audio,
      boolean interrupt,
      Optional<Integer> spokenChars,
      String channel) {
    this(
        conversationId,
        content,
        clientMessageId,
        model,
        collections,
        speech,
        source,
        metadata,
        audio,
        interrupt,
        spokenChars,
        channel,
        Directions.NONE);
  }

  /** The same, hiding what is personal; its metadata notes what was found. */
  TurnRequest masked(Masking.Pass pass) {
    String words = pass.masked(content);
    Directions directed = directions.mapped(pass::masked);
    Map<String, Object> noted = pass.noted(metadata);
    return new TurnRequest(
        conversationId,
        words,
        clientMessageId,
        model,
        collections,
        speech,
        source,
        noted,
        audio,
        interrupt,
        spokenChars,
        channel,
        directed);
  }

  /** Where the words were spoken and not typed. */
  public record Audio(Optional<Integer> durationMs, Optional<String> transcriptionModel) {}

  /** Typed words in a conversation. */
  public static TurnRequest of(UUID conversation, String content, String clientMessageId) {
    return new TurnRequest(
        Optional.of(conversation),
        content,
        clientMessageId,
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        false,
        Optional.empty(),
        "web");
  }

  /** What is left to know of a request whose message is stored: a node takes it over. */
  static TurnRequest again(
      UUID conversation, String content, String clientMessageId, TurnStore.Wanted wanted) {
    return new TurnRequest(
        Optional.of(conversation),
        content,
        clientMessageId,
        wanted.model(),
        wanted.collections(),
        wanted.speech(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        false,
        Optional.empty(),
        "web",
        wanted.directions().orElse(Directions.NONE));
  }
}
