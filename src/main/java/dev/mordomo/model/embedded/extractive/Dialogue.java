package dev.mordomo.model.embedded.extractive;

import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The end of a conversation, as the answerer needs it.
 *
 * @param said the user's last words, or ""
 * @param before the user's words before those, when the assistant asked back
 * @param earlier what the user said before, oldest first
 * @param outcomes the tool results that wait for an answer, with their calls
 */
record Dialogue(
    String said, Optional<String> before, List<String> earlier, List<Outcome> outcomes) {

  /** A call of the assistant's and its result. */
  record Outcome(ToolCall call, ChatMessage.ToolResult result) {}

  Dialogue {
    earlier = List.copyOf(earlier);
    outcomes = List.copyOf(outcomes);
  }

  static Dialogue of(List<ChatMessage> messages) {
    List<ChatMessage.User> users = new ArrayList<>();
    List<ToolCall> calls = new ArrayList<>();
    List<Outcome> outcomes = new ArrayList<>();
    boolean asked = false;
    boolean askedBack = false;
    for (ChatMessage message : messages) {
      switch (message) {
        case ChatMessage.Instructions instructions -> {}
        case ChatMessage.User user -> {
          users.add(user);
          outcomes.clear();
          askedBack = asked;
          asked = false;
        }
        case ChatMessage.Assistant assistant -> {
          calls.addAll(assistant.toolCalls());
          asked = assistant.toolCalls().isEmpty() && assistant.content().strip().endsWith("?");
          outcomes.clear();
        }
        case ChatMessage.ToolResult result ->
            outcomes.add(new Outcome(call(calls, result), result));
      }
    }
    String said = users.isEmpty() ? "" : users.getLast().content();
    boolean follows = users.size() > 1 && askedBack;
    return new Dialogue(
        said,
        follows ? Optional.of(users.get(users.size() - 2).content()) : Optional.empty(),
        users.stream().limit(Math.max(0, users.size() - 1)).map(ChatMessage.User::content).toList(),
        outcomes);
  }

  private static ToolCall call(List<ToolCall> calls, ChatMessage.ToolResult result) {
    return calls.reversed().stream()
        .filter(call -> call.id().equals(result.callId()))
        .findFirst()
        .orElseGet(() -> new ToolCall(result.callId(), result.name(), Map.of()));
  }
}
