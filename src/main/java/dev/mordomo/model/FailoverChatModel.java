package dev.mordomo.model;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model with stand-ins. Before the first word, an unreachable model is asked again a few times,
 * each time after a longer pause (or the one it asks for, when short); then the next in order is
 * asked. After the first word a failure is final: what the user saw is never said anew.
 */
final class FailoverChatModel implements ChatModel {
  private static final Logger LOG = LoggerFactory.getLogger(FailoverChatModel.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final List<ChatModel> models;
  private final int retries;

  /**
   * @param models the one that is asked, then its stand-ins in order
   */
  FailoverChatModel(Vertx vertx, List<ChatModel> models, int retries) {
    this.vertx = vertx;
    this.models = List.copyOf(models);
    this.retries = retries;
  }

  @Override
  public String name() {
    return models.getFirst().name();
  }

  @Override
  public boolean canContinue() {
    return models.stream().allMatch(ChatModel::canContinue);
  }

  @Override
  public boolean canFormat() {
    return models.stream().anyMatch(ChatModel::canFormat);
  }

  @Override
  public Optional<ChatModel> rewriter() {
    return models.getFirst().rewriter();
  }

  /** Who cannot keep to the wanted form is no stand-in. */
  private List<ChatModel> able(ChatRequest request) {
    return request.format().isEmpty()
        ? models
        : models.stream().filter(ChatModel::canFormat).toList();
  }

  @Override
  public ModelCall stream(ChatRequest request, ChatObserver observer) {
    Attempts attempts = new Attempts(request, observer);
    attempts.ask();
    return attempts;
  }

  /** How long to wait before asking the same model again; empty when the next one is due. */
  private Optional<Duration> pause(Failure failure, int tries) {
    if (failure.code() != FailureCode.MODEL_UNAVAILABLE || tries > retries) {
      return Optional.empty();
    }
    Duration wanted = failure.retryAfter().orElse(Duration.ZERO);
    if (wanted.compareTo(LONGEST_PAUSE) > 0) {
      return Optional.empty();
    }
    Duration longest = FIRST_PAUSE.multipliedBy(1L << (tries - 1));
    longest = longest.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longest;
    // Half of it is left to chance, so that turns that failed together do not come back together.
    long millis =
        ThreadLocalRandom.current().nextLong(longest.toMillis() / 2, longest.toMillis() + 1);
    return Optional.of(Duration.ofMillis(Math.max(millis, wanted.toMillis())));
  }

  /** One answer, by whichever model gives it. Its monitor orders the observer and the cancel. */
  private final class Attempts implements ModelCall, ChatObserver {
    private final ChatRequest request;
    private final ChatObserver observer;
    private final List<ChatModel> able;
    private int current;
    private int tries;
    private int asked;
    private boolean spoken;
    private boolean over;
    private Optional<ModelCall> call = Optional.empty();
    private Optional<Failure> first = Optional.empty();

    private Attempts(ChatRequest request, ChatObserver observer) {
      this.request = request;
      this.observer = observer;
      this.able = able(request);
    }

    private void ask() {
      ChatModel model;
      int turn;
      synchronized (this) {
        if (over) {
          return;
        }
        tries++;
        turn = ++asked;
        model = able.get(current);
        call = Optional.empty();
      }
      ModelCall opened = model.stream(request, this);
      boolean late;
      synchronized (this) {
        late = over;
        // A model that failed at once may have made way for the next one already.
        if (turn == asked) {
          call = Optional.of(opened);
        }
      }
      if (late) {
        opened.cancel();
      }
    }

    @Override
    public synchronized void onText(String text) {
      if (!over) {
        spoken = true;
        observer.onText(text);
      }
    }

    @Override
    public synchronized void onToolCall(ToolCall toolCall) {
      if (!over) {
        spoken = true;
        observer.onToolCall(toolCall);
      }
    }

    @Override
    public synchronized void onComplete(ChatResult result) {
      if (!over) {
        over = true;
        observer.onComplete(
            able.get(current).name().equals(name()) ? result : result.by(able.get(current).name()));
      }
    }

    @Override
    public void onFailure(Failure failure) {
      Optional<Duration> pause;
      synchronized (this) {
        if (over) {
          return;
        }
        first = first.or(() -> Optional.of(failure));
        pause = pause(failure, tries);
        boolean hasNext = current + 1 < able.size();
        if (spoken || (pause.isEmpty() && !hasNext)) {
          over = true;
          observer.onFailure(spoken ? failure : first.get());
          return;
        }
        if (pause.isEmpty()) {
          LOG.warn(
              "{} failed before its first word ({}); {} is asked instead",
              able.get(current).name(),
              failure.detail(),
              able.get(current + 1).name());
          current++;
          tries = 0;
        }
      }
      pause.ifPresentOrElse(
          wait -> vertx.setTimer(Math.max(1, wait.toMillis()), ignored -> ask()), this::ask);
    }

    @Override
    public void cancel() {
      Optional<ModelCall> open;
      synchronized (this) {
        over = true;
        open = call;
      }
      open.ifPresent(ModelCall::cancel);
    }
  }
}
