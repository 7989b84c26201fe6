package dev.mordomo.model.embedded.extractive;

import dev.mordomo.kernel.Failure;
import dev.mordomo.knowledge.Retrieved;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.Passage;
import dev.mordomo.model.ToolCall;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An observer that keeps what it hears, and notices calls at the same time. */
class Heard implements ChatObserver {
  final List<String> words = new CopyOnWriteArrayList<>();
  final List<ToolCall> calls = new CopyOnWriteArrayList<>();
  final CompletableFuture<ChatResult> result = new CompletableFuture<>();
  final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();

  /** What the model says to a question, given what was found for it. */
  static Heard answer(ExtractiveModel model, Expected expected, List<Retrieved> found) {
    List<Passage> passages = new ArrayList<>();
    for (Retrieved each : found) {
      passages.add(each.passage(passages.size() + 1));
    }
    Heard heard = new Heard();
    model.stream(
        new ChatRequest(
            List.of(new ChatMessage.User(expected.question())),
            passages,
            List.of(),
            expected.language(),
            ZoneOffset.UTC,
            Instant.EPOCH,
            0,
            2_000),
        heard);
    return heard.await();
  }

  @Override
  public void onText(String text) {
    enter();
    words.add(text);
    leave();
  }

  @Override
  public void onToolCall(ToolCall call) {
    enter();
    calls.add(call);
    leave();
  }

  @Override
  public void onComplete(ChatResult end) {
    enter();
    result.complete(end);
    leave();
  }

  @Override
  public void onFailure(Failure failure) {
    result.completeExceptionally(failure);
  }

  Heard await() {
    result.orTimeout(20, TimeUnit.SECONDS).join();
    return this;
  }

  String text() {
    return String.join("", words);
  }

  private void enter() {
    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
  }

  private void leave() {
    inside.decrementAndGet();
  }
}
