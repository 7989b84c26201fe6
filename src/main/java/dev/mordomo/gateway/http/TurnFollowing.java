package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.chat.Turn;
import dev.mordomo.gateway.socket.Batch;
import dev.mordomo.gateway.socket.Channel;
import dev.mordomo.gateway.socket.Hub;
import dev.mordomo.gateway.socket.Listener;
import dev.mordomo.gateway.socket.Subscription;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Order;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows one turn on its conversation's channel, from a position to the turn's last event: what
 * was missed page by page from PostgreSQL, then what the hub says. It lasts as long as its ear.
 */
final class TurnFollowing implements Listener {
  private static final int PAGE = 500;
  private static final Set<String> LAST = Set.of("turn.completed", "turn.cancelled", "turn.failed");

  /** Who hears a turn. Called in order, one call at a time; must not wait. */
  interface Ear {
    /**
     * @param last whether it is the turn's last event; nothing comes after it
     */
    void heard(Position at, StreamEvent event, JsonNode data, boolean last);

    /** The turn ended before the position: nothing comes. */
    void nothing();

    /** What came since the position is not there any more: read anew. Nothing comes after. */
    void lost();

    /** Completed when more can be heard; asked between the events that were missed. */
    Future<Void> ready();
  }

  private final Hub hub;
  private final Streams streams;
  private final Scope scope;
  private final Turn turn;
  private final Ear ear;
  private Position at;
  private volatile boolean over;
  private volatile @Nullable Subscription subscription;

  /**
   * @param turn as it was when, or before, this is made
   * @param since what the ear has heard, in the channel's stream
   */
  TurnFollowing(Hub hub, Streams streams, Scope scope, Turn turn, Position since, Ear ear) {
    this.hub = hub;
    this.streams = streams;
    this.scope = scope;
    this.turn = turn;
    this.at = since;
    this.ear = ear;
  }

  /** Begins; waits, on a virtual thread, until what was missed is told. */
  void start() {
    if (!replay()) {
      return;
    }
    if (turn.status().isFinal()) {
      over = true;
      ear.nothing();
      return;
    }
    Subscription entered =
        hub.enter(scope, Channel.ofConversation(turn.conversationId()), Optional.of(at), this)
            .orElseThrow(() -> Failure.notFound("the turn"));
    subscription = entered;
    if (over) {
      entered.leave();
    }
  }

  /**
   * @return whether there is more to come
   */
  private boolean replay() {
    boolean more = true;
    while (more && !over) {
      Entry page =
          streams
              .page(
                  scope,
                  turn.conversationId(),
                  Kind.CONVERSATION,
                  Optional.of(at),
                  Order.OLDEST_FIRST,
                  PAGE)
              .orElseThrow(() -> Failure.notFound("the turn"));
      if (!page.recovered() || !isWhole(page)) {
        lost();
        return false;
      }
      for (StreamEvent event : page.events()) {
        tell(page.end().epoch(), List.of(event));
        Future<Void> ready = ear.ready();
        if (!ready.isComplete()) {
          Database.await(ready);
        }
      }
      more = page.events().size() == PAGE;
    }
    return !over;
  }

  private boolean isWhole(Entry page) {
    List<StreamEvent> events = page.events();
    if (events.isEmpty()) {
      return page.end().offset() == at.offset();
    }
    return events.getFirst().offset() == at.offset() + 1
        && events.getLast().offset() == at.offset() + events.size();
  }

  /** Hears no more. Never to be called by the ear within its own call. */
  void stop() {
    over = true;
    Subscription entered = subscription;
    if (entered != null) {
      entered.leave();
    }
  }

  private void tell(String epoch, List<StreamEvent> events) {
    for (StreamEvent event : events) {
      if (over) {
        return;
      }
      if (event.offset() <= at.offset()) {
        continue;
      }
      at = new Position(epoch, event.offset());
      JsonNode data = Json.read(event.payload());
      if (data.path("turn_id").asText().equals(turn.id().toString())) {
        over = LAST.contains(event.type());
        ear.heard(at, event, data, over);
      }
    }
  }

  @Override
  public void entered(Entry entry) {
    if (entry.recovered()) {
      tell(entry.end().epoch(), entry.events());
    } else {
      lost();
    }
  }

  @Override
  public void heard(Batch batch) {
    tell(at.epoch(), batch.events());
  }

  @Override
  public void lost() {
    if (!over) {
      over = true;
      ear.lost();
    }
  }
}
