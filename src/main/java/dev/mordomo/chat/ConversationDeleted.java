package dev.mordomo.chat;

import dev.mordomo.kernel.Address;
import java.util.UUID;

/** A conversation was erased by its user: nodes that remember something of it forget it. */
public record ConversationDeleted(UUID tenantId, UUID userId, UUID conversation) {
  public static final Address<ConversationDeleted> ADDRESS =
      new Address<>("chat.conversation.deleted", ConversationDeleted.class);
}
