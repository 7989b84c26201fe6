package dev.mordomo.model;

import dev.mordomo.kernel.Failure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A model whose every word the test says: each request waits as a {@link Session}. */
public final class ScriptedModel implements ChatModel, ChatModels {
  private final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
  private final List<ChatRequest> requests = new CopyOnWriteArrayList<>();
  private volatile Optional<String> automatic = Optional.empty();
  private volatile Optional<ChatModel> rewriter = Optional.empty();
  private final String name;

  public ScriptedModel() {
    this("test/scripted");
  }

  public ScriptedModel(String name) {
    this.name = name;
  }

  /** One request under way. */
  public static final class Session implements ModelCall {
    public final ChatRequest request;
    public final ChatObserver observer;
    private volatile boolean cancelled;

    Session(ChatRequest request, ChatObserver observer) {
      this.request = request;
      this.observer = observer;
    }

    public Session say(String... pieces) {
      for (String piece : pieces) {
        observer.onText(piece);
      }
      return this;
    }

    public void end() {
      observer.onComplete(
          new ChatResult(
              "stop", new ChatResult.Tokens(10, 5), Optional.of("question"), Optional.of(0.9)));
    }

    public void fail(Failure failure) {
      observer.onFailure(failure);
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    public boolean isCancelled() {
      return cancelled;
    }
  }

  /** From now on every request is answered with this at once. */
  public ScriptedModel answering(String text) {
    automatic = Optional.of(text);
    return this;
  }

  /** From now on requests wait for the test again. */
  public ScriptedModel silent() {
    automatic = Optional.empty();
    return this;
  }

  /** From now on this one rewrites questions for it; until then it cannot. */
  public ScriptedModel rewrittenBy(ChatModel other) {
    rewriter = Optional.of(other);
    return this;
  }

  @Override
  public Optional<ChatModel> rewriter() {
    return rewriter;
  }

  /** The next request. */
  public Session next() throws InterruptedException {
    Session session = sessions.poll(20, TimeUnit.SECONDS);
    if (session == null) {
      throw new AssertionError("the model was not asked");
    }
    return session;
  }

  public List<ChatRequest> requests() {
    return requests;
  }

  @Override
  public ModelCall stream(ChatRequest request, ChatObserver observer) {
    requests.add(request);
    Session session = new Session(request, observer);
    if (automatic.isPresent()) {
      session.say(automatic.get().split("(?<= )")).end();
    } else {
      sessions.add(session);
    }
    return session;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ChatModel byName(String name) {
    if (!name.equals(name())) {
      throw Failure.invalid("model", "no model is named " + name);
    }
    return this;
  }

  @Override
  public ChatModel byDefault() {
    return this;
  }

  @Override
  public List<ModelInfo> list() {
    return List.of(new ModelInfo(name(), "chat", "says what the test says", true));
  }
}
