package dev.mordomo.model;

import dev.mordomo.kernel.Failure;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An observer that keeps what it hears, and complains of calls that must not be. */
public final class Heard implements ChatObserver {
  private static final int PATIENCE_SECONDS = 20;

  private final List<String> pieces = new CopyOnWriteArrayList<>();
  private final List<ToolCall> calls = new CopyOnWriteArrayList<>();
  private final CompletableFuture<ChatResult> end = new CompletableFuture<>();
  private final CountDownLatch firstText = new CountDownLatch(1);
  private final AtomicInteger inside = new AtomicInteger();
  private final List<String> wrongs = new CopyOnWriteArrayList<>();
  private volatile boolean deaf;

  private void hear(Runnable what) {
    if (inside.incrementAndGet() > 1) {
      wrongs.add("called by two threads at once");
    }
    if (end.isDone() || deaf) {
      wrongs.add("called after the end");
    }
    what.run();
    inside.decrementAndGet();
  }

  @Override
  public void onText(String piece) {
    hear(() -> pieces.add(piece));
    firstText.countDown();
  }

  @Override
  public void onToolCall(ToolCall call) {
    hear(() -> calls.add(call));
  }

  @Override
  public void onComplete(ChatResult result) {
    hear(() -> {});
    end.complete(result);
  }

  @Override
  public void onFailure(Failure failure) {
    hear(() -> {});
    end.completeExceptionally(failure);
  }

  /** From now on nothing may be heard. */
  public void mayHearNothingMore() {
    deaf = true;
  }

  public String text() {
    return String.join("", pieces);
  }

  public List<ToolCall> calls() {
    return calls;
  }

  /** What it heard that must not be. */
  public List<String> wrongs() {
    return wrongs;
  }

  public boolean hasEnded() {
    return end.isDone();
  }

  public void awaitText() throws InterruptedException {
    if (!firstText.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("not a word was heard");
    }
  }

  public ChatResult result() throws Exception {
    return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  public Failure failure() throws Exception {
    try {
      throw new AssertionError("it ended well: " + end.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Failure failure) {
        return failure;
      }
      throw e;
    }
  }
}
