package dev.mordomo.model;

import dev.mordomo.kernel.Failure;

/** Hears an answer as it is made. See {@link ChatModel#stream} for the order of calls. */
public interface ChatObserver {
  /** A piece of the answer; never empty. */
  void onText(String text);

  /** A tool that the model wants run; complete, with its arguments parsed. */
  void onToolCall(ToolCall call);

  void onComplete(ChatResult result);

  void onFailure(Failure failure);
}
