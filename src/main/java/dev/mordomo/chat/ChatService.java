package dev.mordomo.chat;

import dev.mordomo.action.Actions;
import dev.mordomo.billing.Allowance;
import dev.mordomo.billing.TokenEstimate;
import dev.mordomo.chat.ConversationStore.Draft;
import dev.mordomo.chat.TurnBeginStore.Begun;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatModels;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Conversations, messages and turns. Every method waits, on a virtual thread, and sees only what is
 * the scope's: for all else it says {@code not_found}.
 */
public final class ChatService {
  private static final int TITLE = 300;
  private static final Duration LATEST_END = Duration.ofDays(366);

  private final Database database;
  private final Streams streams;
  private final Bus bus;
  private final ChatModels models;
  private final Allowance allowance;
  private final ChatConfig config;
  private final Function<Scope, Speaker> speakers;
  private final Masking masking;
  private final RecentTurns recent;
  private final InstantSource clock;
  private final ConversationStore conversations = new ConversationStore();
  private final MessageStore messages = new MessageStore();
  private final TurnStore turnStore;
  private final TurnStops stops;
  private final Turns turns;
  private final TurnRecovery recovery;
  private final Attendance attendance;
  private final ConversationNews news;
  private final TurnsHere here = new TurnsHere();

  /**
   * To be made on a thread that is no virtual one: the flusher runs on the event loop that it
   * finds.
   *
   * @param node under which this server's turns and tokens stand
   * @param defaults what may change while the server runs
   * @param recent what it remembers of conversations
   * @param meters told how questions were rewritten
   * @param speakers the locale and time zone of a scope's user; quick, since it is asked each turn
   */
  public ChatService(
      Vertx vertx,
      Database database,
      Streams streams,
      Bus bus,
      ChatModels models,
      Retrieval retrieval,
      Actions actions,
      Allowance allowance,
      Function<Scope, Speaker> speakers,
      Masking masking,
      RecentTurns recent,
      UUID node,
      ChatConfig config,
      TurnDefaults defaults,
      MeterRegistry meters,
      InstantSource clock) {
    this.database = database;
    this.speakers = speakers;
    this.masking = masking;
    this.recent = recent;
    this.streams = streams;
    this.bus = bus;
    this.models = models;
    this.allowance = allowance;
    this.config = config;
    this.clock = clock;
    this.turnStore = new TurnStore(database);
    EventFlusher flusher = new EventFlusher(vertx, database, streams, clock, config.deltaJoin());
    TurnRunner runner =
        new TurnRunner(
            vertx,
            new TurnEndStore(vertx, database),
            recent,
            streams,
            retrieval,
            new QueryRewriting(vertx, allowance, config, defaults, meters, clock),
            actions,
            allowance,
            config,
            defaults,
            masking,
            clock);
    this.news = new ConversationNews(vertx, database, streams, clock);
    this.stops =
        new TurnStops(
            node, vertx, here, turnStore, new TurnStopStore(database), streams, news, bus, clock);
    this.turns =
        new Turns(
            node,
            vertx,
            new TurnBeginStore(vertx, database, node, config.queuedTurns(), recent),
            turnStore,
            stops,
            here,
            streams,
            bus,
            flusher,
            news,
            runner,
            models,
            speakers,
            config,
            defaults,
            clock);
    this.recovery =
        new TurnRecovery(node, turns, here, turnStore, streams, news, bus, config.nodeLease());
    this.attendance = new Attendance(vertx, stops, turnStore);
  }

  /** What the verticle drives. */
  Turns turns() {
    return turns;
  }

  TurnStops stops() {
    return stops;
  }

  TurnRecovery recovery() {
    return recovery;
  }

  ConversationNews news() {
    return news;
  }

  /** How many turns run on this node just now. */
  int runningTurns() {
    return here.runningCount();
  }

  ChatConfig config() {
    return config;
  }

  // ── Conversations ──────────────────────────────────────────────────────────────────────────────

  /** A new, empty conversation. */
  public Conversation create(
      Scope scope,
      String title,
      String channel,
      Optional<String> model,
      Optional<List<UUID>> collections,
      Map<String, Object> metadata) {
    checkTitle(title);
    model.ifPresent(models::byName);
    Masking.Pass pass = masks(scope);
    String masked = pass.masked(title);
    Draft draft =
        new Draft(
            Ids.next(),
            masked,
            channel,
            model,
            collections,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            pass.noted(metadata));
    return create(scope, draft);
  }

  private Conversation create(Scope scope, Draft draft) {
    Deed.about(draft.id());
    record Made(Conversation conversation, Advanced told) {}
    Made made =
        database.as(
            scope,
            connection -> {
              conversations.insert(connection, scope, draft, clock.instant());
              Conversation conversation = conversations.get(connection, draft.id()).orElseThrow();
              Once.made(connection, conversation);
              return new Made(conversation, tell(connection, scope, conversation));
            });
    streams.announce(made.told());
    return made.conversation();
  }

  private Advanced tell(SqlClient connection, Scope scope, Conversation conversation) {
    return tell(connection, scope, "conversation.updated", conversation);
  }

  private Advanced tellDeleted(SqlClient connection, Scope scope, UUID id) {
    return tell(connection, scope, "conversation.deleted", Map.of("id", id));
  }

  private Advanced tell(SqlClient connection, Scope scope, String type, Object conversation) {
    Instant at = clock.instant();
    return Streams.append(
        connection,
        scope.userId(),
        Kind.USER,
        scope.tenantId(),
        scope.userId(),
        List.of(Streams.about(type, at, "conversation", conversation)),
        at);
  }

  /**
   * The one last talked in first.
   *
   * @param after of the page before; empty: from the front
   */
  public List<Conversation> list(Scope scope, Optional<ConversationPlace> after, int limit) {
    ConversationPlace from = after.orElse(ConversationPlace.FRONT);
    return database.snapshot(scope, c -> conversations.list(c, scope, from, limit));
  }

  public Conversation get(Scope scope, UUID id) {
    return database
        .snapshot(scope, c -> conversations.get(c, id))
        .orElseThrow(() -> Failure.notFound("the conversation"));
  }

  /** Whether the scope may listen to it. */
  public boolean mayListen(Scope scope, UUID id) {
    return database.as(scope, c -> conversations.get(c, id)).isPresent();
  }

  public Conversation change(Scope scope, UUID id, ConversationChange wanted) {
    wanted.title().ifPresent(ChatService::checkTitle);
    ConversationChange change = wanted.masked(masks(scope));
    change.model().flatMap(m -> m).ifPresent(models::byName);
    change
        .satisfactionScore()
        .flatMap(s -> s)
        .filter(score -> score < 0 || score > 1)
        .ifPresent(score -> {
          throw Failure.invalid("satisfaction_score", "must be from 0 to 1");
        });
    change.endedAt().flatMap(at -> at).ifPresent(this::checkEnd);
    record Changed(Conversation conversation, Advanced told) {}
    Changed changed =
        database.as(
            scope,
            connection -> {
              if (!conversations.update(connection, id, change)) {
                throw Failure.notFound("the conversation");
              }
              Conversation conversation = conversations.get(connection, id).orElseThrow();
              return new Changed(conversation, tell(connection, scope, conversation));
            });
    streams.announce(changed.told());
    return changed.conversation();
  }

  private void checkEnd(Instant at) {
    if (at.isBefore(Instant.EPOCH) || at.isAfter(clock.instant().plus(LATEST_END))) {
      throw Failure.invalid("ended_at", "must be from 1970 to a year from now");
    }
  }

  /** Erases it with its messages, turns and actions. A turn that runs is cancelled first. */
  public void delete(Scope scope, UUID id) {
    get(scope, id);
    turnStore.running(scope, id).ifPresent(turn -> cancel(scope, turn, Optional.empty()));
    streams.announce(
        database.as(
            scope,
            connection -> {
              if (!conversations.delete(connection, id)) {
                throw Failure.notFound("the conversation");
              }
              return tellDeleted(connection, scope, id);
            }));
    recent.forget(scope, id);
    bus.publish(
        ConversationDeleted.ADDRESS, new ConversationDeleted(scope.tenantId(), scope.userId(), id));
  }

  private static void checkTitle(String title) {
    if (title.length() > TITLE) {
      throw Failure.invalid("title", "must have at most " + TITLE + " characters");
    }
  }

  // ── Messages ───────────────────────────────────────────────────────────────────────────────────

  /** A page of a conversation, oldest first. */
  public ConversationMessages messages(
      Scope scope, UUID conversation, Optional<UUID> after, int limit) {
    return database.snapshot(
        scope,
        connection -> {
          Conversation owner =
              conversations
                  .get(connection, conversation)
                  .orElseThrow(() -> Failure.notFound("the conversation"));
          List<Message> page = messages.ofConversation(connection, conversation, after, limit + 1);
          return new ConversationMessages(
              page.subList(0, Math.min(limit, page.size())),
              page.size() > limit,
              owner.position(),
              owner.runningTurn());
        });
  }

  /** A user's messages across conversations, newest first. */
  public List<Message> messages(Scope scope, MessageQuery query) {
    return database.as(
        scope,
        connection ->
            messages.ofUser(
                connection,
                scope.tenantId(),
                scope.userId(),
                new MessageStore.Filter(
                    query.conversation(),
                    query.from(),
                    query.to(),
                    query.role(),
                    query.intent(),
                    query.before(),
                    query.limit())));
  }

  /**
   * @param score 1 to 5
   */
  public void feedback(Scope scope, UUID message, int score, Optional<String> comment) {
    if (score < 1 || score > 5) {
      throw Failure.invalid("score", "must be from 1 to 5");
    }
    Optional<String> said = comment.map(masks(scope)::masked);
    if (!database.as(scope, c -> messages.feedback(c, message, score, said))) {
      throw Failure.notFound("the assistant's message");
    }
  }

  // ── Turns ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes the user's words. When this returns they are stored, and the answer is on its way on the
   * conversation's channel. The same {@code client_message_id} again is the same turn.
   */
  public TurnStarted startTurn(Scope scope, TurnRequest said) {
    check(said);
    TurnRequest request = masked(scope, said);
    Optional<UUID> given = request.conversationId();
    checkFormat(scope, request, given);
    if (given.isEmpty()) {
      Optional<Turn> before = turnStore.findByClientMessage(scope, request.clientMessageId());
      if (before.isPresent()) {
        return again(scope, before.get());
      }
    }
    admit(scope, request);
    UUID conversation =
        given.orElseGet(() ->
            create(
                    scope,
                    new Draft(
                        Ids.next(),
                        "",
                        request.channel(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        request.source(),
                        Map.of()))
                .id());
    if (request.interrupt() && given.isPresent()) {
      turnStore
          .running(scope, conversation)
          .ifPresent(turn -> cancel(scope, turn, request.spokenChars()));
    }
    Begun begun = turns.begin(scope, conversation, request);
    if (begun.existing() && given.isEmpty()) {
      database
          .as(
              scope,
              connection ->
                  conversations.deleteIfEmpty(connection, conversation)
                      ? Optional.of(tellDeleted(connection, scope, conversation))
                      : Optional.<Advanced>empty())
          .ifPresent(streams::announce);
    }
    if (begun.first()) {
      Conversation titled = get(scope, conversation);
      streams.announce(database.as(scope, connection -> tell(connection, scope, titled)));
    }
    return started(begun);
  }

  /** What was asked before is answered whatever is left of the quota. */
  private void admit(Scope scope, TurnRequest request) {
    try {
      allowance.admit(scope, TokenEstimate.of(request.content()));
    } catch (Failure e) {
      if (turnStore.findByClientMessage(scope, request.clientMessageId()).isEmpty()) {
        throw e;
      }
    }
  }

  private static TurnStarted started(Begun begun) {
    // Reading on from the place before turn.started misses nothing of the turn.
    long offset = begun.position().offset() - (begun.existing() ? 0 : 1);
    return new TurnStarted(
        begun.turn(),
        begun.message(),
        begun.conversation(),
        begun.status(),
        new Position(begun.position().epoch(), offset));
  }

  /** How an earlier turn is answered again. */
  public enum Again {
    /** Anew; the answer takes the place of the earlier one. */
    REGENERATE,
    /** From where it stopped, where the model can; the whole takes the place of the earlier one. */
    CONTINUE
  }

  /**
   * Answers the last words of a conversation again, as the same words and no new message. Once a
   * turn, unless ids say otherwise: the same id again is the same turn.
   *
   * @param clientMessageId absent: one that belongs to the earlier turn
   * @param model absent: as the earlier turn
   * @throws Failure {@code conflict} when the turn has not ended, or is not the last; {@code
   *     invalid} when its answer has to look like something that the model does not know to make
   */
  public TurnStarted again(
      Scope scope, UUID id, Again how, Optional<String> clientMessageId, Optional<String> model) {
    Turn earlier = turn(scope, id);
    TurnStore.Wanted asked =
        turnStore.wanted(scope, id).orElseThrow(() -> Failure.notFound("the turn"));
    Directions before = asked.directions().orElse(Directions.NONE);
    Optional<String> kept =
        how == Again.CONTINUE && canContinue(scope, earlier, model.or(asked::model))
            ? answer(scope, earlier).map(Message::content).filter(said -> !said.isBlank())
            : Optional.empty();
    Optional<List<Reference>> context = kept.map(ignored -> context(scope, earlier));
    Message said = words(scope, earlier);
    TurnRequest request =
        new TurnRequest(
            Optional.of(earlier.conversationId()),
            said.content(),
            clientMessageId.orElse("again:" + id),
            model.or(asked::model),
            asked.collections(),
            asked.speech(),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            false,
            Optional.empty(),
            "web",
            before.keeping(kept, context));
    check(request);
    checkFormat(scope, request, request.conversationId());
    admit(scope, request);
    return started(turns.again(scope, id, said, request, true));
  }

  private boolean canContinue(Scope scope, Turn turn, Optional<String> model) {
    return model
        .or(() -> get(scope, turn.conversationId()).model())
        .map(models::byName)
        .orElseGet(models::byDefault)
        .canContinue();
  }

  /**
   * Goes on with an earlier turn that ended with calls of the client's tools: the same words, with
   * the directions' results after them. The earlier answer stays.
   */
  public TurnStarted goOn(Scope scope, UUID earlier, TurnRequest said) {
    check(said);
    TurnRequest request = masked(scope, said);
    checkFormat(scope, request, request.conversationId());
    admit(scope, request);
    return started(turns.again(scope, earlier, words(scope, turn(scope, earlier)), request, false));
  }

  private void checkFormat(Scope scope, TurnRequest request, Optional<UUID> conversation) {
    if (request.directions().format().isEmpty()) {
      return;
    }
    ChatModel model =
        turns.modelOf(
            scope, request.model().or(() -> conversation.flatMap(id -> get(scope, id).model())));
    if (!model.canFormat()) {
      throw Failure.invalid("response_format", model.name() + " answers in its own words only");
    }
  }

  private TurnRequest masked(Scope scope, TurnRequest said) {
    return said.masked(masks(scope));
  }

  private Masking.Pass masks(Scope scope) {
    return masking.begin(scope, () -> speakers.apply(scope).locale());
  }

  private Message words(Scope scope, Turn turn) {
    return database
        .as(scope, c -> messages.find(c, turn.messageId()))
        .orElseThrow(() -> Failure.notFound("the turn's message"));
  }

  /** A turn's answer as far as it came; empty while it runs, and when nothing was said. */
  public Optional<Message> answer(Scope scope, Turn turn) {
    return database.as(scope, c -> messages.answer(c, turn.conversationId(), turn.id()));
  }

  private List<Reference> context(Scope scope, Turn turn) {
    return database.as(scope, c -> messages.context(c, turn.conversationId(), turn.id()));
  }

  /** The latest turn over the same words: the one that answers them in the end. */
  public Turn latest(Scope scope, Turn turn) {
    return turnStore.latest(scope, turn);
  }

  /** Who waits for turns that are for nobody else. */
  public Attendance attendance() {
    return attendance;
  }

  private TurnStarted again(Scope scope, Turn turn) {
    return new TurnStarted(
        turn.id(),
        turn.messageId(),
        turn.conversationId(),
        turn.status(),
        get(scope, turn.conversationId()).position());
  }

  private void check(TurnRequest request) {
    if (request.content().isBlank()) {
      throw Failure.invalid("content", "must not be empty");
    }
    if (request.content().length() > config.messageChars()) {
      throw Failure.tooLarge(
          "content",
          "has %d characters, the limit is %d"
              .formatted(request.content().length(), config.messageChars()));
    }
    if (request.content().indexOf(0) >= 0) {
      throw Failure.invalid("content", "must not contain the character U+0000");
    }
    String id = request.clientMessageId();
    if (id.isBlank() || id.length() > 120) {
      throw Failure.invalid("client_message_id", "must have 1 to 120 characters");
    }
  }

  public Turn turn(Scope scope, UUID id) {
    return turnStore.find(scope, id).orElseThrow(() -> Failure.notFound("the turn"));
  }

  /** The turn that a {@code client_message_id} is. */
  public Optional<Turn> turn(Scope scope, String clientMessageId) {
    return turnStore.findByClientMessage(scope, clientMessageId);
  }

  /** The place in its conversation's stream before its first event, while that is kept. */
  public Optional<Position> beginning(Scope scope, UUID id) {
    return turnStore.beginning(scope, id);
  }

  /**
   * Stops a turn in whatever phase it is; what was said stays. One that has ended stays as it is.
   *
   * @param spokenChars how much of the answer was heard: the rest is not kept
   */
  public Turn cancel(Scope scope, UUID id, Optional<Integer> spokenChars) {
    return stops.cancel(scope, turn(scope, id), spokenChars);
  }

  /** Whether new turns are refused, because the node stops. */
  public boolean isDraining() {
    return turns.isDraining();
  }

  /**
   * Refuses new turns and waits for those that run; after the deadline they fail as interrupted.
   * Those that wait are left to other nodes.
   */
  public Future<Void> drain(Duration deadline) {
    return turns.drain(deadline);
  }
}
