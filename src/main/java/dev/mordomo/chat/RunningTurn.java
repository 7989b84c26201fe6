package dev.mordomo.chat;

import dev.mordomo.chat.TurnStore.Said;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.ToolCall;
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

  /** One model call's outcome. */
  record Reply(String text, List<ToolCall> toolCalls, ChatResult result) {}

  private final UUID id;
  private final UUID messageId;
  private final String clientMessageId;
  private final Scope scope;
  private final String question;
  private final Optional<List<UUID>> collections;
  private final List<Said> history;
  private final ChatModel model;
  private final String locale;
  private final ZoneId zone;
  private final Instant startedAt;
  private final Directions directions;
  private final InstantSource clock;
  private final TurnStream stream;
  private final Promise<Void> ended = Promise.promise();

  private Optional<RuntimeException> stopped = Optional.empty();
  private Optional<Integer> spokenChars = Optional.empty();
  private Optional<ModelCall> call = Optional.empty();
  private Optional<Promise<Reply>> waiting = Optional.empty();
  private Optional<Instant> firstText = Optional.empty();
  private boolean asked;

  RunningTurn(
      UUID id,
      UUID messageId,
      TurnRequest request,
      Scope scope,
      Optional<List<UUID>> collections,
      List<Said> history,
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
    this.history = List.copyOf(history);
    this.model = model;
    this.locale = speaker.locale();
    this.zone = speaker.zone();
    this.clock = clock;
    this.startedAt = startedAt;
    this.directions = request.directions();
    this.stream = streams.make(() -> stop(new FencedOut()));
  }

  /** Makes the turn's stream, given what to do when it is fenced out. */
  @FunctionalInterface
  interface StreamMaker {
    TurnStream make(Runnable fencedOut);
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
    return history;
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
    Optional<Promise<Reply>> waiter;
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

  /** Throws why it was stopped, if it was. */
  synchronized void check() {
    stopped.ifPresent(why -> {
      throw why;
    });
  }

  /** Asks the model once, streams its text, and waits for its end. */
  Reply ask(ChatRequest request) {
    Promise<Reply> promise = Promise.promise();
    synchronized (this) {
      check();
      asked = true;
      waiting = Optional.of(promise);
    }
    ModelCall open = model.stream(request, new Ear(promise));
    boolean late;
    synchronized (this) {
      call = Optional.of(open);
      late = stopped.isPresent();
    }
    if (late) {
      open.cancel();
    }
    Reply reply = promise.future().await();
    check();
    return reply;
  }

  /** What is kept: all that was said, or what was heard of it before a barge-in. */
  synchronized String heard() {
    String said = stream.said();
    return spokenChars
        .map(chars -> said.substring(0, Math.clamp(chars, 0, said.length())))
        .orElse(said);
  }

  synchronized boolean asked() {
    return asked;
  }

  synchronized Optional<Duration> timeToFirstToken() {
    return firstText.map(at -> Duration.between(startedAt, at));
  }

  private final class Ear implements ChatObserver {
    private final Promise<Reply> promise;
    private final StringBuilder text = new StringBuilder();
    private final List<ToolCall> tools = new ArrayList<>();

    private Ear(Promise<Reply> promise) {
      this.promise = promise;
    }

    @Override
    public void onText(String piece) {
      synchronized (RunningTurn.this) {
        if (stopped.isPresent()) {
          return;
        }
        if (firstText.isEmpty()) {
          firstText = Optional.of(clock.instant());
        }
      }
      text.append(piece);
      stream.say(piece);
    }

    @Override
    public void onToolCall(ToolCall toolCall) {
      tools.add(toolCall);
    }

    @Override
    public void onComplete(ChatResult result) {
      promise.tryComplete(new Reply(text.toString(), List.copyOf(tools), result));
    }

    @Override
    public void onFailure(Failure failure) {
      promise.tryFail(failure);
    }
  }
}
