package dev.mordomo.chat;

import java.time.Instant;
import java.util.UUID;

/**
 * Where a conversation stands in the list of a user's, of which the one last talked in is first.
 * One that is talked in meanwhile moves to the front: who reads on from a place meets none twice.
 */
public record ConversationPlace(Instant lastMessageAt, UUID id) {
  /** Before all that there are. */
  static final ConversationPlace FRONT =
      new ConversationPlace(Instant.parse("9999-12-31T00:00:00Z"), new UUID(-1, -1));

  /** Of one of the list. */
  public static ConversationPlace of(Conversation conversation) {
    return new ConversationPlace(conversation.lastMessageAt(), conversation.id());
  }
}
