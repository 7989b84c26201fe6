package dev.mordomo.model;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model is asked.
 *
 * @param messages oldest first; the last is the user's words, or tool results that follow the
 *     assistant's tool calls. The system message, where there is one, is the first and already
 *     holds the passages as text
 * @param passages the same passages as data, best first, for a model that does not read prompts
 * @param tools what the model may call; empty for none
 * @param locale the user's BCP 47 tag, for instance {@code pt-BR}; the answer's language is that of
 *     the question where it can be told, else this
 * @param zone the user's time zone
 * @param now the moment of the question
 * @param temperature 0 to 2
 * @param maxTokens the most tokens to generate, 1 or more
 * @param mustCall whether a tool has to be called, where the provider can be told so
 * @param format what the answer has to look like, as the {@code response_format} of OpenAI's API;
 *     only for a model that {@link ChatModel#canFormat}
 */
public record ChatRequest(
    List<ChatMessage> messages,
    List<Passage> passages,
    List<ToolSpec> tools,
    String locale,
    ZoneId zone,
    Instant now,
    double temperature,
    int maxTokens,
    boolean mustCall,
    Optional<Map<String, Object>> format) {
  public ChatRequest {
    messages = List.copyOf(messages);
    passages = List.copyOf(passages);
    tools = List.copyOf(tools);
  }

  /** A request that may be answered without a tool. */
  public ChatRequest(
      List<ChatMessage> messages,
      List<Passage> passages,
      List<ToolSpec> tools,
      String locale,
      ZoneId zone,
      Instant now,
      double temperature,
      int maxTokens) {
    this(
        messages,
        passages,
        tools,
        locale,
        zone,
        now,
        temperature,
        maxTokens,
        false,
        Optional.empty());
  }

  /** The same request for a shorter answer. */
  public ChatRequest withMaxTokens(int most) {
    return new ChatRequest(
        messages, passages, tools, locale, zone, now, temperature, most, mustCall, format);
  }
}
