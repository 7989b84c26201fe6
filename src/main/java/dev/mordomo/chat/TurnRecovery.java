package dev.mordomo.chat;

import dev.mordomo.chat.TurnStore.Reaped;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's lease, takes up what others have left and what this node has lost, and ends
 * what cannot be taken up. Driven by the verticle, once a second.
 */
final class TurnRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(TurnRecovery.class);
  private static final int REAP = 100;

  private final UUID node;
  private final Turns turns;
  private final TurnsHere here;
  private final TurnStore store;
  private final Streams streams;
  private final ConversationNews news;
  private final Bus bus;
  private final Duration lease;
  private final NodeHealth health;

  /** What the last beat could not find here. */
  private volatile Set<UUID> suspects = Set.of();

  TurnRecovery(
      UUID node,
      Turns turns,
      TurnsHere here,
      TurnStore store,
      Streams streams,
      ConversationNews news,
      Bus bus,
      Duration lease) {
    this.node = node;
    this.turns = turns;
    this.here = here;
    this.store = store;
    this.streams = streams;
    this.news = news;
    this.bus = bus;
    this.lease = lease;
    this.health = new NodeHealth(lease, System.nanoTime());
  }

  void renew() {
    store.renew(node, lease);
  }

  /**
   * Once a second: this node is alive.
   *
   * @return whether it may judge others
   */
  boolean beat() {
    renew();
    return health.beat(System.nanoTime());
  }

  /** After a beat: takes over what others have left, and what this node has lost. */
  void takeOver(boolean healthy) {
    Set<UUID> lost = lost();
    turns.takeUp(lost, healthy);
    if (healthy && health.isSteady()) {
      // What was taken up just now may run already.
      lost.removeIf(here::has);
      reap(lost);
    }
  }

  /** Another node has left turns that wait. */
  void adopt() {
    turns.takeUp(Set.of(), health.isSteady());
  }

  /**
   * Turns that the database has as this node's and that are nowhere here. Twice in a row: one may
   * be on its way from one place to the next just now.
   */
  private Set<UUID> lost() {
    Set<UUID> missing = store.ofNode(node);
    here.forgetRanExcept(missing);
    missing.removeIf(here::has);
    Set<UUID> lost = new HashSet<>(missing);
    lost.retainAll(suspects);
    suspects = Set.copyOf(missing);
    return lost;
  }

  /** Ends the turns of nodes that went silent, and those that this node has lost. */
  private void reap(Set<UUID> lost) {
    List<Reaped> reaped = store.reap(node, lost, REAP);
    for (Reaped turn : reaped) {
      LOG.warn(
          "turn {} of conversation {} was left by a node that went silent, or lost by this one;"
              + " it ends with {}",
          Json.read(turn.event().payload()).path("turn_id").asText(),
          turn.conversation(),
          turn.event().type());
      streams.announce(
          Streams.advanced(
              turn.conversation(),
              turn.user(),
              turn.position().epoch(),
              turn.position().offset(),
              List.of(turn.event())));
      news.changed(turn.conversation());
      if (turn.more()) {
        bus.publish(TurnEnded.ADDRESS, new TurnEnded(turn.conversation()));
      }
    }
  }
}
