package dev.mordomo.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatResult.Tokens;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Quotas by several nodes on one real database. */
class QuotaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static TestDatabase db;
  private static MovableClock clock;
  private static Streams streams;

  /** One server, as far as quotas go. */
  private record Node(UUID id, BillingService billing) {}

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    clock = new MovableClock(Instant.now());
    streams = new Streams(db.database(), new Bus(db.vertx()));
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static Node node(String... settings) {
    UUID id = Ids.next();
    sql(
        "INSERT INTO node (id, started_at, lease_until) VALUES ('%s', now(), now() + interval '1 hour')"
            .formatted(id));
    Map<String, String> values = settings.length == 0 ? Map.of() : Map.of(settings[0], settings[1]);
    return new Node(
        id,
        new BillingService(
            db.vertx(),
            db.database(),
            streams,
            id,
            BillingConfig.from(Settings.of(values, Map.of())),
            clock));
  }

  private static Scope tenant(long quota) {
    Scope admin = db.tenantWithUser("admin");
    sql("UPDATE tenant SET token_quota = %d WHERE id = '%s'".formatted(quota, admin.tenantId()));
    return admin;
  }

  /** Writes the ledger's row, as the end of a turn does. */
  private static void write(Scope scope, Node node, Reservation paid, Tokens charged) {
    sql(
        """
        INSERT INTO usage (id, tenant_id, user_id, model, prompt_tokens, completion_tokens, created_at, node_id)
        VALUES ('%s', '%s', '%s', 'test/m', %d, %d, '%s', '%s')
        """
            .formatted(
                paid.id(),
                scope.tenantId(),
                scope.userId(),
                charged.prompt(),
                charged.completion(),
                clock.instant(),
                node.id()));
  }

  private static long ledger(Scope scope) {
    return number(
        "SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM usage WHERE tenant_id = '%s'"
            .formatted(scope.tenantId()));
  }

  private static long leased(UUID account) {
    return number(
        "SELECT coalesce(max(leased), 0) FROM token_account WHERE id = '%s'".formatted(account));
  }

  private static Failure refused(Node node, Scope scope, int prompt, int completion) {
    Failure failure =
        assertThrows(Failure.class, () -> node.billing().reserve(scope, prompt, completion));
    assertEquals(FailureCode.QUOTA_EXCEEDED, failure.code());
    return failure;
  }

  @Test
  void whatIsSettledIsSpentAndTheRestIsFreeAgain() {
    Node node = node();
    Scope scope = tenant(1000);
    Reservation first = node.billing().reserve(scope, 100, 500);
    assertEquals(500, first.completion());
    assertFalse(first.isCut());
    Reservation second = node.billing().reserve(scope, 100, 500);
    assertTrue(second.isCut());
    assertEquals(300, second.completion());
    refused(node, scope, 10, 100);
    assertEquals(new Tokens(90, 10), first.settle(new Tokens(90, 10)));
    second.refund();
    Reservation third = node.billing().reserve(scope, 100, 2000);
    assertEquals(800, third.completion());
    assertEquals(Tokens.NONE, first.settle(new Tokens(1, 1)), "settled twice");
    third.refund();
    node.billing().leave();
    assertEquals(100, leased(scope.tenantId()));
  }

  @Test
  void aModelThatTakesMoreIsChargedAsFarAsTheQuotaReaches() {
    Node node = node();
    Scope scope = tenant(1000);
    Reservation reserved = node.billing().reserve(scope, 100, 100);
    assertEquals(new Tokens(200, 300), reserved.settle(new Tokens(200, 300)));
    reserved = node.billing().reserve(scope, 100, 100);
    assertEquals(new Tokens(100, 400), reserved.settle(new Tokens(100, 9000)));
    refused(node, scope, 1, 0);
  }

  @Test
  void fiftyTurnsAtOnceOnTwoNodesNeverSpendMoreThanThereIs() throws Exception {
    long quota = 10_000;
    Scope scope = tenant(quota);
    List<Node> nodes = List.of(node("billing.block", "3000"), node("billing.block", "3000"));
    AtomicLong charged = new AtomicLong();
    AtomicLong cut = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    CountDownLatch go = new CountDownLatch(1);
    List<Future<?>> turns = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        Node node = nodes.get(i % 2);
        turns.add(
            threads.submit(() -> {
              go.await();
              try {
                Reservation mine = node.billing().reserve(scope, 120, 400);
                cut.addAndGet(mine.isCut() ? 1 : 0);
                Tokens spent = mine.settle(new Tokens(120, mine.completion()));
                write(scope, node, mine, spent);
                charged.addAndGet(spent.prompt() + spent.completion());
              } catch (Failure e) {
                assertEquals(FailureCode.QUOTA_EXCEEDED, e.code());
                refused.incrementAndGet();
              }
              return null;
            }));
      }
      go.countDown();
      for (Future<?> turn : turns) {
        turn.get();
      }
    }
    assertEquals(ledger(scope), charged.get());
    assertTrue(charged.get() <= quota, charged + " of " + quota);
    // Nothing that a turn could have used is left over.
    assertTrue(charged.get() > quota - 136, charged + " of " + quota);
    assertTrue(refused.get() >= 50 - 20 - 2, refused + " refused");
    assertTrue(cut.get() <= 2, cut + " cut");
    nodes.forEach(node -> node.billing().leave());
    assertEquals(charged.get(), leased(scope.tenantId()));
  }

  @Test
  void tokensThatAnotherNodeDoesNotNeedAreHadAfterAWhile() throws Exception {
    Node first = node("billing.block", "500");
    Node second = node("billing.block", "500");
    Scope scope = tenant(1000);
    Reservation all = first.billing().reserve(scope, 900, 100);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Reservation> waiting = threads.submit(() -> second.billing().reserve(scope, 500, 100));
      Await.until(
          "the second node has asked",
          () ->
              number("SELECT count(*) FROM token_lease WHERE node_id = '%s'".formatted(second.id()))
                  == 1,
          PATIENCE);
      all.refund();
      assertEquals(100, waiting.get().completion());
    }
  }

  @Test
  void aDeadNodesUnusedTokensComeBackAndItsUsedOnesDoNot() {
    Node dead = node();
    Node alive = node();
    Scope scope = tenant(1000);
    Reservation paid = dead.billing().reserve(scope, 100, 300);
    write(scope, dead, paid, paid.settle(new Tokens(100, 150)));
    dead.billing().reserve(scope, 100, 200);
    dead.billing().reserve(scope, 100, 200);
    refused(alive, scope, 300, 0);

    alive.billing().release();
    refused(alive, scope, 300, 0);
    sql("DELETE FROM node WHERE id = '%s'".formatted(dead.id()));
    sql(
        "UPDATE token_lease SET renewed_at = now() - interval '1 minute' WHERE node_id = '%s'"
            .formatted(dead.id()));
    alive.billing().release();
    assertEquals(250, leased(scope.tenantId()));
    assertEquals(750, alive.billing().reserve(scope, 300, 9000).completion() + 300);
  }

  @Test
  void aNodeThatWasSilentHoldsNothingAnyMore() {
    Node silent = node();
    Node alive = node();
    Scope scope = tenant(1000);
    Reservation before = silent.billing().reserve(scope, 500, 300);
    sql(
        "UPDATE node SET lease_until = now() - interval '1 minute' WHERE id = '%s'"
            .formatted(silent.id()));
    sql(
        "UPDATE token_lease SET renewed_at = now() - interval '1 minute' WHERE node_id = '%s'"
            .formatted(silent.id()));
    alive.billing().release();
    Reservation all = alive.billing().reserve(scope, 900, 0);
    refused(silent, scope, 200, 0);
    before.refund();
    refused(silent, scope, 200, 0);
    all.settle(new Tokens(900, 0));
    assertEquals(100, silent.billing().reserve(scope, 84, 9000).completion() + 84);
  }

  @Test
  void theNextPeriodBeginsOnceAndOldReservationsAreOfTheOldOne() {
    Node first = node();
    Node second = node();
    Scope scope = tenant(1000);
    Instant end = Instant.parse("2031-03-01T00:00:00Z");
    sql(
        "UPDATE tenant SET quota_resets_at = '%s' WHERE id = '%s'"
            .formatted(end, scope.tenantId()));
    Instant now = clock.instant();
    try {
      clock.set(end.minusSeconds(10));
      Reservation old = first.billing().reserve(scope, 100, 900);
      Failure failure = refused(second, scope, 100, 0);
      assertEquals(Duration.ofSeconds(10), failure.retryAfter().orElseThrow());
      assertEquals(Map.of("quota_resets_at", end), failure.extra().orElseThrow());

      clock.set(end.plusSeconds(1));
      Reservation fresh = second.billing().reserve(scope, 100, 200);
      write(scope, first, old, old.settle(new Tokens(100, 900)));
      write(scope, second, fresh, fresh.settle(new Tokens(100, 200)));
      assertEquals(700, first.billing().reserve(scope, 100, 9000).completion() + 100);
      assertEquals(
          Optional.of("2031-03-01 00:00:00 2031-04-01 00:00:00"),
          text(
              "SELECT to_char(quota_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS ') ||"
                  + " to_char(quota_resets_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
                  + " FROM tenant WHERE id = '"
                  + scope.tenantId()
                  + "'"));
      // Some months later.
      clock.set(Instant.parse("2031-08-15T12:00:00Z"));
      assertEquals(900, second.billing().reserve(scope, 100, 900).completion());
      assertEquals(
          Optional.of("2031-09-01"),
          text(
              "SELECT to_char(quota_resets_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM tenant WHERE"
                  + " id = '"
                  + scope.tenantId()
                  + "'"));
    } finally {
      clock.set(now);
    }
  }

  @Test
  void aUsersOwnQuotaHoldsBesideTheTenants() {
    Node node = node();
    Scope admin = tenant(10_000);
    Scope member = db.user(admin.tenantId(), "member");
    sql("UPDATE app_user SET token_quota = 300 WHERE id = '%s'".formatted(member.userId()));
    Reservation cut = node.billing().reserve(member, 100, 1000);
    assertEquals(200, cut.completion());
    refused(node, member, 10, 100);
    Reservation free = node.billing().reserve(admin, 100, 1000);
    assertFalse(free.isCut());
    free.refund();
    write(member, node, cut, cut.settle(new Tokens(100, 50)));
    assertEquals(50, node.billing().reserve(member, 100, 1000).completion());
    assertThrows(Failure.class, () -> node.billing().admit(member, 10));
    node.billing().admit(admin, 10);
  }

  @Test
  void warningsAreToldOnceAPeriodToWhomeverTheyConcern() {
    Node node = node();
    Scope admin = tenant(1000);
    Scope member = db.user(admin.tenantId(), "member");
    node.billing().reserve(member, 700, 0).settle(new Tokens(700, 0));
    node.billing().reserve(member, 150, 0).settle(new Tokens(150, 0));
    Await.until("80 % are told", () -> warnings(admin).equals(List.of("80")), PATIENCE);
    node.billing().reserve(member, 50, 0).settle(new Tokens(50, 0));
    refused(node, member, 200, 0);
    refused(node, member, 200, 0);
    assertEquals(List.of("80", "100"), warnings(admin));
    assertEquals(List.of(), warnings(member));
  }

  private static List<String> warnings(Scope scope) {
    List<String> told = new ArrayList<>();
    for (var row :
        db.database()
            .callSystem(
                """
                SELECT payload->'quota'->>'percent' FROM event
                WHERE channel_id = $1 AND type = 'quota.warning' ORDER BY "offset"
                """,
                Tuple.of(scope.userId()))) {
      told.add(row.getString(0));
    }
    return told;
  }

  @Test
  void callsCostWhatThePriceTableSays() {
    Node node = node();
    BillingConfig config =
        BillingConfig.from(
            Settings.of(Map.of("billing.prices", "test/m=2.5/10,test/n=1/1"), Map.of()));
    node.billing().setPrices(config);
    node.billing().setPrices(config);
    Scope scope = tenant(1_000_000);
    Reservation paid = node.billing().reserve(scope, 2000, 1000);
    write(scope, node, paid, paid.settle(new Tokens(2000, 1000)));
    assertEquals(
        Optional.of("0.01500000"),
        text("SELECT cost::text FROM usage WHERE tenant_id = '%s'".formatted(scope.tenantId())));
    node.billing().setPrices(BillingConfig.from(Settings.of(Map.of(), Map.of())));
    assertEquals(0, number("SELECT count(*) FROM model_price"));
  }

  @Test
  void aPriceThatIsNoneIsRefused() {
    Settings settings = Settings.of(Map.of("billing.prices", "test/m=2,5"), Map.of());
    BillingConfig.from(settings);
    assertTrue(assertThrows(Failure.class, settings::verify).detail().contains("billing.prices"));
  }

  private static void sql(String statement) {
    try (Connection owner = db.owner();
        Statement on = owner.createStatement()) {
      on.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  private static long number(String query) {
    return Long.parseLong(text(query).orElseThrow());
  }

  private static Optional<String> text(String query) {
    try (Connection owner = db.owner();
        Statement on = owner.createStatement();
        ResultSet rows = on.executeQuery(query)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }
}
