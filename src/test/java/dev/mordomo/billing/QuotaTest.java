package dev.mordomo.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.billing.QuotaHouse.Node;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ChatResult.Tokens;
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
  private static QuotaHouse house;
  private static MovableClock clock;

  @BeforeAll
  static void open() {
    house = new QuotaHouse();
    clock = house.clock;
  }

  @AfterAll
  static void close() {
    house.close();
  }

  /** Writes the ledger's row, as the end of a turn does. */
  private static void write(Scope scope, Node node, Reservation paid, Tokens charged) {
    house.sql(
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
    return house.number(
        "SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM usage WHERE tenant_id = '%s'"
            .formatted(scope.tenantId()));
  }

  private static long leased(UUID account) {
    return house.number(
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
    Node node = house.node();
    Scope scope = house.tenant(1000);
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
    Node node = house.node();
    Scope scope = house.tenant(1000);
    Reservation reserved = node.billing().reserve(scope, 100, 100);
    assertEquals(new Tokens(200, 300), reserved.settle(new Tokens(200, 300)));
    reserved = node.billing().reserve(scope, 100, 100);
    assertEquals(new Tokens(100, 400), reserved.settle(new Tokens(100, 9000)));
    refused(node, scope, 1, 0);
  }

  @Test
  void fiftyTurnsAtOnceOnTwoNodesNeverSpendMoreThanThereIs() throws Exception {
    long quota = 10_000;
    Scope scope = house.tenant(quota);
    List<Node> nodes =
        List.of(house.node("billing.block", "3000"), house.node("billing.block", "3000"));
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
    Node first = house.node("billing.block", "500");
    Node second = house.node("billing.block", "500");
    Scope scope = house.tenant(1000);
    Reservation all = first.billing().reserve(scope, 900, 100);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Reservation> waiting = threads.submit(() -> second.billing().reserve(scope, 500, 100));
      Await.until(
          "the second node has asked",
          () ->
              house.number(
                      "SELECT count(*) FROM token_lease WHERE node_id = '%s'"
                          .formatted(second.id()))
                  == 1,
          PATIENCE);
      all.refund();
      assertEquals(100, waiting.get().completion());
    }
  }

  @Test
  void aDeadNodesUnusedTokensComeBackAndItsUsedOnesDoNot() {
    Node dead = house.node();
    Node alive = house.node();
    Scope scope = house.tenant(1000);
    Reservation paid = dead.billing().reserve(scope, 100, 300);
    write(scope, dead, paid, paid.settle(new Tokens(100, 150)));
    dead.billing().reserve(scope, 100, 200);
    dead.billing().reserve(scope, 100, 200);
    refused(alive, scope, 300, 0);

    alive.billing().release();
    refused(alive, scope, 300, 0);
    house.sql("DELETE FROM node WHERE id = '%s'".formatted(dead.id()));
    house.sql(
        "UPDATE token_lease SET renewed_at = now() - interval '1 minute' WHERE node_id = '%s'"
            .formatted(dead.id()));
    alive.billing().release();
    assertEquals(250, leased(scope.tenantId()));
    assertEquals(750, alive.billing().reserve(scope, 300, 9000).completion() + 300);
  }

  /** A command has no row among the nodes: its tokens are its own while a call of it lasts. */
  @Test
  void whatACommandHasUnderWayIsNotTakenFromIt() {
    Node command = house.node();
    Node server = house.node();
    Scope scope = house.tenant(1000);
    house.sql("DELETE FROM node WHERE id = '%s'".formatted(command.id()));
    Reservation held = command.billing().reserve(scope, 400, 0);
    String old = "renewed_at < now() - interval '30 seconds'";
    String lease = " FROM token_lease WHERE node_id = '%s'".formatted(command.id());
    house.sql(
        "UPDATE token_lease SET renewed_at = now() - interval '1 minute' WHERE node_id = '%s'"
            .formatted(command.id()));
    Await.until(
        "its lease is renewed",
        () -> {
          command.billing().tidy();
          return house.text("SELECT (" + old + ")::text" + lease).orElseThrow().equals("false");
        },
        PATIENCE);
    server.billing().release();
    refused(server, scope, 700, 0);
    write(scope, command, held, held.settle(new Tokens(400, 0)));
    command.billing().leave();
    assertEquals(0, house.number("SELECT count(*)" + lease));
    assertEquals(400, leased(scope.tenantId()));
    assertEquals(600, server.billing().reserve(scope, 300, 9000).completion() + 300);
  }

  @Test
  void aNodeThatWasSilentHoldsNothingAnyMore() {
    Node silent = house.node();
    Node alive = house.node();
    Scope scope = house.tenant(1000);
    Reservation before = silent.billing().reserve(scope, 500, 300);
    house.sql(
        "UPDATE node SET lease_until = now() - interval '1 minute' WHERE id = '%s'"
            .formatted(silent.id()));
    house.sql(
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
    Node first = house.node();
    Node second = house.node();
    Scope scope = house.tenant(1000);
    Instant end = Instant.parse("2031-03-01T00:00:00Z");
    house.sql(
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
          house.text(
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
          house.text(
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
    Node node = house.node();
    Scope admin = house.tenant(10_000);
    Scope member = house.db.user(admin.tenantId(), "member");
    house.sql("UPDATE app_user SET token_quota = 300 WHERE id = '%s'".formatted(member.userId()));
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
  void callsCostWhatThePriceTableSays() {
    Node node = house.node();
    BillingConfig config =
        BillingConfig.from(
            Settings.of(Map.of("billing.prices", "test/m=2.5/10,test/n=1/1"), Map.of()));
    node.billing().setPrices(config);
    node.billing().setPrices(config);
    Scope scope = house.tenant(1_000_000);
    Reservation paid = node.billing().reserve(scope, 2000, 1000);
    write(scope, node, paid, paid.settle(new Tokens(2000, 1000)));
    assertEquals(
        Optional.of("0.01500000"),
        house.text(
            "SELECT cost::text FROM usage WHERE tenant_id = '%s'".formatted(scope.tenantId())));
    node.billing().setPrices(BillingConfig.from(Settings.of(Map.of(), Map.of())));
    assertEquals(0, house.number("SELECT count(*) FROM model_price"));
  }

  @Test
  void aPriceThatIsNoneIsRefused() {
    Settings settings = Settings.of(Map.of("billing.prices", "test/m=2,5"), Map.of());
    BillingConfig.from(settings);
    assertTrue(assertThrows(Failure.class, settings::verify).detail().contains("billing.prices"));
  }
}
