package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The network between this process and PostgreSQL breaks: no wait is without end, and all heals.
 */
class DatabaseFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ROUNDS = 5;

  /** Connections of the login that users work with; see {@link TestDatabase#configThrough}. */
  private static final int POOL = 1;

  private static TestDatabase db;
  private TcpProxy proxy;
  private Vertx vertx;
  private Database database;
  private Scope scope;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @BeforeEach
  void begin() {
    proxy = TcpProxy.to(db.port());
    vertx = Vertx.vertx();
    database =
        new Database(
            vertx, db.configThrough(proxy.port(), Duration.ofSeconds(1)), TestDatabase.SECRET);
    scope = db.tenantWithUser("member");
  }

  @AfterEach
  void end() {
    proxy.heal();
    database.close().await();
    vertx.close().await();
    proxy.close();
  }

  private int one() {
    return database.as(scope, c -> Database.run(c, "SELECT 1").iterator().next().getInteger(0));
  }

  private int call() {
    return database.callSystem("SELECT 1", Tuple.tuple()).iterator().next().getInteger(0);
  }

  private void assertUnavailable() {
    assertEquals(FailureCode.UNAVAILABLE, assertThrows(Failure.class, this::one).code());
    assertEquals(FailureCode.UNAVAILABLE, assertThrows(Failure.class, this::call).code());
    assertFalse(database.ping().await());
  }

  /** More at once than there are connections. */
  private void assertWorks() throws Exception {
    Await.until("it is ready", () -> database.ping().await(), PATIENCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(threads.submit(this::one));
        answers.add(threads.submit(this::call));
      }
      for (Future<Integer> answer : answers) {
        assertEquals(1, answer.get());
      }
    }
  }

  @Test
  void anAddressAtWhichNobodyListens() throws Exception {
    assertWorks();
    proxy.refuse();
    proxy.reset();
    assertUnavailable();
    proxy.heal();
    assertWorks();
  }

  @Test
  void aDoorkeeperWhoSendsEverybodyAway() throws Exception {
    assertWorks();
    proxy.hangUp();
    proxy.reset();
    for (int i = 0; i < 3; i++) {
      assertUnavailable();
    }
    proxy.heal();
    assertWorks();
  }

  @Test
  void aNetworkThatSwallowsAll() throws Exception {
    assertWorks();
    proxy.hold();
    assertUnavailable();
    proxy.reset();
    proxy.heal();
    assertWorks();
  }

  @Test
  void aNetworkThatSwallowsAllAndComesBackAsIfNothingWere() throws Exception {
    assertWorks();
    proxy.hold();
    assertUnavailable();
    proxy.heal();
    assertWorks();
    assertTrue(proxy.connections() > 0);
  }

  /** Connections come back just when those who wait for one give up. */
  @Test
  void whoWaitsTooLongIsToldAndNobodyIsForgotten() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      CountDownLatch held = new CountDownLatch(POOL);
      CountDownLatch over = new CountDownLatch(1);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Integer>> holders = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
          holders.add(threads.submit(() -> hold(held, over)));
        }
        assertTrue(held.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        List<Future<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          waiters.add(threads.submit(() -> isUnavailable(over)));
        }
        for (Future<Boolean> waiter : waiters) {
          waiter.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertTrue(waiters.stream().anyMatch(Future::resultNow));
        for (Future<Integer> holder : holders) {
          assertEquals(1, holder.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
      }
      assertWorks();
    }
  }

  private int hold(CountDownLatch held, CountDownLatch over) {
    return database.as(
        scope,
        c -> {
          int answer = Database.run(c, "SELECT 1").iterator().next().getInteger(0);
          held.countDown();
          try {
            over.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return answer;
        });
  }

  /** The first who gives up lets go of what the others wait for. */
  private boolean isUnavailable(CountDownLatch over) {
    try {
      return one() != 1;
    } catch (Failure e) {
      over.countDown();
      return e.code() == FailureCode.UNAVAILABLE;
    }
  }
}
