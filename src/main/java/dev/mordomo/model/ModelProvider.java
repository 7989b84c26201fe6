package dev.mordomo.model;

/** A place that serves models; makes one by its name without asking whether it is there. */
public interface ModelProvider {
  /** The part before the slash, for instance {@code ollama}. */
  String name();

  /**
   * @param model the part after the slash
   */
  ChatModel chat(String model);

  /**
   * Waits until the model has said how long its vectors are, unless that is set. Not for an event
   * loop.
   *
   * @param model the part after the slash
   * @throws dev.mordomo.kernel.Failure {@code model_unavailable}, {@code model_timeout} or {@code
   *     model_error}
   */
  EmbeddingModel embedding(String model);
}
