package dev.mordomo.chat;

import dev.mordomo.kernel.Address;
import java.util.UUID;

/** A turn ended and another of its conversation waits: the node that holds it begins it. */
record TurnEnded(UUID conversation) {
  static final Address<TurnEnded> ADDRESS = new Address<>("chat.turn.ended", TurnEnded.class);
}
