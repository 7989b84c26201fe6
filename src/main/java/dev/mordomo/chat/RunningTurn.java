package dev.mordomo.chat;

import dev.mordomo.billing.TokenEstimate;
import dev.mordomo.chat.TurnBeginStore.History;
import dev.mordomo.chat.TurnBeginStore.Said;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ChatResult.Tokens;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.OpenCalls;
import dev.mordomo.model.ToolCall;
import dev.mordomo.privacy.Aliases;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A turn that runs on this node: what it was asked, what it streams, and how to stop it in every
 * phase. Thread-safe where it is stopped and where its model speaks.
 */
final class RunningTurn {
  /** The user stopped it. */
  static final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Cancelled() {
      super("cancelled", null, false, false);
    }
  }

  /** Another node has taken it. */
  static final class FencedOut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedOut() {
      super("fenced out", null, false, false);
    }
  }

  /**
   * One model call's outcome.
   *
   * @param isCut whether it would have been longer, had there been more tokens
   * @param isStopped whether it came to a text that ends it
   */
  record Reply(
      String text, List<ToolCall> toolCalls, ChatResult result, boolean isCut, boolean isStopped) {}

  private final UUID id;
  private final UUID messageId;
  private final String clientMessageId;
  private final Scope scope;
  private final String question;
  private final Optional<List<UUID>> collections;
  private final History history;
  private final ChatModel model;
  private final String locale;
  private final ZoneId zone;
  private final Instant startedAt;
  private final Directions directions;
  private final InstantSource clock;
  private final TurnStream stream;
  private final Aliases aliases = new Aliases();
  private final Promise<Void> ended = Promise.promise();

  private Optional<RuntimeException> stopped = Optional.empty();
  private Optional<Integer> spokenChars = Optional.empty();
  private Optional<ModelCall> call = Optional.empty();
  private Optional<Promise<?>> waiting = Optional.empty();
  private Optional<Instant> firstText = Optional.empty();
  private int asked;
  private boolean answered;

  RunningTurn(
      UUID id,
      UUID messageId,
      TurnRequest request,
      Scope scope,
      Optional<List<UUID>> collections,
      History history,
      ChatModel model,
      Speaker speaker,
      InstantSource clock,
      Instant startedAt,
      StreamMaker streams) {
    this.id = id;
    this.messageId = messageId;
    this.clientMessageId = request.clientMessageId();
    this.scope = scope;
    this.question = request.content();
    this.collections = collections;
    this.history = history;
    this.model = model;
    this.locale = speaker.locale();
    this.zone = speaker.zone();
    this.clock = clock;
    this.startedAt = startedAt;
    this.directions = request.directions();
    this.stream = streams.make(new Keeper());
  }

  /** Makes the turn's stream. */
  @FunctionalInterface
  interface StreamMaker {
    TurnStream make(TurnStream.Keeper keeper);
  }

  private final class Keeper implements TurnStream.Keeper {
    @Override
    public void fencedOut() {
      stop(new FencedOut());
    }

    @Override
    public void stalled() {
      stop(
          Failure.of(
              FailureCode.UNAVAILABLE,
              "the answer could not be stored for too long; ask again later"));
    }
  }

  UUID id() {
    return id;
  }

  UUID messageId() {
    return messageId;
  }

  String clientMessageId() {
    return clientMessageId;
  }

  Scope scope() {
    return scope;
  }

  String question() {
    return question;
  }

  Optional<List<UUID>> collections() {
    return collections;
  }

  List<Said> history() {
    return history.said();
  }

  /** The conversation with what this turn was asked, where it is known. */
  Optional<Recent> recent() {
    return history.recent();
  }

  ChatModel model() {
    return model;
  }

  String locale() {
    return locale;
  }

  ZoneId zone() {
    return zone;
  }

  Directions directions() {
    return directions;
  }

  Instant startedAt() {
    return startedAt;
  }

  TurnStream stream() {
    return stream;
  }

  /** Completed when the turn's end is stored. */
  Future<Void> ended() {
    return ended.future();
  }

  void end() {
    ended.tryComplete();
  }

  /** Stops it now: the upstream request is closed, what was said is kept. */
  void cancel(Optional<Integer> heard) {
    synchronized (this) {
      if (spokenChars.isEmpty()) {
        spokenChars = heard;
      }
    }
    stop(new Cancelled());
  }

  /** Ends it with a failure from outside: a deadline, a shutdown. */
  void fail(Failure failure) {
    stop(failure);
  }

  private void stop(RuntimeException why) {
    Optional<ModelCall> open;
    Optional<Promise<?>> waiter;
    synchronized (this) {
      if (stopped.isPresent()) {
        return;
      }
      stopped = Optional.of(why);
      open = call;
      waiter = waiting;
    }
    open.ifPresent(ModelCall::cancel);
    waiter.ifPresent(promise -> promise.tryFail(why));
  }

  synchronized boolean isStopped() {
    return stopped.isPresent();
  }

  /** Throws why it was stopped, if it was. */
  synchronized void check() {
    stopped.ifPresent(why -> {
      throw why;
    });
  }

  /**
   * Does work that cannot be stopped, on a thread of its own: when the turn is stopped meanwhile,
   * the requests that it has sent to models are closed, the rest is left to itself, and what comes
   * of it is dropped.
   */
  <T> T does(String what, Supplier<T> work) {
    return does(what, work, Future.succeededFuture());
  }

  /**
   * The same.
   *
   * @param enough fails when it is not to be waited for any longer
   */
  <T> T does(String what, Supplier<T> work, Future<?> enough) {
    Promise<T> done = Promise.promise();
    enough.onFailure(done::tryFail);
    OpenCalls calls = new OpenCalls();
    Thread.ofVirtual()
        .name(what + " of " + id)
        .start(() -> {
          try {
            done.tryComplete(calls.during(work));
          } catch (RuntimeException | Error e) {
            done.tryFail(e);
          }
        });
    try {
      return await(done.future());
    } finally {
      calls.cancel();
    }
  }

  /** Waits, until the turn is stopped. */
  <T> T await(Future<T> future) {
    Promise<T> promise = Promise.promise();
    synchronized (this) {
      check();
      waiting = Optional.of(promise);
    }
    future.onSuccess(promise::tryComplete).onFailure(promise::tryFail);
    T result = promise.future().await();
    check();
    return result;
  }

  /** The text with short names in place of what must not be told: nobody else can read them. */
  String told(String text) {
    return aliases.told(text);
  }

  private ChatRequest told(ChatRequest request) {
    return new ChatRequest(
        request.messages().stream().map(this::told).toList(),
        request.passages(),
        request.tools(),
        request.locale(),
        request.zone(),
        request.now(),
        request.temperature(),
        request.maxTokens(),
        request.mustCall(),
        request.format());
  }

  private ChatMessage told(ChatMessage message) {
    String text = aliases.told(message.content());
    return switch (message) {
      case ChatMessage.Instructions given -> new ChatMessage.Instructions(text);
      case ChatMessage.User given -> new ChatMessage.User(text);
      case ChatMessage.Assistant given ->
          new ChatMessage.Assistant(
              text,
              given.toolCalls().stream()
                  .map(call ->
                      new ToolCall(call.id(), call.name(), aliases.toldMap(call.arguments())))
                  .toList());
      case ChatMessage.ToolResult given ->
          new ChatMessage.ToolResult(given.callId(), given.name(), text);
    };
  }

  /** Asks the model once, streams its text, and waits for its end. */
  Reply ask(ChatRequest request) {
    return ask(request, Integer.MAX_VALUE);
  }

  /** The same, with no more tokens than the request says, whether or not the model keeps to it. */
  Reply askWithin(ChatRequest request) {
    return ask(request, request.maxTokens());
  }

  private Reply ask(ChatRequest wanted, int most) {
    ChatRequest request = told(wanted);
    Promise<Reply> promise = Promise.promise();
    synchronized (this) {
      check();
      asked++;
      answered = false;
      waiting = Optional.of(promise);
    }
    Ear ear = new Ear(promise, request, most);
    ModelCall open = open(model, request, ear);
    Reply reply;
    try {
      reply = promise.future().await();
    } finally {
      ear.end();
    }
    if (reply.isCut() || reply.isStopped()) {
      open.cancel();
    }
    check();
    return reply;
  }

  private ModelCall open(ChatModel asked, ChatRequest request, ChatObserver observer) {
    ModelCall open = asked.stream(request, observer);
    boolean late;
    synchronized (this) {
      call = Optional.of(open);
      late = stopped.isPresent();
    }
    if (late) {
      open.cancel();
    }
    return open;
  }

  /**
   * Asks a model for something that is no part of the answer, and waits for its end, until the turn
   * is stopped.
   *
   * @param heard is given its text, piece by piece, on its thread
   * @param enough fails when it is not to be waited for any longer
   */
  ChatResult consult(
      ChatModel other, ChatRequest wanted, Consumer<String> heard, Future<?> enough) {
    Promise<ChatResult> promise = Promise.promise();
    synchronized (this) {
      check();
      waiting = Optional.of(promise);
    }
    enough.onFailure(promise::tryFail);
    ModelCall open = open(other, told(wanted), new Listener(promise, heard));
    ChatResult result;
    try {
      result = promise.future().await();
    } finally {
      open.cancel();
    }
    check();
    return result;
  }

  private record Listener(Promise<ChatResult> promise, Consumer<String> heard)
      implements ChatObserver {
    @Override
    public void onText(String text) {
      heard.accept(text);
    }

    /** None was offered. */
    @Override
    public void onToolCall(ToolCall call) {}

    @Override
    public void onComplete(ChatResult result) {
      promise.tryComplete(result);
    }

    @Override
    public void onFailure(Failure failure) {
      promise.tryFail(failure);
    }
  }

  /**
   * What is kept: all that was said, or what was heard of it before a barge-in.
   *
   * @param masking knows how much was heard of what is hidden
   */
  synchronized String heard(Masking masking) {
    String said = stream.said();
    return spokenChars.map(chars -> masking.beginning(scope, said, chars)).orElse(said);
  }

  /** How many requests were sent to the model. */
  synchronized int asked() {
    return asked;
  }

  /** Whether the model has begun to answer the last of them. */
  synchronized boolean isAnswered() {
    return answered;
  }

  synchronized Optional<Duration> timeToFirstToken() {
    return firstText.map(at -> Duration.between(startedAt, at));
  }

  /** Hears the model on its thread, and is told on the turn's that nobody listens any more. */
  private final class Ear implements ChatObserver {
    private static final int LONGEST_TOKEN = 8;

    private final Promise<Reply> promise;
    private final ChatRequest request;
    private final int most;
    private final StringBuilder text = new StringBuilder();
    private final Aliases.Speech speech = aliases.speech();
    // The model knows short names only, and so ends at those.
    private final StopTexts stops =
        new StopTexts(
            directions.stops().stream().flatMap(List::stream).map(aliases::told).toList());
    private final List<ToolCall> tools = new ArrayList<>();
    private int pieces;
    private boolean cut;

    private Ear(Promise<Reply> promise, ChatRequest request, int most) {
      this.promise = promise;
      this.request = request;
      this.most = most;
    }

    @Override
    public synchronized void onText(String piece) {
      synchronized (RunningTurn.this) {
        if (stopped.isPresent() || cut) {
          return;
        }
        answered = true;
        if (firstText.isEmpty()) {
          firstText = Optional.of(clock.instant());
        }
      }
      pieces++;
      // A piece is a token or more, and few tokens are longer than that: surely too many.
      if (pieces > most || (text.length() + piece.length()) / LONGEST_TOKEN > most) {
        end();
        Tokens spent = new Tokens(TokenEstimate.of(request), most);
        ChatResult result = new ChatResult("length", spent, Optional.empty(), Optional.empty());
        promise.tryComplete(new Reply(text.toString(), List.copyOf(tools), result, true, false));
        return;
      }
      add(stops.add(piece));
      if (stops.isReached()) {
        end();
        Tokens spent = new Tokens(TokenEstimate.of(request), pieces);
        ChatResult result = new ChatResult("stop", spent, Optional.empty(), Optional.empty());
        promise.tryComplete(new Reply(text.toString(), List.copyOf(tools), result, false, true));
      }
    }

    /** Nothing more is heard: what was held back, in case more came, is said. */
    private synchronized void end() {
      cut = true;
      add(stops.rest());
      say(speech.rest());
    }

    private void add(String piece) {
      text.append(piece);
      say(speech.add(piece));
    }

    private void say(String said) {
      if (!said.isEmpty()) {
        stream.say(said);
      }
    }

    @Override
    public synchronized void onToolCall(ToolCall call) {
      synchronized (RunningTurn.this) {
        answered = true;
      }
      tools.add(new ToolCall(call.id(), call.name(), aliases.keptMap(call.arguments())));
    }

    @Override
    public synchronized void onComplete(ChatResult result) {
      end();
      boolean shortened = most < Integer.MAX_VALUE && result.finishReason().equals("length");
      promise.tryComplete(new Reply(text.toString(), List.copyOf(tools), result, shortened, false));
    }

    @Override
    public void onFailure(Failure failure) {
      promise.tryFail(failure);
    }
  }
}
