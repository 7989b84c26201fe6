package dev.mordomo.chat;

import dev.mordomo.action.Action;
import dev.mordomo.action.Actions;
import dev.mordomo.action.ToolContext;
import dev.mordomo.billing.Allowance;
import dev.mordomo.billing.Reservation;
import dev.mordomo.billing.TokenEstimate;
import dev.mordomo.chat.Message.Tokens;
import dev.mordomo.chat.TurnEndStore.Call;
import dev.mordomo.chat.TurnEndStore.Ending;
import dev.mordomo.chat.TurnEndStore.Finished;
import dev.mordomo.chat.TurnEndStore.Lost;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one turn from its retrieval to its end, straight on, on a virtual thread. */
final class TurnRunner {
  private static final Logger LOG = LoggerFactory.getLogger(TurnRunner.class);
  private static final String NO_ANSWER = "the answer could not be made";
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Vertx vertx;
  private final TurnEndStore store;
  private final RecentTurns recent;
  private final Streams streams;
  private final Retrieval retrieval;
  private final QueryRewriting rewriting;
  private final Actions actions;
  private final Allowance allowance;
  private final ChatConfig config;
  private final TurnDefaults defaults;
  private final Masking masking;
  private final InstantSource clock;

  TurnRunner(
      Vertx vertx,
      TurnEndStore store,
      RecentTurns recent,
      Streams streams,
      Retrieval retrieval,
      QueryRewriting rewriting,
      Actions actions,
      Allowance allowance,
      ChatConfig config,
      TurnDefaults defaults,
      Masking masking,
      InstantSource clock) {
    this.vertx = vertx;
    this.store = store;
    this.recent = recent;
    this.streams = streams;
    this.retrieval = retrieval;
    this.rewriting = rewriting;
    this.actions = actions;
    this.allowance = allowance;
    this.config = config;
    this.defaults = defaults;
    this.masking = masking;
    this.clock = clock;
  }

  /**
   * Runs it to its end, which is stored before this returns.
   *
   * @return whether another turn of the conversation waits
   */
  boolean run(RunningTurn turn) {
    long deadline =
        vertx.setTimer(
            config.turnDeadline().toMillis(),
            ignored ->
                turn.fail(
                    Failure.of(
                        FailureCode.MODEL_TIMEOUT,
                        "the answer took longer than "
                            + config.turnDeadline().toSeconds()
                            + " s")));
    Answer answer = new Answer();
    try {
      answer(turn, answer);
      return finish(turn, answer, TurnStatus.COMPLETED, Optional.empty());
    } catch (RunningTurn.Cancelled e) {
      return finish(turn, answer, TurnStatus.CANCELLED, Optional.empty());
    } catch (RunningTurn.FencedOut e) {
      LOG.warn("turn {} was taken over by another node; nothing more is written", turn.id());
      return false;
    } catch (Failure e) {
      if (e.code() == FailureCode.INTERNAL) {
        LOG.error("turn {} failed; its text so far is kept", turn.id(), e);
      }
      return finish(turn, answer, TurnStatus.FAILED, Optional.of(e.told(NO_ANSWER)));
    } catch (RuntimeException e) {
      LOG.error("turn {} failed; its text so far is kept", turn.id(), e);
      return finish(
          turn,
          answer,
          TurnStatus.FAILED,
          Optional.of(Failure.of(FailureCode.INTERNAL, NO_ANSWER, e)));
    } finally {
      vertx.cancelTimer(deadline);
    }
  }

  /** What is known of the answer while it grows. */
  private static final class Answer {
    private AnswerContext context = new AnswerContext(List.of());
    private final List<Call> calls = new ArrayList<>();

    /** For the search; none of its words are in the answer. */
    private final List<Call> rewriting = new ArrayList<>();

    private Optional<String> intent = Optional.empty();
    private Optional<Double> confidence = Optional.empty();
    private List<ToolCall> returned = List.of();
    private String finish = "stop";
    private boolean isCutByQuota;
    private TokenHold tokens = new TokenHold();

    private Map<String, Object> metadata(Optional<Turn.Problem> problem) {
      Map<String, Object> metadata = new LinkedHashMap<>();
      problem.ifPresent(p -> metadata.put("error", p));
      if (!returned.isEmpty()) {
        metadata.put("tool_calls", returned);
      }
      if (!finish.equals("stop")) {
        metadata.put("finish_reason", finish);
      }
      if (isCutByQuota) {
        metadata.put("cut_by", "quota");
      }
      return metadata;
    }

    private List<Call> ledger() {
      return Stream.concat(rewriting.stream(), calls.stream()).toList();
    }

    /** What the ledger says. */
    private Tokens tokens() {
      return new Tokens(
          ledger().stream().mapToInt(Call::prompt).sum(),
          ledger().stream().mapToInt(Call::completion).sum());
    }
  }

  private void answer(RunningTurn turn, Answer answer) {
    Directions wanted = turn.directions();
    var found =
        wanted.plain() || turn.collections().filter(List::isEmpty).isPresent()
            ? List.<Retrieval.Retrieved>of()
            : retrieve(turn, rewriting.searched(turn, answer.rewriting::add));
    turn.check();
    answer.context = new AnswerContext(wanted.keptContext().orElse(List.of()));
    var passages = Prompt.passages(found, answer.context);
    tellContext(turn, answer);
    Instant now = clock.instant();
    List<ChatMessage> messages =
        Prompt.messages(
            defaults.instructions(turn.scope().tenantId()),
            passages,
            turn.history(),
            turn.question(),
            wanted,
            turn.zone(),
            now);
    wanted.kept().ifPresent(turn.stream()::say);
    Set<String> theirs = wanted.tools().stream().map(ToolSpec::name).collect(Collectors.toSet());
    List<ToolSpec> tools = new ArrayList<>(wanted.tools());
    if (!wanted.plain()) {
      actions.tools().stream().filter(tool -> !theirs.contains(tool.name())).forEach(tools::add);
    }
    ToolContext context =
        new ToolContext(
            turn.scope(),
            turn.stream().conversation,
            turn.id(),
            turn.messageId(),
            turn.zone(),
            now,
            turn.collections(),
            answer.context);
    for (int round = 0; ; round++) {
      boolean offersTools = round < config.toolRounds();
      ChatRequest request =
          new ChatRequest(
              messages,
              passages,
              offersTools ? tools : wanted.tools(),
              turn.locale(),
              turn.zone(),
              now,
              wanted.temperature().orElse(defaults.temperature(turn.scope().tenantId())),
              wanted.maxTokens().orElse(defaults.maxTokens(turn.scope().tenantId())),
              wanted.mustCall() && round == 0,
              wanted.format());
      answer.tokens = new TokenHold();
      RunningTurn.Reply reply = ask(turn, request, reserve(turn, request, answer.tokens));
      answer.calls.add(
          answer.tokens.settle(
              reply.result().model().orElse(turn.model().name()), reply.result().tokens()));
      answer.isCutByQuota = reply.isCut();
      answer.intent = answer.intent.or(() -> reply.result().intent());
      answer.confidence = answer.confidence.or(() -> reply.result().confidence());
      answer.finish = reply.result().finishReason();
      if (reply.toolCalls().isEmpty()) {
        return;
      }
      List<ToolCall> returned =
          reply.toolCalls().stream().filter(call -> theirs.contains(call.name())).toList();
      if (!returned.isEmpty()) {
        // The house's own are carried out all the same; the turn ends with those of the client.
        reply.toolCalls().stream()
            .filter(call -> !theirs.contains(call.name()))
            .forEach(call -> act(turn, context, call));
        tellContext(turn, answer);
        answer.returned = ClientCalls.of(turn.id(), returned);
        return;
      }
      messages.add(new ChatMessage.Assistant(reply.text(), reply.toolCalls()));
      for (ToolCall call : reply.toolCalls()) {
        turn.check();
        messages.add(new ChatMessage.ToolResult(call.id(), call.name(), act(turn, context, call)));
      }
      tellContext(turn, answer);
    }
  }

  /** Before the words that cite it. */
  private static void tellContext(RunningTurn turn, Answer answer) {
    if (answer.context.isNews()) {
      turn.stream().event("turn.context", Map.of("references", answer.context.references()));
    }
  }

  /** Sets aside what the call may cost. */
  private Reservation reserve(RunningTurn turn, ChatRequest request, TokenHold hold) {
    int prompt = TokenEstimate.of(request);
    return patiently(
        turn,
        "the reservation of tokens",
        () -> hold.keep(allowance.reserve(turn.scope(), prompt, request.maxTokens()), prompt));
  }

  private static RunningTurn.Reply ask(
      RunningTurn turn, ChatRequest request, Reservation reserved) {
    return reserved.isCut()
        ? turn.askWithin(request.withMaxTokens(reserved.completion()))
        : turn.ask(request);
  }

  private List<Retrieval.Retrieved> retrieve(RunningTurn turn, String searched) {
    return patiently(
        turn,
        "the retrieval",
        () -> retrieval.retrieve(turn.scope(), turn.collections(), searched));
  }

  /** Waits for a database that is away, as long as an answer would. */
  private <T> T patiently(RunningTurn turn, String what, Supplier<T> work) {
    Instant until = clock.instant().plus(config.storePatience());
    while (true) {
      try {
        return turn.does(what, work);
      } catch (Failure e) {
        turn.check();
        if (e.code() != FailureCode.UNAVAILABLE || clock.instant().isAfter(until)) {
          throw e;
        }
        LOG.warn("{} of turn {} waits for the database: {}", what, turn.id(), e.detail());
        turn.await(timer());
      }
    }
  }

  private String act(RunningTurn turn, ToolContext context, ToolCall call) {
    try {
      Action action = turn.does("tool " + call.name(), () -> actions.run(context, call));
      turn.stream().event("turn.action", Map.of("action", action));
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("action_id", action.id());
      result.put("status", action.status());
      action.result().ifPresent(value -> result.put("result", value));
      action.errorMessage().ifPresent(value -> result.put("error", value));
      return Json.write(result);
    } catch (Failure e) {
      turn.check();
      if (e.code() == FailureCode.UNAVAILABLE || e.code() == FailureCode.INTERNAL) {
        throw e;
      }
      return Json.write(Map.of("error", e.code().wire(), "detail", e.detail()));
    }
  }

  private boolean finish(
      RunningTurn turn, Answer answer, TurnStatus status, Optional<Failure> failure) {
    List<Draft> drafts = new ArrayList<>(turn.stream().close().await());
    Instant at = clock.instant();
    String said = turn.heard(masking);
    boolean worked = status == TurnStatus.CANCELLED || turn.isAnswered();
    if (status != TurnStatus.COMPLETED && worked && turn.asked() > answer.calls.size()) {
      // The provider did not get to say what it cost: about four characters a token.
      int told = answer.calls.stream().mapToInt(Call::completion).sum();
      int before = turn.directions().kept().map(String::length).orElse(0);
      answer.calls.add(
          answer.tokens.settleBroken(
              turn.model().name(), Math.max(0, (said.length() - before) / 4 - told)));
    }
    answer.tokens.refund();
    Optional<Turn.Problem> problem =
        failure.map(f -> new Turn.Problem(f.code().wire(), f.detail(), f.code().retryable()));
    // What was charged stands in a message, also when nothing was said: usage is the messages' sum.
    Optional<Message> message =
        status == TurnStatus.COMPLETED || !said.isEmpty() || !answer.ledger().isEmpty()
            ? Optional.of(message(turn, answer, said, status, problem, at))
            : Optional.empty();
    drafts.add(last(turn, status, message, problem));
    Ending ending =
        new Ending(status, problem, drafts, message, answer.context.references(), answer.ledger());
    Optional<Stored> stored = store(turn, ending, at);
    stored.ifPresent(s ->
        streams.announce(
            Streams.advanced(
                turn.stream().conversation,
                turn.scope().userId(),
                s.finished().position().epoch(),
                s.finished().position().offset(),
                s.events())));
    stored.ifPresent(ignored -> remember(turn, message));
    return stored.map(s -> s.finished().more()).orElse(true);
  }

  /** With its answer: what the next turn of the conversation begins with, if nothing else comes. */
  private void remember(RunningTurn turn, Optional<Message> answer) {
    Optional<Recent> known =
        turn.recent()
            .flatMap(asked ->
                answer.map(
                    said -> asked.with(new Recent.Line(said.id(), said.role(), said.content()))));
    known.ifPresent(all -> recent.keep(turn.scope(), turn.stream().conversation, all));
  }

  private static Message message(
      RunningTurn turn,
      Answer answer,
      String said,
      TurnStatus status,
      Optional<Turn.Problem> problem,
      Instant at) {
    return new Message(
        turn.messageId(),
        turn.stream().conversation,
        Optional.of(turn.id()),
        "assistant",
        "text",
        said,
        Prompt.cited(said, answer.context.references()),
        answer.tokens(),
        Optional.of(answer.calls.isEmpty() ? turn.model().name() : answer.calls.getLast().model()),
        answer.intent,
        answer.confidence,
        Optional.of((int) Duration.between(turn.startedAt(), at).toMillis()),
        turn.timeToFirstToken().map(d -> (int) d.toMillis()),
        status != TurnStatus.COMPLETED,
        Optional.empty(),
        answer.metadata(problem),
        at);
  }

  private static Draft last(
      RunningTurn turn,
      TurnStatus status,
      Optional<Message> message,
      Optional<Turn.Problem> problem) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("client_message_id", turn.clientMessageId());
    members.put("message", message);
    problem.ifPresent(p -> {
      members.put("code", p.code());
      members.put("detail", p.detail());
      members.put("retryable", p.retryable());
    });
    return turn.stream().draft("turn." + status.wire(), members);
  }

  /** An end as it is in the channel. */
  private record Stored(Finished finished, List<Draft> events) {}

  /**
   * Tries until the database is back: the answer was shown, so it must be kept. What a crash of
   * PostgreSQL has taken of it is said again before the end.
   */
  private Optional<Stored> store(RunningTurn turn, Ending wanted, Instant at) {
    Ending ending = wanted;
    while (true) {
      try {
        switch (store.finish(turn.scope(), turn.stream(), ending, at)) {
          case Finished finished -> {
            return Optional.of(new Stored(finished, ending.events()));
          }
          case Lost lost -> {
            LOG.warn(
                "PostgreSQL has lost what turn {} said after its event {}; it is said again",
                turn.id(),
                lost.count());
            ending = ending.after(turn.stream().lost(lost.count()));
          }
        }
      } catch (Failure e) {
        if (e.code() == FailureCode.CONFLICT) {
          LOG.warn("turn {} was taken over by another node: {}", turn.id(), e.detail());
          return Optional.empty();
        }
        if (e.code() != FailureCode.UNAVAILABLE) {
          LOG.error("the end of turn {} cannot be stored; the reaper ends it", turn.id(), e);
          return Optional.empty();
        }
        LOG.warn("the end of turn {} waits for the database: {}", turn.id(), e.detail());
        timer().await();
      }
    }
  }

  private Future<Void> timer() {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(RETRY.toMillis(), ignored -> over.complete());
    return over.future();
  }
}
