package dev.mordomo.chat;

import dev.mordomo.chat.TurnBeginStore.Beginning;
import dev.mordomo.chat.TurnBeginStore.Begun;
import dev.mordomo.chat.TurnBeginStore.History;
import dev.mordomo.chat.TurnStore.Adopted;
import dev.mordomo.chat.TurnsHere.Queued;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatModels;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns that this node runs or holds in a queue, from their first word to their end.
 *
 * <p>A turn that the database has as this node's is {@link TurnsHere here}, or was lost between a
 * commit and its answer: {@link TurnRecovery} finds it, and takes it up or ends it.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
  private static final int TAKEN_UP = 100;
  private static final int BEGIN_TRIES = 3;
  private static final Duration BEGIN_RETRY = Duration.ofMillis(250);
  private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

  private final UUID node;
  private final Vertx vertx;
  private final TurnBeginStore beginnings;
  private final TurnStore store;
  private final TurnStops stops;
  private final TurnsHere here;
  private final Streams streams;
  private final Bus bus;
  private final EventFlusher flusher;
  private final ConversationNews news;
  private final TurnRunner runner;
  private final ChatModels models;
  private final Function<Scope, Speaker> speakers;
  private final ChatConfig config;
  private final TurnDefaults defaults;
  private final InstantSource clock;

  private final List<Context> contexts = new CopyOnWriteArrayList<>();
  private final AtomicInteger nextContext = new AtomicInteger();
  private volatile boolean draining;

  Turns(
      UUID node,
      Vertx vertx,
      TurnBeginStore beginnings,
      TurnStore store,
      TurnStops stops,
      TurnsHere here,
      Streams streams,
      Bus bus,
      EventFlusher flusher,
      ConversationNews news,
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
    this.stops = stops;
    this.here = here;
    this.streams = streams;
    this.bus = bus;
    this.flusher = flusher;
    this.news = news;
    this.runner = runner;
    this.models = models;
    this.speakers = speakers;
    this.config = config;
    this.defaults = defaults;
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
    here.enter(turn);
    try {
      Begun begun = attempt(work);
      if (!begun.existing()) {
        accept(start, begun);
      } else if (begun.turn().equals(turn)) {
        // The first try was committed, and its answer lost: it is taken up as one that was found.
        takeUp(Set.of(turn), false);
      }
      return begun;
    } finally {
      here.leave(turn);
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
      here.queue(accepted);
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

  /** Who answers where this model, or none, is wanted. */
  ChatModel modelOf(Scope scope, Optional<String> wanted) {
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
    here.run(run);
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
      here.ended(turn);
      turn.end();
      news.changed(conversation);
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
    here.queuedIn(conversation).stream().findFirst().ifPresent(this::claim);
  }

  private void claim(Queued first) {
    // Should the answer be lost, the beat finds a turn that runs and that nobody holds.
    List<UUID> candidates = here.queuedIn(first.conversation()).stream().map(Queued::turn).toList();
    candidates.forEach(here::enter);
    try {
      beginnings
          .claim(first.scope(), first.conversation(), clock.instant())
          .ifPresent(turn ->
              here.unqueue(turn.turn())
                  .ifPresent(mine -> launch(mine, turn.fence(), turn.history())));
    } finally {
      candidates.forEach(here::leave);
    }
  }

  /** What waits here, tried again: a fact on the bus may have been lost. */
  void claimAll() {
    if (draining) {
      return;
    }
    Set<UUID> gone = new HashSet<>(here.allQueued());
    if (!gone.isEmpty()) {
      // Only of those that were asked about: more may have come to wait meanwhile.
      gone.removeAll(store.waiting(node, gone));
      here.unqueueUnlessOnTheirWay(gone);
      here.conversationsThatWait().forEach(this::claim);
    }
  }

  /**
   * Takes up turns that wait and that nobody holds.
   *
   * @param lost of this node's own, what is nowhere here
   * @param others whether those of silent nodes too
   */
  void takeUp(Set<UUID> lost, boolean others) {
    if (draining) {
      return;
    }
    // What ran here once does not run again by itself: it is for the reaper.
    Set<UUID> fresh = new HashSet<>(lost);
    fresh.removeIf(here::hasRun);
    List<Adopted> adopted = store.adopt(node, fresh, others, TAKEN_UP);
    if (!adopted.isEmpty()) {
      take(adopted);
    }
    claimAll();
  }

  private void take(List<Adopted> adopted) {
    List<UUID> taken = adopted.stream().map(Adopted::turn).toList();
    taken.forEach(here::enter);
    try {
      // Before anybody can begin one of them: a turn that was stopped asks no model.
      List<TurnCancelWanted> wanted = stops.wanted();
      wanted.forEach(here::stop);
      adopted.forEach(this::queue);
      stops.stop(wanted);
    } finally {
      taken.forEach(here::leave);
    }
  }

  private void queue(Adopted turn) {
    LOG.info("turn {} waited and nobody held it; it is taken up", turn.turn());
    TurnRequest request =
        TurnRequest.again(
            turn.conversation(), turn.content(), turn.clientMessageId(), turn.wanted());
    here.queue(
        new Queued(
            turn.turn(),
            turn.message(),
            turn.conversation(),
            turn.scope(),
            request,
            modelOf(turn.scope(), request.model().or(turn::model)),
            request.collections().or(turn::collections)));
  }

  private Future<Void> timer(Duration wait) {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(wait.toMillis(), ignored -> over.tryComplete());
    return over.future();
  }

  /**
   * Refuses new turns, gives those that wait to other nodes, and the running ones until the
   * deadline to end.
   */
  Future<Void> drain(Duration deadline) {
    draining = true;
    release();
    int running = here.running().size();
    if (running > 0) {
      LOG.info("{} turns are running; waiting up to {} s", running, deadline.toSeconds());
    }
    vertx.setTimer(
        Math.max(1, deadline.toMillis()),
        ignored ->
            here.running()
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
    if (here.isIdle()) {
      empty.complete();
    } else {
      vertx.setTimer(DRAIN_LOOK.toMillis(), ignored -> awaitEmpty(empty));
    }
  }

  private void release() {
    Set<UUID> waiting = here.allQueued();
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
    waiting.forEach(here::unqueue);
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
