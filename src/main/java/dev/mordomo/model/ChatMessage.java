package dev.mordomo.model;

import java.util.List;

/** One message of the history that a model is given. */
public sealed interface ChatMessage {
  String content();

  record Instructions(String content) implements ChatMessage {}

  record User(String content) implements ChatMessage {}

  /** What the assistant said, and the tools that it asked for. */
  record Assistant(String content, List<ToolCall> toolCalls) implements ChatMessage {
    public Assistant {
      toolCalls = List.copyOf(toolCalls);
    }
  }

  /**
   * The outcome of a tool.
   *
   * @param callId the {@link ToolCall#id()} that it answers
   * @param content JSON: the result, or {@code {"error": code, "detail": …}}
   */
  record ToolResult(String callId, String name, String content) implements ChatMessage {}
}
