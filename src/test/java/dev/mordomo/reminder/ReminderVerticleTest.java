package dev.mordomo.reminder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop itself, on the real clock, with a poll so long that only timers and NOTIFY help. */
class ReminderVerticleTest {
  private static final ReminderConfig SLOW_POLL =
      new ReminderConfig(Duration.ofHours(1), Duration.ofSeconds(5));
  private static final String CUT_LISTENERS =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'
      """;

  private final InstantSource clock = InstantSource.system();
  private final BlockingQueue<Reminder> heard = new LinkedBlockingQueue<>();
  private ReminderFixture house = new ReminderFixture();
  private ReminderService reminders = service();

  private ReminderService service() {
    return new ReminderService(
        house.db.database(),
        house.streams,
        house.bus,
        scope -> Masking.NONE.begin(scope, () -> "pt-BR"),
        SLOW_POLL,
        clock);
  }

  @BeforeEach
  void listen() {
    house.bus.subscribe(ReminderEvent.Triggered.ADDRESS, event -> heard.add(event.reminder()));
  }

  @AfterEach
  void close() {
    house.close();
  }

  private String deploy() {
    return house
        .db
        .vertx()
        .deployVerticle(
            () -> new ReminderVerticle(reminders, house.db.database(), clock),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  private Reminder make(Scope scope, Duration in) {
    return reminders.create(
        scope, ReminderFixture.wanted("cake", clock.instant().plus(in), Optional.empty()));
  }

  private void firesWithin(Reminder made, Duration late) throws InterruptedException {
    Reminder fired = heard.poll(30, TimeUnit.SECONDS);
    assertNotNull(fired, "it did not fire");
    assertEquals(made.id(), fired.id());
    Instant at = fired.triggeredAt().orElseThrow();
    assertTrue(!at.isBefore(made.scheduledAt()), "too early");
    assertTrue(Duration.between(made.scheduledAt(), at).compareTo(late) < 0, "too late: " + fired);
  }

  @Test
  void whatFailsAsNobodyThoughtOfDoesNotEndIt() throws InterruptedException {
    AtomicBoolean failed = new AtomicBoolean();
    InstantSource once =
        () -> {
          if (failed.compareAndSet(false, true)) {
            throw new IllegalStateException("no time");
          }
          return clock.instant();
        };
    house
        .db
        .vertx()
        .deployVerticle(
            () -> new ReminderVerticle(reminders, house.db.database(), once),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
    Scope scope = house.db.tenantWithUser("member");
    firesWithin(make(scope, Duration.ZERO), Duration.ofSeconds(30));
    assertTrue(failed.get());
  }

  @Test
  void oneThatIsMadeWhileItSleepsFiresInTime() throws InterruptedException {
    deploy();
    Scope scope = house.db.tenantWithUser("member");
    firesWithin(make(scope, Duration.ofMillis(1200)), Duration.ofSeconds(1));
    firesWithin(make(scope, Duration.ZERO), Duration.ofSeconds(1));
  }

  @Test
  void oneThatCameDueWhileNothingRanFiresAtTheStart() throws InterruptedException {
    Scope scope = house.db.tenantWithUser("member");
    Reminder made = make(scope, Duration.ZERO);
    deploy();
    firesWithin(made, Duration.ofSeconds(30));
  }

  @Test
  void aSnoozeToASoonerTimeWakesIt() throws InterruptedException {
    deploy();
    Scope scope = house.db.tenantWithUser("member");
    Reminder made = make(scope, Duration.ofHours(2));
    firesWithin(reminders.snooze(scope, made.id(), Duration.ofSeconds(1)), Duration.ofSeconds(1));
  }

  @Test
  void aLostConnectionIsMadeAnewAndCaughtUp() throws InterruptedException, SQLException {
    deploy();
    Scope scope = house.db.tenantWithUser("member");
    firesWithin(make(scope, Duration.ZERO), Duration.ofSeconds(1));
    try (Connection owner = house.db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(CUT_LISTENERS);
    }
    firesWithin(make(scope, Duration.ofMillis(100)), Duration.ofSeconds(10));
    firesWithin(make(scope, Duration.ofMillis(100)), Duration.ofSeconds(1));
  }

  @Test
  void twoNodesFireOnceAndOneThatStoppedFiresNothing() throws InterruptedException {
    String first = deploy();
    deploy();
    Scope scope = house.db.tenantWithUser("member");
    firesWithin(make(scope, Duration.ofMillis(300)), Duration.ofSeconds(1));
    house.db.vertx().undeploy(first).await();
    firesWithin(make(scope, Duration.ofMillis(300)), Duration.ofSeconds(1));
    assertEquals(2, house.events(scope).size());
    assertTrue(heard.isEmpty());
  }
}
