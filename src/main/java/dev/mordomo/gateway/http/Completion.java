package dev.mordomo.gateway.http;

import dev.mordomo.chat.Directions;
import dev.mordomo.model.ChatModels;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client of the OpenAI interface asks.
 *
 * @param model as the client named it, and as it is told again
 * @param conversation empty: that of the calls whose results are given, or a new one
 * @param words the last user message
 * @param answers the turn whose calls of the client's tools are answered
 * @param directions everything else that a turn is to know
 * @param stream whether the answer comes in chunks
 * @param usage whether the chunks end with what it cost
 */
record Completion(
    String model,
    Optional<UUID> conversation,
    String words,
    Optional<UUID> answers,
    Directions directions,
    boolean stream,
    boolean usage) {

  /** The model to be asked for; empty: the conversation's own. */
  Optional<String> chosen() {
    return model.equals(ChatModels.ASSISTANT) ? Optional.empty() : Optional.of(model);
  }
}
