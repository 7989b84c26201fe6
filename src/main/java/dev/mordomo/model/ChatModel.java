package dev.mordomo.model;

import java.util.Optional;

/** A model that answers, by streaming text and asking for tools to be run. */
public interface ChatModel {

  /** {@code provider/name}, for instance {@code embedded/extractive} or {@code openai/gpt-4o}. */
  String name();

  /** Whether it can go on with an answer of its own that was cut off. */
  default boolean canContinue() {
    return true;
  }

  /** Whether it can be told what its answer has to look like. */
  default boolean canFormat() {
    return true;
  }

  /**
   * Who makes a question that stands alone of one that follows others, so that it can be searched:
   * itself, asked once and without stand-ins, since what does not come is done by rule. Empty where
   * it cannot.
   */
  default Optional<ChatModel> rewriter() {
    return Optional.of(this);
  }

  /**
   * Begins one answer. Returns at once; the observer hears, in order and never two at a time: any
   * number of {@code onText} and {@code onToolCall}, then exactly one of {@code onComplete} and
   * {@code onFailure}. It may be called on any thread, also before this method returns.
   */
  ModelCall stream(ChatRequest request, ChatObserver observer);
}
