package dev.mordomo.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.core.net.NetServer;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static TestDatabase db;
  private static MovableClock clock;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    clock = new MovableClock(Instant.now());
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static RateLimit node(int perMinute) {
    return new RateLimit("turns", "turn", () -> perMinute, new RateStore(db.database()), clock);
  }

  /** As if so much time had passed since anybody took anything. */
  private static void pass(Duration time) {
    db.database()
        .callSystem(
            "UPDATE rate_bucket SET at = at - make_interval(secs => $1)",
            Tuple.of((double) time.toSeconds()));
    clock.advance(time);
  }

  private static int takeAll(RateLimit limit, String whose, int most) {
    for (int taken = 0; taken < most; taken++) {
      try {
        limit.take(whose);
      } catch (Failure e) {
        assertEquals(FailureCode.RATE_LIMITED, e.code());
        return taken;
      }
    }
    return most;
  }

  @Test
  void allNodesTakeFromOneBucket() throws Exception {
    String user = UUID.randomUUID().toString();
    List<RateLimit> nodes = List.of(node(30), node(30), node(30));
    AtomicInteger taken = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 150; i++) {
        RateLimit node = nodes.get(i % 3);
        all.add(threads.submit(() -> taken.addAndGet(takeAll(node, user, 1))));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    // A little flows in meanwhile.
    assertTrue(taken.get() >= 30 && taken.get() <= 33, "" + taken);
  }

  @Test
  void itFillsAgainWithTheTimeAndSaysWhen() {
    String user = UUID.randomUUID().toString();
    RateLimit node = node(60);
    int first = takeAll(node, user, 1000);
    assertTrue(first >= 60 && first <= 62, "" + first);
    Failure refused = assertThrows(Failure.class, () -> node.take(user));
    Duration wait = refused.retryAfter().orElseThrow();
    assertTrue(wait.isPositive() && wait.compareTo(Duration.ofSeconds(1)) <= 0, "" + wait);
    pass(Duration.ofSeconds(10));
    int second = takeAll(node, user, 1000);
    assertTrue(second >= 10 && second <= 12, "" + second);
    assertEquals(1, takeAll(node, UUID.randomUUID().toString(), 1), "somebody else");
  }

  @Test
  void zeroIsNoLimit() {
    assertEquals(1000, takeAll(node(0), "anybody", 1000));
  }

  @Test
  void bucketsAreForgottenOnceTheyAreFull() {
    String user = UUID.randomUUID().toString();
    node(5).take(user);
    RateStore store = new RateStore(db.database());
    store.forget();
    assertEquals(1, buckets(user));
    pass(Duration.ofMinutes(3));
    store.forget();
    assertEquals(0, buckets(user));
  }

  private static long buckets(String user) {
    return db.database()
        .callSystem(
            "SELECT count(*) FROM rate_bucket"
                + " WHERE key = encode(sha256(convert_to('turn ' || $1, 'UTF8')), 'hex')",
            Tuple.of(user))
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void withoutTheDatabaseEachNodeLimitsByItself() {
    NetServer nobody = db.vertx().createNetServer().connectHandler(socket -> socket.close());
    int port = nobody.listen(0, "127.0.0.1").await().actualPort();
    Database away =
        new Database(
            db.vertx(), db.configThrough(port, Duration.ofSeconds(2)), TestDatabase.SECRET);
    try {
      RateLimit node = new RateLimit("turns", "turn", () -> 5, new RateStore(away), clock);
      assertEquals(5, takeAll(node, "x", 100));
      clock.advance(Duration.ofSeconds(24));
      assertEquals(2, takeAll(node, "x", 100));
    } finally {
      away.close().await();
      nobody.close().await();
    }
  }

  @Test
  void aDatabaseThatStandsStillHoldsUpOneRequestAndNotForLong() {
    try (TcpProxy proxy = TcpProxy.to(db.port())) {
      Database through =
          new Database(
              db.vertx(),
              db.configThrough(proxy.port(), Duration.ofSeconds(20)),
              TestDatabase.SECRET);
      RateStore store = new RateStore(through);
      RateLimit node = new RateLimit("turns", "turn", () -> 5, store, clock);
      try {
        // What is used in the fault was connected before it.
        node.take(UUID.randomUUID().toString());
        proxy.hold();
        long from = System.nanoTime();
        String user = UUID.randomUUID().toString();
        assertEquals(5, takeAll(node, user, 100));
        for (int i = 0; i < 20; i++) {
          node.take(UUID.randomUUID().toString());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - from);
        assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took::toString);
        proxy.heal();
        Await.until(
            "it is asked again",
            () -> {
              takeAll(node, UUID.randomUUID().toString(), 1);
              return !store.isLate();
            },
            Duration.ofSeconds(40));
      } finally {
        through.close().await();
      }
    }
  }
}
