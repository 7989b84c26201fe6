package dev.mordomo.chat;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Stops turns, wherever they are and whichever node their user is at. */
final class TurnStops {
  private static final Duration CANCEL_WAIT = Duration.ofSeconds(5);
  private static final Duration END_LOOK = Duration.ofMillis(50);

  private final UUID node;
  private final Vertx vertx;
  private final TurnsHere here;
  private final TurnStore store;
  private final TurnStopStore stops;
  private final Streams streams;
  private final ConversationNews news;
  private final Bus bus;
  private final InstantSource clock;

  TurnStops(
      UUID node,
      Vertx vertx,
      TurnsHere here,
      TurnStore store,
      TurnStopStore stops,
      Streams streams,
      ConversationNews news,
      Bus bus,
      InstantSource clock) {
    this.node = node;
    this.vertx = vertx;
    this.here = here;
    this.store = store;
    this.stops = stops;
    this.streams = streams;
    this.news = news;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * Stops a turn, wherever it runs, and waits until its end is stored.
   *
   * @param known the turn as its owner sees it
   */
  Turn cancel(Scope scope, Turn known, Optional<Integer> spokenChars) {
    if (known.status().isFinal()) {
      return known;
    }
    Optional<RunningTurn> running = here.running(known.id());
    if (running.isPresent()) {
      running.get().cancel(spokenChars);
      Future.any(running.get().ended(), timer(CANCEL_WAIT)).await();
    } else if (!cancelWaiting(
        scope, known.id(), known.conversationId(), known.clientMessageId(), spokenChars)) {
      // Its row says so now, and the bus says it sooner; here too, should it be about to run.
      bus.publish(TurnCancelWanted.ADDRESS, new TurnCancelWanted(known.id(), spokenChars));
      awaitEnd(scope, known.id());
    }
    return store.find(scope, known.id()).orElse(known);
  }

  /**
   * Cancels a turn that waits in a queue, of whatever node.
   *
   * @return false when it does not wait: if it runs, that it is to stop is kept
   */
  private boolean cancelWaiting(
      Scope scope,
      UUID turn,
      UUID conversation,
      String clientMessageId,
      Optional<Integer> spokenChars) {
    Instant at = clock.instant();
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("type", "turn.cancelled");
    payload.put("at", at);
    payload.put("turn_id", turn);
    payload.put("client_message_id", clientMessageId);
    payload.put("message", null);
    Draft event = new Draft("turn.cancelled", Json.write(payload));
    Optional<Position> position = stops.cancel(scope, turn, spokenChars, event, at);
    position.ifPresent(end -> {
      here.unqueue(turn);
      streams.announce(
          Streams.advanced(
              conversation, scope.userId(), end.epoch(), end.offset(), List.of(event)));
      news.changed(conversation);
    });
    return position.isPresent();
  }

  /** Another node ends it: its row says when. */
  private void awaitEnd(Scope scope, UUID turn) {
    Instant until = clock.instant().plus(CANCEL_WAIT);
    while (clock.instant().isBefore(until)
        && store.find(scope, turn).filter(t -> !t.status().isFinal()).isPresent()) {
      timer(END_LOOK).await();
    }
  }

  private Future<Void> timer(Duration wait) {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(wait.toMillis(), ignored -> over.tryComplete());
    return over.future();
  }

  /** A user of any node stops a turn that may run here. */
  void hear(TurnCancelWanted wanted) {
    here.stop(wanted);
  }

  /**
   * Stops the turns here of which a user of any node has said so, also when the bus lost it. Often,
   * and one small statement, while turns run here; else none.
   */
  void look() {
    if (!here.running().isEmpty()) {
      stop(stops.wanted(node));
    }
  }

  /** What users have stopped of this node's turns, as their rows have it. */
  List<TurnCancelWanted> wanted() {
    return stops.wanted(node);
  }

  void stop(List<TurnCancelWanted> wanted) {
    for (TurnCancelWanted stop : wanted) {
      here.stop(stop);
      // One that was stopped while it ran, and that has come to wait again.
      here.queued(stop.turn())
          .ifPresent(turn ->
              cancelWaiting(
                  turn.scope(),
                  turn.turn(),
                  turn.conversation(),
                  turn.request().clientMessageId(),
                  stop.spokenChars()));
    }
  }
}
