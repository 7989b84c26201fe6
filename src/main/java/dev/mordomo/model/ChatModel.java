package dev.mordomo.model;

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
   * Begins one answer. Returns at once; the observer hears, in order and never two at a time: any
   * number of {@code onText} and {@code onToolCall}, then exactly one of {@code onComplete} and
   * {@code onFailure}. It may be called on any thread, also before this method returns.
   */
  ModelCall stream(ChatRequest request, ChatObserver observer);
}
