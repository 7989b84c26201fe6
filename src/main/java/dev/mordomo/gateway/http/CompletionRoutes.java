package dev.mordomo.gateway.http;

import dev.mordomo.chat.Attendance;
import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.Message;
import dev.mordomo.chat.Turn;
import dev.mordomo.chat.TurnRequest;
import dev.mordomo.chat.TurnStarted;
import dev.mordomo.chat.TurnStatus;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.http.CompletionChunks.Whole;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.model.ChatModels;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Chat completions as OpenAI's clients know them: a turn like any other, told in other words. The
 * caller waits for it, so that it ends when the caller has gone.
 */
final class CompletionRoutes {
  /** The official clients count their attempts at a request from 0. */
  private static final String ATTEMPT = "x-stainless-retry-count";

  private static final String REPLAYED = "Idempotent-Replayed";

  private final ChatService chat;
  private final ChatModels models;
  private final RateLimits limits;
  private final HttpGateway.Services services;
  private final Repeats repeats;

  CompletionRoutes(
      ChatService chat, ChatModels models, RateLimits limits, HttpGateway.Services services) {
    this.chat = chat;
    this.models = models;
    this.limits = limits;
    this.services = services;
    this.repeats = new Repeats(services);
  }

  /** Begins the turn, or finds the one that the same request began before. */
  Answer start(Exchange exchange) {
    Completion wanted = CompletionFields.read(exchange);
    Scope scope = exchange.scope();
    boolean isRetry = exchange.header(ATTEMPT).filter(count -> !count.equals("0")).isPresent();
    Optional<UUID> ofKey = Once.seed();
    String clientMessageId = "completion:" + ofKey.orElseGet(() -> repeats.seed(exchange, isRetry));
    Optional<Turn> before =
        isRetry || ofKey.isPresent() ? chat.turn(scope, clientMessageId) : Optional.empty();
    if (before.isPresent()) {
      return new Answer.Text(
          202, Map.of(REPLAYED, "true"), Json.write(Map.of("turn_id", before.get().id())));
    }
    checkModel(wanted);
    limits.turn(scope);
    return Answer.accepted(begin(scope, wanted, clientMessageId));
  }

  private void checkModel(Completion wanted) {
    try {
      wanted.chosen().ifPresent(models::byName);
    } catch (Failure e) {
      throw e.code() == FailureCode.INVALID ? OpenAiError.noSuchModel(e) : e;
    }
  }

  private TurnStarted begin(Scope scope, Completion wanted, String clientMessageId) {
    Optional<Turn> answered =
        wanted.answers().flatMap(id -> find(scope, id, wanted.conversation()));
    TurnRequest request =
        new TurnRequest(
            answered.map(Turn::conversationId).or(wanted::conversation),
            wanted.words(),
            clientMessageId,
            wanted.chosen(),
            Optional.empty(),
            false,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            false,
            Optional.empty(),
            "openai",
            wanted.directions());
    return answered.isPresent()
        ? chat.goOn(scope, answered.get().id(), request)
        : chat.startTurn(scope, request);
  }

  /** A turn, if it is one's own, and of the conversation that is named. */
  private Optional<Turn> find(Scope scope, UUID id, Optional<UUID> conversation) {
    try {
      return Optional.of(chat.turn(scope, id))
          .filter(turn -> conversation.filter(c -> !c.equals(turn.conversationId())).isEmpty());
    } catch (Failure e) {
      if (e.code() == FailureCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Tells the turn's answer, as it comes or at its end. */
  Answer follow(Exchange exchange, Answer.Text begun) {
    Completion wanted = CompletionFields.read(exchange);
    Scope scope = exchange.scope();
    UUID id = UUID.fromString(Json.read(begun.body()).path("turn_id").asText());
    Turn first = chat.turn(scope, id);
    boolean repeated = begun.headers().containsKey(REPLAYED);
    Turn turn = repeated ? lasting(scope, chat.latest(scope, first)) : first;
    return new Answer.Stream(
        (request, loop) -> tell(exchange, wanted, turn, repeated, request, loop));
  }

  /**
   * What was cancelled or has failed is answered anew: the client asks because it has no answer.
   */
  private Turn lasting(Scope scope, Turn turn) {
    if (turn.status() != TurnStatus.CANCELLED && turn.status() != TurnStatus.FAILED) {
      return turn;
    }
    TurnStarted again =
        chat.again(
            scope, turn.id(), ChatService.Again.REGENERATE, Optional.empty(), Optional.empty());
    return chat.turn(scope, again.turnId());
  }

  private void tell(
      Exchange exchange,
      Completion wanted,
      Turn turn,
      boolean repeated,
      HttpServerRequest request,
      Context loop) {
    Map<String, String> headers =
        Map.of(
            "X-Conversation-Id",
            turn.conversationId().toString(),
            "X-Turn-Id",
            turn.id().toString());
    UnaryOperator<String> shown =
        text -> services.sockets().placeholders().restored(exchange.scope(), text);
    EventStream stream =
        new EventStream(request, loop, shown, services.config().queuedBytes(), headers);
    Reply reply = new Reply(request, loop, shown, headers);
    CompletionEar ear = ear(wanted, turn, repeated, stream, reply, exchange.requestId());
    Optional<Message> there =
        turn.status() == TurnStatus.COMPLETED
            ? chat.answer(exchange.scope(), turn)
            : Optional.empty();
    if (there.isPresent()) {
      repeat(Whole.of(Json.tree(there.get())), ear);
      return;
    }
    if (wanted.stream()) {
      Pulse.start(loop.owner(), services.sockets(), exchange.principal(), stream);
    } else {
      Pulse.attend(services.sockets(), exchange.principal(), stream);
    }
    hear(exchange.scope(), turn, stream, ear);
  }

  private static CompletionEar ear(
      Completion wanted,
      Turn turn,
      boolean repeated,
      EventStream stream,
      Reply reply,
      String requestId) {
    CompletionChunks chunks =
        new CompletionChunks(turn.id(), turn.createdAt(), wanted.model(), wanted.usage());
    return wanted.stream()
        ? new CompletionStream(stream, chunks, failure -> reply.fail(failure, requestId), repeated)
        : new CompletionWhole(
            chunks,
            answer -> {
              stream.abandon();
              reply.send(answer);
            },
            failure -> {
              stream.abandon();
              reply.fail(failure, requestId);
            },
            repeated);
  }

  private static void repeat(Whole whole, CompletionEar ear) {
    if (!whole.content().isEmpty()) {
      ear.text(whole.content());
    }
    ear.done(whole);
  }

  private void hear(Scope scope, Turn turn, EventStream stream, CompletionEar ear) {
    Position from =
        chat.beginning(scope, turn.id())
            .orElseThrow(() -> Failure.of(FailureCode.INTERRUPTED, "the answer is not kept"));
    TurnFollowing following =
        new TurnFollowing(
            services.sockets().hub(), services.sockets().streams(), scope, turn, from, ear);
    Attendance attendance = chat.attendance();
    attendance.enter(turn.id());
    stream
        .over()
        .onComplete(over -> {
          following.stop();
          attendance.leave(scope, turn.id(), ear.hasEnded());
        });
    try {
      following.start();
    } catch (RuntimeException e) {
      stream.abandon();
      throw e;
    }
  }
}
