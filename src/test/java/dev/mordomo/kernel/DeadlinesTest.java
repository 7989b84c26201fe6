package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(10);

  private final Vertx vertx = Vertx.vertx();
  private final Deadlines deadlines = new Deadlines(vertx);
  private final AtomicInteger late = new AtomicInteger();

  @AfterEach
  void close() throws Exception {
    deadlines.close();
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private <T> Future<T> within(Future<T> asked, Duration patience) {
    return deadlines.within(asked, patience, late::incrementAndGet);
  }

  @Test
  void whatIsThereIsGivenAsItIs() {
    Future<String> there = Future.succeededFuture("yes");
    assertSame(there, within(there, SHORT));
  }

  @Test
  void anAnswerInTimeIsTold() throws Exception {
    Promise<String> asked = Promise.promise();
    Future<String> told = within(asked.future(), LONG);
    asked.complete("yes");
    assertEquals("yes", get(told));
    Promise<String> other = Promise.promise();
    Future<String> failed = within(other.future(), LONG);
    other.fail("no");
    assertEquals("no", failed.cause().getMessage());
    assertEquals(0, late.get());
  }

  @Test
  void whoIsLateFailsOnceAndHisAnswerIsNotHeard() throws Exception {
    Promise<String> asked = Promise.promise();
    Future<String> told = within(asked.future(), SHORT);
    ExecutionException e = assertThrows(ExecutionException.class, () -> get(told));
    assertInstanceOf(TimeoutException.class, e.getCause());
    asked.complete("too late");
    assertTrue(told.failed());
    assertEquals(1, late.get());
  }

  @Test
  void oneThatIsLateEndsNoOther() throws Exception {
    Promise<String> slow = Promise.promise();
    Future<String> patient = within(slow.future(), LONG);
    Future<String> impatient = within(Promise.<String>promise().future(), SHORT);
    assertThrows(ExecutionException.class, () -> get(impatient));
    assertFalse(patient.isComplete());
    slow.complete("yes");
    assertEquals("yes", get(patient));
  }

  @Test
  void aLateOneIsToldOnTheEventLoopThatAsked() throws Exception {
    CompletableFuture<Boolean> sameLoop = new CompletableFuture<>();
    Context loop = vertx.getOrCreateContext();
    loop.runOnContext(ignored ->
        within(Promise.promise().future(), SHORT)
            .onComplete(done -> sameLoop.complete(vertx.getOrCreateContext().equals(loop))));
    assertTrue(sameLoop.get(20, TimeUnit.SECONDS));
  }

  @Test
  void whereAnswerAndDeadlineMeetOneOfThemIsTold() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Thread looking =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                deadlines.look();
              }
            });
    int failed = 0;
    for (int i = 0; i < 20_000; i++) {
      Promise<String> asked = Promise.promise();
      Future<String> told = within(asked.future(), Duration.ofNanos(i % 50_000));
      asked.complete("yes");
      // Told late, at most as long as the other thread takes to say so.
      failed +=
          told.otherwise("no").toCompletionStage().toCompletableFuture().get().length() == 2
              ? 1
              : 0;
    }
    over.set(true);
    looking.join();
    assertEquals(failed, late.get());
  }

  @Test
  void whoStillWaitsAtTheEndIsToldSo() {
    Future<String> told = within(Promise.<String>promise().future(), LONG);
    deadlines.close();
    assertInstanceOf(TimeoutException.class, told.cause());
    assertEquals(1, late.get());
  }
}
