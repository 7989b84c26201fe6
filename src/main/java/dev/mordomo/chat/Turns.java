package dev.mordomo.chat;

import dev.mordomo.chat.TurnBeginStore.Beginning;
import dev.mordomo.chat.TurnBeginStore.Begun;
import dev.mordomo.chat.TurnBeginStore.History;
import dev.mordomo.chat.TurnStore.Adopted;
import dev.mordomo.chat.TurnStore.Reaped;
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
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns that this node runs or holds in a queue, from their first word to their end.
 *
 * <p>A turn that the database has as this node's is in {@code running}, {@code queued}, or on its
 * way there ({@code starting}). One that is in none of them was lost between a commit and its
 * answer: the beat finds it, and takes it up or ends it.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
  private static final Duration CANCEL_WAIT = Duration.ofSeconds(5);
  private static final int REAP = 100;
  private static final int BEGIN_TRIES = 3;
  private static final Duration BEGIN_RETRY = Duration.ofMillis(250);
  private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

  private final UUID node;
  private final Vertx vertx;
  private final TurnBeginStore beginnings;
  private final TurnStore store;
  private final TurnStopStore stopStore;
  private final Streams streams;
  private final Bus bus;
  private final EventFlusher flusher;
  private final TurnRunner runner;
  private final ChatModels models;
  private final Function<Scope, Speaker> speakers;
  private final ChatConfig config;
  private final TurnDefaults defaults;
  private final InstantSource clock;

  private final List<Context> contexts = new CopyOnWriteArrayList<>();
  private final AtomicInteger nextContext = new AtomicInteger();
  private final Map<UUID, RunningTurn> running = new ConcurrentHashMap<>();
  private final Map<UUID, Queued> queued = new ConcurrentHashMap<>();

  /** How many threads bring a turn on its way just now; two may try to claim the same one. */
  private final Map<UUID, Integer> starting = new ConcurrentHashMap<>();

  /** Stops that came for turns that do not run yet, but will. */
  private final Map<UUID, TurnCancelWanted> stops = new ConcurrentHashMap<>();

  private final NodeHealth health;

  /** What was begun to run here, and has not ended as the database has it. */
  private final Set<UUID> ran = ConcurrentHashMap.newKeySet();

  /** What the last beat could not find here. */
  private volatile Set<UUID> suspects = Set.of();

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
      TurnBeginStore beginnings,
      TurnStore store,
      TurnStopStore stopStore,
      Streams streams,
      Bus bus,
      EventFlusher flusher,
      TurnRunner runner,
      ChatModels models,
      Function<Scope, Speaker> speakers,
      ChatConfig config,
      TurnDefaults defaults,
      InstantSource clock) {
    this.node = node;
    this.vertx = vertx;
    this.beginnings = beginnings;
    this.store = store;
    this.stopStore = stopStore;
    this.streams = streams;
    this.bus = bus;
    this.flusher = flusher;
    this.runner = runner;
    this.models = models;
    this.speakers = speakers;
    this.config = config;
    this.defaults = defaults;
    this.clock = clock;
    this.health = new NodeHealth(config.nodeLease(), System.nanoTime());
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
    Optional<ChatModel> asked = request.model().map(name -> named(scope, name));
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
    return start(
        new Start(turn, assistant, scope, request, asked, payload),
        () ->
            beginnings.begin(
                new Beginning(
                    scope,
                    conversation,
                    turn,
                    message,
                    assistant,
                    request,
                    payload,
                    retrieves,
                    at)));
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
    Optional<ChatModel> asked = request.model().map(name -> named(scope, name));
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
    return start(
        new Start(turn, assistant, scope, request, asked, payload),
        () ->
            beginnings.again(
                scope, earlier, turn, assistant, request, payload, retrieves, replaces, at));
  }

  /** A turn that is about to be stored. */
  private record Start(
      UUID turn,
      UUID assistant,
      Scope scope,
      TurnRequest request,
      Optional<ChatModel> asked,
      String payload) {}

  private Begun start(Start start, Supplier<Begun> work) {
    UUID turn = start.turn();
    enter(turn);
    try {
      Begun begun = attempt(work);
      if (!begun.existing()) {
        accept(start, begun);
      } else if (begun.turn().equals(turn)) {
        // The first try was committed, and its answer lost: it is taken up as one that was found.
        adopt(Set.of(turn), false);
        claimAll();
      }
      return begun;
    } finally {
      leave(turn);
    }
  }

  /** A connection that breaks is no reason to refuse a turn; the same ids make it the same turn. */
  private Begun attempt(Supplier<Begun> begin) {
    for (int tried = 1; ; tried++) {
      try {
        return begin.get();
      } catch (Failure e) {
        if (e.code() != FailureCode.UNAVAILABLE || tried == BEGIN_TRIES) {
          throw e;
        }
        LOG.warn("a turn could not be begun, tried again: {}", e.detail());
        timer(BEGIN_RETRY).await();
      }
    }
  }

  private void enter(UUID turn) {
    starting.merge(turn, 1, Integer::sum);
  }

  private void leave(UUID turn) {
    if (starting.computeIfPresent(turn, (id, count) -> count == 1 ? null : count - 1) == null) {
      stops.remove(turn);
    }
  }

  private void accept(Start start, Begun begun) {
    UUID conversation = begun.conversation();
    streams.announce(
        Streams.advanced(
            conversation,
            start.scope().userId(),
            begun.position().epoch(),
            begun.position().offset(),
            List.of(new Draft("turn.started", start.payload()))));
    Queued accepted =
        new Queued(
            start.turn(),
            start.assistant(),
            conversation,
            start.scope(),
            start.request(),
            start.asked().orElseGet(() -> modelOf(start.scope(), begun.model())),
            start.request().collections().or(begun::collections));
    if (begun.status() == TurnStatus.QUEUED) {
      queued.put(start.turn(), accepted);
      // The one before may have ended between the two statements.
      claim(conversation);
    } else {
      launch(accepted, begun.fence(), begun.history());
    }
  }

  /** The assistant is whatever model the tenant's is now. */
  private ChatModel named(Scope scope, String name) {
    return name.equals(ChatModels.ASSISTANT)
        ? defaults.model(scope.tenantId()).map(models::byName).orElseGet(models::byDefault)
        : models.byName(name);
  }

  private ChatModel modelOf(Scope scope, Optional<String> wanted) {
    try {
      return named(scope, wanted.orElse(ChatModels.ASSISTANT));
    } catch (Failure e) {
      LOG.warn("the wanted model is not configured any more: {}", e.detail());
      return models.byDefault();
    }
  }

  private void launch(Queued turn, long fence, History history) {
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
            keeper ->
                new TurnStream(
                    turn.turn(),
                    turn.conversation(),
                    turn.scope().userId(),
                    fence,
                    turn.request().speech(),
                    flusher,
                    clock,
                    config.storePatience(),
                    keeper));
    ran.add(turn.turn());
    running.put(turn.turn(), run);
    Optional.ofNullable(stops.remove(turn.turn()))
        .ifPresent(stop -> run.cancel(stop.spokenChars()));
    Context context = contexts.get(Math.floorMod(nextContext.getAndIncrement(), contexts.size()));
    context.runOnContext(ignored -> run(run, turn.conversation()));
  }

  private void run(RunningTurn turn, UUID conversation) {
    boolean more = true;
    try {
      more = runner.run(turn);
    } catch (RuntimeException e) {
      LOG.error("turn {} could not be ended; the next beat ends it", turn.id(), e);
    } finally {
      running.remove(turn.id(), turn);
      turn.end();
    }
    if (more) {
      bus.publish(TurnEnded.ADDRESS, new TurnEnded(conversation));
    }
  }

  /** Begins the next queued turn of a conversation, if this node holds it. */
  void claim(UUID conversation) {
    if (draining) {
      return;
    }
    Optional<Queued> first =
        queued.values().stream()
            .filter(turn -> turn.conversation().equals(conversation))
            .min(Comparator.comparing(Queued::turn));
    first.ifPresent(this::claim);
  }

  private void claim(Queued first) {
    // Should the answer be lost, the beat finds a turn that runs and that nobody holds.
    List<UUID> candidates =
        queued.values().stream()
            .filter(turn -> turn.conversation().equals(first.conversation()))
            .map(Queued::turn)
            .toList();
    candidates.forEach(this::enter);
    try {
      beginnings
          .claim(first.scope(), first.conversation(), clock.instant())
          .ifPresent(turn ->
              Optional.ofNullable(queued.remove(turn.turn()))
                  .ifPresent(mine -> launch(mine, turn.fence(), turn.history())));
    } finally {
      candidates.forEach(this::leave);
    }
  }

  /** What waits here, tried again: a fact on the bus may have been lost. */
  void claimAll() {
    if (draining || queued.isEmpty()) {
      return;
    }
    // Only of those that were asked about: more may have come to wait meanwhile.
    Set<UUID> gone = new HashSet<>(queued.keySet());
    gone.removeAll(store.waiting(node, gone));
    // They were cancelled, or taken, on another node; or are just being taken here.
    gone.stream().filter(turn -> !starting.containsKey(turn)).forEach(queued::remove);
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
    Optional<RunningTurn> here = Optional.ofNullable(running.get(known.id()));
    if (here.isPresent()) {
      here.get().cancel(spokenChars);
      Future.any(here.get().ended(), timer(CANCEL_WAIT)).await();
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
    Optional<Position> position = stopStore.cancel(scope, turn, spokenChars, event, at);
    position.ifPresent(end -> {
      queued.remove(turn);
      streams.announce(
          Streams.advanced(
              conversation, scope.userId(), end.epoch(), end.offset(), List.of(event)));
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

  /** A user of any node stops a turn that may run here. */
  void cancelHere(TurnCancelWanted wanted) {
    UUID turn = wanted.turn();
    if (starting.containsKey(turn)) {
      stops.put(turn, wanted);
    }
    // It may have begun to run meanwhile, without having seen the stop.
    Optional.ofNullable(running.get(turn)).ifPresent(run -> run.cancel(wanted.spokenChars()));
  }

  /**
   * Stops the turns here of which a user of any node has said so, also when the bus lost it. Often,
   * and one small statement, while turns run here; else none.
   */
  void lookForStops() {
    if (!running.isEmpty()) {
      stop(stopStore.wanted(node));
    }
  }

  private void stop(List<TurnCancelWanted> wanted) {
    for (TurnCancelWanted stop : wanted) {
      cancelHere(stop);
      // One that was stopped while it ran, and that has come to wait again.
      Optional.ofNullable(queued.get(stop.turn()))
          .ifPresent(turn ->
              cancelWaiting(
                  turn.scope(),
                  turn.turn(),
                  turn.conversation(),
                  turn.request().clientMessageId(),
                  stop.spokenChars()));
    }
  }

  void renew() {
    store.renew(node, config.nodeLease());
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
    if (!draining) {
      adopt(lost, healthy);
      claimAll();
    }
    if (healthy && health.isSteady()) {
      // What was taken up just now may run already.
      lost.removeIf(this::isHere);
      reap(lost);
    }
  }

  /** Another node has left turns that wait. */
  void adopt() {
    if (!draining) {
      adopt(Set.of(), health.isSteady());
      claimAll();
    }
  }

  /**
   * Turns that the database has as this node's and that are nowhere here. Twice in a row: one may
   * be on its way from one place to the next just now.
   */
  private Set<UUID> lost() {
    Set<UUID> missing = store.ofNode(node);
    ran.removeIf(turn -> !missing.contains(turn) && !isHere(turn));
    missing.removeIf(this::isHere);
    Set<UUID> lost = new HashSet<>(missing);
    lost.retainAll(suspects);
    suspects = Set.copyOf(missing);
    return lost;
  }

  private boolean isHere(UUID turn) {
    return starting.containsKey(turn) || queued.containsKey(turn) || running.containsKey(turn);
  }

  private void adopt(Set<UUID> lost, boolean others) {
    // What ran here once does not run again by itself: it is for the reaper.
    Set<UUID> fresh = new HashSet<>(lost);
    fresh.removeAll(ran);
    List<Adopted> adopted = store.adopt(node, fresh, others, REAP);
    for (Adopted turn : adopted) {
      LOG.info("turn {} waited and nobody held it; it is taken up", turn.turn());
      TurnRequest request =
          TurnRequest.again(
              turn.conversation(), turn.content(), turn.clientMessageId(), turn.wanted());
      queued.put(
          turn.turn(),
          new Queued(
              turn.turn(),
              turn.message(),
              turn.conversation(),
              turn.scope(),
              request,
              modelOf(turn.scope(), request.model().or(turn::model)),
              request.collections().or(turn::collections)));
    }
    if (!adopted.isEmpty()) {
      stop(stopStore.wanted(node));
    }
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
      if (turn.more()) {
        bus.publish(TurnEnded.ADDRESS, new TurnEnded(turn.conversation()));
      }
    }
  }

  /**
   * Refuses new turns, gives those that wait to other nodes, and the running ones until the
   * deadline to end.
   */
  Future<Void> drain(Duration deadline) {
    draining = true;
    release();
    if (!running.isEmpty()) {
      LOG.info("{} turns are running; waiting up to {} s", running.size(), deadline.toSeconds());
    }
    vertx.setTimer(
        Math.max(1, deadline.toMillis()),
        ignored ->
            running
                .values()
                .forEach(turn ->
                    turn.fail(
                        Failure.of(
                            FailureCode.INTERRUPTED,
                            "the server stopped in the middle of the answer; ask again"))));
    Promise<Void> empty = Promise.promise();
    awaitEmpty(empty);
    return empty.future();
  }

  boolean isDraining() {
    return draining;
  }

  private void awaitEmpty(Promise<Void> empty) {
    if (running.isEmpty() && starting.isEmpty()) {
      empty.complete();
    } else {
      vertx.setTimer(DRAIN_LOOK.toMillis(), ignored -> awaitEmpty(empty));
    }
  }

  private void release() {
    List<UUID> waiting = List.copyOf(queued.keySet());
    if (waiting.isEmpty()) {
      return;
    }
    LOG.info("{} turns wait; they are left to other nodes", waiting.size());
    try {
      store.release(node, waiting);
      bus.publish(TurnsLeft.ADDRESS, new TurnsLeft(waiting.size()));
    } catch (Failure e) {
      LOG.warn("other nodes take what waits once the lease has ended: {}", e.detail());
    }
    waiting.forEach(queued::remove);
  }

  /** The last word of a node that stops in good order. */
  void leave() {
    // Also what was accepted while it stopped.
    release();
    try {
      store.leave(node);
    } catch (Failure e) {
      LOG.warn("the node's lease ends by itself: {}", e.detail());
    }
  }
}
