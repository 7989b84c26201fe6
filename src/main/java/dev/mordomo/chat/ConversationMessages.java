package dev.mordomo.chat;

import dev.mordomo.chat.Conversation.RunningTurn;
import dev.mordomo.kernel.Streams.Position;
import java.util.List;
import java.util.Optional;

/**
 * A page of a conversation's messages, oldest first, with the position and the running turn of the
 * same snapshot.
 *
 * @param more whether messages follow
 */
public record ConversationMessages(
    List<Message> messages, boolean more, Position position, Optional<RunningTurn> runningTurn) {
  public ConversationMessages {
    messages = List.copyOf(messages);
  }
}
