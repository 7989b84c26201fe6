package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.core.net.NetServer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who guesses, on one node and on several. */
class SignInGuardTest {
  private static final IdentityConfig CONFIG =
      IdentityFixture.config(Map.of("identity.account_failures", "5"));
  private static IdentityFixture fixture;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  /** One more server, or the same one after a restart. */
  private static SignInGuard node() {
    return node(fixture.db.database());
  }

  private static SignInGuard node(Database database) {
    return new SignInGuard(CONFIG, new SignInFailureStore(database), fixture.clock);
  }

  private static Failure tooMany(SignInGuard node, String account, String address) {
    return assertFails(FailureCode.RATE_LIMITED, () -> node.begin(account, address));
  }

  @Test
  void whatFailsOnOneNodeCountsOnAllAndAfterARestart() {
    String account = "shared " + Ids.next();
    SignInGuard one = node();
    SignInGuard two = node();
    for (int i = 0; i < 5; i++) {
      (i % 2 == 0 ? one : two).begin(account, account + i);
    }
    fixture.guessed("account " + account, 5);
    for (SignInGuard node : List.of(one, two, node())) {
      Duration wait = tooMany(node, account, account).retryAfter().orElseThrow();
      assertTrue(wait.toSeconds() > 16 && wait.toSeconds() <= 32, wait::toString);
    }
    node().begin("somebody else " + account, account);
    // Who was refused has not been counted, and it was no reason to wait for longer.
    assertEquals(10, failures("account " + account));
  }

  @Test
  void ofManyAtOnceOnSeveralNodesNoneIsAWayAround() throws Exception {
    String account = "many " + Ids.next();
    List<SignInGuard> nodes = List.of(node(), node(), node());
    AtomicInteger begun = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 60; i++) {
        SignInGuard node = nodes.get(i % 3);
        String address = "many-" + i;
        all.add(
            threads.submit(() -> {
              try {
                node.begin(account, address);
                begun.incrementAndGet();
              } catch (Failure e) {
                assertEquals(FailureCode.RATE_LIMITED, e.code());
              }
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(begun.get(), failures("account " + account));
    // Five, and those that waited for a second, for two and for four.
    assertTrue(begun.get() >= 5 && begun.get() <= 8, "" + begun.get());
  }

  @Test
  void whoKnowsThePasswordStartsAnewAndWhatWasNotTriedIsForgiven() {
    String account = "right " + Ids.next();
    for (int i = 0; i < 4; i++) {
      node().begin(account, account);
    }
    node().begin(account, account).forgive();
    assertEquals(4, failures("account " + account));
    node().begin(account, account).succeeded();
    assertEquals(0, failures("account " + account));
    assertEquals(4, failures("address " + account));
  }

  @Test
  void whatIsOldIsForgottenAndNobodyCanReadWhoseItWas() {
    String account = "old " + Ids.next();
    node().begin(account, account);
    node().purge();
    assertEquals(1, failures("account " + account));
    assertEquals(
        0,
        fixture
            .db
            .database()
            .callSystem(
                "SELECT FROM sign_in_failure WHERE position(convert_to($1, 'UTF8') IN key) > 0",
                Tuple.of(account))
            .size());
    fixture.passGuesses(CONFIG.failureWindow().plusSeconds(1));
    node().purge();
    assertEquals(-1, failures("account " + account));
  }

  @Test
  void withoutTheDatabaseEachNodeCountsByItself() {
    NetServer nobody = fixture.db.vertx().createNetServer().connectHandler(s -> s.close());
    int port = nobody.listen(0, "127.0.0.1").await().actualPort();
    Database away =
        new Database(
            fixture.db.vertx(),
            fixture.db.configThrough(port, Duration.ofSeconds(2)),
            TestDatabase.SECRET);
    try {
      SignInGuard node = node(away);
      node.begin("alone", "alone").forgive();
      for (int i = 0; i < 5; i++) {
        node.begin("alone", "alone");
      }
      assertEquals(
          Duration.ofSeconds(1), tooMany(node, "alone", "alone").retryAfter().orElseThrow());
      fixture.clock.advance(Duration.ofSeconds(1));
      node.begin("alone", "alone").succeeded();
      node.begin("alone", "alone");
    } finally {
      away.close().await();
      nobody.close().await();
    }
  }

  /** -1: no row. */
  private static int failures(String key) {
    for (Row row :
        fixture
            .db
            .database()
            .callSystem(
                "SELECT failures FROM sign_in_failure"
                    + " WHERE key = sha256(convert_to($1, 'UTF8'))",
                Tuple.of(key))) {
      return row.getInteger(0);
    }
    return -1;
  }
}
