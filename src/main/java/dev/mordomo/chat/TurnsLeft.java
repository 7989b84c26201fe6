package dev.mordomo.chat;

import dev.mordomo.kernel.Address;

/** A node stops, and leaves turns that wait: any other takes them up. */
record TurnsLeft(int count) {
  static final Address<TurnsLeft> ADDRESS = new Address<>("chat.turns.left", TurnsLeft.class);
}
