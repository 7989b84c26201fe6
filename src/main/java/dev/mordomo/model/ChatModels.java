package dev.mordomo.model;

import java.util.List;

/** The chat models that this installation can use. */
public interface ChatModels {
  /** The whole assistant, by whatever model answers by default. */
  String ASSISTANT = "mordomo";

  /**
   * @param name {@code provider/name}, or {@link #ASSISTANT}
   * @throws dev.mordomo.kernel.Failure {@code invalid}, naming the field {@code model}, when no
   *     provider of that name is configured
   */
  ChatModel byName(String name);

  /** {@code model.chat}. */
  ChatModel byDefault();

  /** All models that can be named, chat and embedding, the default first. */
  List<ModelInfo> list();

  /**
   * @param type {@code chat} or {@code embedding}
   * @param description what it is and what it is not, for people
   */
  record ModelInfo(String id, String type, String description, boolean isDefault) {}
}
