package dev.mordomo.chat;

import dev.mordomo.chat.TurnStore.Begun;
import dev.mordomo.chat.TurnStore.Reaped;
import dev.mordomo.chat.TurnStore.Said;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatModels;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The turns that this node runs or holds in a queue, from their first word to their end. */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
  private static final Duration CANCEL_WAIT = Duration.ofSeconds(5);
  private static final int REAP = 100;

  private final UUID node;
  private final Vertx vertx;
  private final TurnStore store;
  private final Streams streams;
  private final Bus bus;
  private final EventFlusher flusher;
  private final TurnRunner runner;
  private final ChatModels models;
  private final Function<Scope, Speaker> speakers;
  private final ChatConfig config;
  private final InstantSource clock;

  private final List<Context> contexts = new CopyOnWriteArrayList<>();
  private final AtomicInteger nextContext = new AtomicInteger();
  private final Map<UUID, RunningTurn> running = new ConcurrentHashMap<>();
  private final Map<UUID, Queued> queued = new ConcurrentHashMap<>();
  private volatile boolean draining;

  /** A turn that waits for the one before it. */
  private record Queued(
      UUID turn,
      UUID messageId,
      UUID conversation,
      Scope scope,
      TurnRequest request,
      ChatModel model,
      Optional<List<UUID>> collections) {}

  Turns(
      UUID node,
      Vertx vertx,
      TurnStore store,
      Streams streams,
      Bus bus,
      EventFlusher flusher,
      TurnRunner runner,
      ChatModels models,
      Function<Scope, Speaker> speakers,
      ChatConfig config,
      InstantSource clock) {
    this.node = node;
    this.vertx = vertx;
    this.store = store;
    this.streams = streams;
    this.bus = bus;
    this.flusher = flusher;
    this.runner = runner;
    this.models = models;
    this.speakers = speakers;
    this.config = config;
    this.clock = clock;
  }

  /** A virtual-thread context that turns may run on. */
  void offer(Context context) {
    contexts.add(context);
  }

  /**
   * Accepts a turn: its message is stored when this returns.
   *
   * @return what began; {@code existing} when it had begun before
   */
  Begun begin(Scope scope, UUID conversation, TurnRequest request) {
    if (draining) {
      throw Failure.of(
          FailureCode.SHUTTING_DOWN, "the server is stopping; send the same message again");
    }
    Optional<ChatModel> asked = request.model().map(models::byName);
    Instant at = clock.instant();
    UUID turn = Ids.next();
    // The user's message first: messages are read in the order of their ids.
    UUID said = Ids.next();
    UUID assistant = Ids.next();
    Message message =
        Message.ofUser(
            said, conversation, turn, request.audio().isPresent() ? "audio" : "text", request, at);
    Map<String, Object> started = new LinkedHashMap<>();
    started.put("type", "turn.started");
    started.put("at", at);
    started.put("turn_id", turn);
    started.put("client_message_id", request.clientMessageId());
    started.put("message", message);
    String payload = Json.write(started);
    boolean retrieves =
        !request.directions().plain() && request.collections().filter(List::isEmpty).isEmpty();
    Begun begun =
        store.begin(
            scope,
            conversation,
            turn,
            message,
            assistant,
            request,
            payload,
            node,
            config.queuedTurns(),
            retrieves,
            at);
    if (!begun.existing()) {
      accept(scope, begun, assistant, request, asked, payload);
    }
    return begun;
  }

  /**
   * A turn over the words of an earlier one.
   *
   * @param said the earlier turn's words
   * @param replaces whether its answer takes the place of the earlier one
   */
  Begun again(Scope scope, UUID earlier, Message said, TurnRequest request, boolean replaces) {
    if (draining) {
      throw Failure.of(FailureCode.SHUTTING_DOWN, "the server is stopping; ask again");
    }
    Optional<ChatModel> asked = request.model().map(models::byName);
    Instant at = clock.instant();
    UUID turn = Ids.next();
    UUID assistant = Ids.next();
    Map<String, Object> started = new LinkedHashMap<>();
    started.put("type", "turn.started");
    started.put("at", at);
    started.put("turn_id", turn);
    started.put("client_message_id", request.clientMessageId());
    started.put("message", said);
    if (replaces) {
      started.put("replaces", earlier);
    }
    String payload = Json.write(started);
    boolean retrieves =
        !request.directions().plain() && request.collections().filter(List::isEmpty).isEmpty();
    Begun begun =
        store.again(
            scope,
            earlier,
            turn,
            assistant,
            request,
            payload,
            node,
            config.queuedTurns(),
            retrieves,
            replaces,
            at);
    if (!begun.existing()) {
      accept(scope, begun, assistant, request, asked, payload);
    }
    return begun;
  }

  private void accept(
      Scope scope,
      Begun begun,
      UUID assistant,
      TurnRequest request,
      Optional<ChatModel> asked,
      String payload) {
    UUID conversation = begun.conversation();
    UUID turn = begun.turn();
    streams.announce(
        Streams.advanced(
            conversation,
            scope.userId(),
            begun.position().epoch(),
            begun.position().offset(),
            List.of(new Draft("turn.started", payload))));
    Queued accepted =
        new Queued(
            turn,
            assistant,
            conversation,
            scope,
            request,
            asked.orElseGet(() -> modelOf(begun)),
            request.collections().or(begun::collections));
    if (begun.status() == TurnStatus.QUEUED) {
      queued.put(turn, accepted);
      // The one before may have ended between the two statements.
      claim(conversation);
    } else {
      launch(accepted, begun.fence(), begun.history());
    }
  }

  private ChatModel modelOf(Begun begun) {
    try {
      return begun.model().map(models::byName).orElseGet(models::byDefault);
    } catch (Failure e) {
      LOG.warn("the conversation's model is not configured any more: {}", e.detail());
      return models.byDefault();
    }
  }

  private void launch(Queued turn, long fence, List<Said> history) {
    Instant startedAt = clock.instant();
    RunningTurn run =
        new RunningTurn(
            turn.turn(),
            turn.messageId(),
            turn.request(),
            turn.scope(),
            turn.collections(),
            history,
            turn.model(),
            speakers.apply(turn.scope()),
            clock,
            startedAt,
            fencedOut ->
                new TurnStream(
                    turn.turn(),
                    turn.conversation(),
                    turn.scope().userId(),
                    fence,
                    turn.request().speech(),
                    flusher,
                    clock,
                    fencedOut));
    running.put(turn.turn(), run);
    Context context = contexts.get(Math.floorMod(nextContext.getAndIncrement(), contexts.size()));
    context.runOnContext(ignored -> run(run, turn.conversation()));
  }

  private void run(RunningTurn turn, UUID conversation) {
    boolean more = true;
    try {
      more = runner.run(turn);
    } catch (RuntimeException e) {
      LOG.error("turn {} could not be ended; the reaper will", turn.id(), e);
    } finally {
      running.remove(turn.id());
      turn.end();
    }
    if (more) {
      bus.publish(TurnEnded.ADDRESS, new TurnEnded(conversation));
    }
  }

  /** Begins the next queued turn of a conversation, if this node holds it. */
  void claim(UUID conversation) {
    Optional<Queued> first =
        queued.values().stream()
            .filter(turn -> turn.conversation().equals(conversation))
            .min(Comparator.comparing(Queued::turn));
    first.ifPresent(waiting -> {
      var claimed = store.claim(waiting.scope(), conversation, node, clock.instant());
      claimed.ifPresent(turn ->
          Optional.ofNullable(queued.remove(turn.turn()))
              .ifPresent(mine -> launch(mine, turn.fence(), turn.history())));
    });
  }

  /** What waits here, tried again: a fact on the bus may have been lost. */
  void claimAll() {
    queued.values().stream().map(Queued::conversation).distinct().forEach(this::claim);
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
    if (known.status() == TurnStatus.QUEUED && cancelQueued(scope, known)) {
      return store.find(scope, known.id()).orElse(known);
    }
    Optional<RunningTurn> here = Optional.ofNullable(running.get(known.id()));
    if (here.isPresent()) {
      here.get().cancel(spokenChars);
      Future.any(here.get().ended(), timer(CANCEL_WAIT)).await();
    } else {
      bus.publish(TurnCancelWanted.ADDRESS, new TurnCancelWanted(known.id(), spokenChars));
      awaitEnd(scope, known.id());
    }
    return store.find(scope, known.id()).orElse(known);
  }

  private boolean cancelQueued(Scope scope, Turn turn) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("type", "turn.cancelled");
    payload.put("at", clock.instant());
    payload.put("turn_id", turn.id());
    payload.put("client_message_id", turn.clientMessageId());
    payload.put("message", null);
    Draft event = new Draft("turn.cancelled", Json.write(payload));
    Optional<Position> position = store.cancelQueued(scope, turn.id(), event, clock.instant());
    position.ifPresent(at -> {
      queued.remove(turn.id());
      streams.announce(
          Streams.advanced(
              turn.conversationId(), scope.userId(), at.epoch(), at.offset(), List.of(event)));
    });
    return position.isPresent();
  }

  /** Another node ends it: its row says when. */
  private void awaitEnd(Scope scope, UUID turn) {
    Instant until = clock.instant().plus(CANCEL_WAIT);
    while (clock.instant().isBefore(until)
        && store.find(scope, turn).filter(t -> !t.status().isFinal()).isPresent()) {
      timer(Duration.ofMillis(50)).await();
    }
  }

  private Future<Void> timer(Duration wait) {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(wait.toMillis(), ignored -> over.tryComplete());
    return over.future();
  }

  /** Another node's user stops a turn that may run here. */
  void cancelHere(TurnCancelWanted wanted) {
    Optional.ofNullable(running.get(wanted.turn()))
        .ifPresent(turn -> turn.cancel(wanted.spokenChars()));
  }

  void renew() {
    store.renew(node, config.nodeLease());
  }

  /** Takes the turns of nodes that went silent. */
  int reap() {
    List<Reaped> reaped = store.reap(REAP);
    for (Reaped turn : reaped) {
      LOG.warn(
          "a turn of conversation {} was left by a node that went silent; marked interrupted",
          turn.conversation());
      streams.announce(
          Streams.advanced(
              turn.conversation(),
              turn.user(),
              turn.position().epoch(),
              turn.position().offset(),
              List.of(turn.event())));
      if (turn.more()) {
        bus.publish(TurnEnded.ADDRESS, new TurnEnded(turn.conversation()));
      }
    }
    return reaped.size();
  }

  /** Refuses new turns, and gives the running ones until the deadline to end. */
  Future<Void> drain(Duration deadline) {
    draining = true;
    List<RunningTurn> left = new ArrayList<>(running.values());
    if (left.isEmpty()) {
      return Future.succeededFuture();
    }
    LOG.info("{} turns are running; waiting up to {} s", left.size(), deadline.toSeconds());
    vertx.setTimer(
        deadline.toMillis(),
        ignored ->
            left.forEach(turn ->
                turn.fail(
                    Failure.of(
                        FailureCode.INTERRUPTED,
                        "the server stopped in the middle of the answer; ask again"))));
    return Future.join(left.stream().map(RunningTurn::ended).toList()).mapEmpty();
  }
}
