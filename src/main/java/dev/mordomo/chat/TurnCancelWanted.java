package dev.mordomo.chat;

import dev.mordomo.kernel.Address;
import java.util.Optional;
import java.util.UUID;

/** A user stops a turn that another node may run. */
record TurnCancelWanted(UUID turn, Optional<Integer> spokenChars) {
  static final Address<TurnCancelWanted> ADDRESS =
      new Address<>("chat.turn.cancel", TurnCancelWanted.class);
}
