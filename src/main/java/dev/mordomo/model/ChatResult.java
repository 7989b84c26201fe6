package dev.mordomo.model;

import java.util.Optional;

/**
 * How an answer ended.
 *
 * @param finishReason {@code stop}, {@code length}, {@code tool_calls} or {@code content_filter}
 * @param tokens what it cost; estimated where the provider does not say
 * @param intent what the user wanted, where the model knows: {@code question}, {@code reminder},
 *     {@code iot_control}, {@code greeting}, …
 * @param confidence of the intent, 0 to 1
 * @param model who answered, {@code provider/name}, where it is not the one that was asked
 */
public record ChatResult(
    String finishReason,
    Tokens tokens,
    Optional<String> intent,
    Optional<Double> confidence,
    Optional<String> model) {

  /** An answer by the model that was asked. */
  public ChatResult(
      String finishReason, Tokens tokens, Optional<String> intent, Optional<Double> confidence) {
    this(finishReason, tokens, intent, confidence, Optional.empty());
  }

  /** The same answer, by another model than the one that was asked. */
  public ChatResult by(String otherModel) {
    return new ChatResult(finishReason, tokens, intent, confidence, Optional.of(otherModel));
  }

  /** Tokens of one call. */
  public record Tokens(int prompt, int completion) {
    public static final Tokens NONE = new Tokens(0, 0);

    public Tokens plus(Tokens other) {
      return new Tokens(prompt + other.prompt, completion + other.completion);
    }
  }
}
