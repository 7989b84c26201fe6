package dev.mordomo.ops.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged comes into the table, and logging waits for nothing. */
class LogServiceTest {
  private static final int QUEUE = 100;
  private static final int QUEUE_BYTES = 500_000;
  private static final int POSTED_BYTES = 1_000_000;
  private static final Scope ROOT = new Scope(new UUID(0, 0), new UUID(0, 0), "superuser");
  private static final LogQuery ALL =
      new LogQuery(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private TestDatabase db;
  private SimpleMeterRegistry metrics;
  private LogService logs;

  @BeforeEach
  void open() {
    db = TestDatabase.create();
    metrics = new SimpleMeterRegistry();
    logs = service(db.database());
  }

  @AfterEach
  void close() {
    logs.end();
    db.close();
  }

  private LogService service(Database database) {
    return service(database, InstantSource.system());
  }

  private LogService service(Database database, InstantSource clock) {
    return new LogService(
        database,
        scope -> Masking.NONE.begin(scope, () -> "pt-BR"),
        new LogConfig(Duration.ofDays(30), QUEUE, QUEUE_BYTES, POSTED_BYTES),
        "a node",
        metrics,
        clock);
  }

  private static LogLine line(LogLevel level, String source, String message) {
    return new LogLine(Ids.next(), Instant.now(), level, source, "a node", message);
  }

  private List<String> messages(LogQuery query) {
    return logs.list(ROOT, query, Optional.empty(), 1000).stream().map(LogLine::message).toList();
  }

  private void flushAll() {
    while (logs.flush()) {
      // Until nothing waits.
    }
  }

  @Test
  void whatALoggerSaysStandsThereWithItsTrace() {
    logs.begin();
    LoggerFactory.getLogger("zanz.Engine")
        .error("it broke {} times", 3, new IllegalStateException("outside", new Error("inside")));
    logs.end();
    LoggerFactory.getLogger("zanz.Engine").error("after the end");
    flushAll();
    List<LogLine> lines =
        logs.list(ROOT, ALL, Optional.empty(), 100).stream()
            .filter(line -> line.source().equals("zanz.Engine"))
            .toList();
    assertEquals(1, lines.size(), lines.toString());
    LogLine line = lines.getFirst();
    assertEquals(LogLevel.ERROR, line.level());
    assertEquals("a node", line.node());
    assertTrue(
        line.message().startsWith("it broke 3 times\njava.lang.IllegalStateException: outside"));
    assertTrue(line.message().contains("caused by java.lang.Error: inside"), line.message());
    assertTrue(line.message().contains("LogServiceTest"), line.message());
  }

  @Test
  void linesAreFoundByLevelSourceTextAndTime() {
    Instant from = Instant.now();
    logs.put(line(LogLevel.DEBUG, "dev.one.A", "first 100% sure"));
    logs.put(line(LogLevel.INFO, "dev.one.B", "second 100 sure"));
    logs.put(line(LogLevel.WARN, "dev.two.C", "Third under_score"));
    logs.put(line(LogLevel.ERROR, "dev.two.D", "fourth underXscore \\"));
    logs.put(line(LogLevel.INFO, "dev.two.E", "with\0 a zero".replace('\0', ' ')));
    flushAll();
    Optional<String> none = Optional.empty();
    Optional<Instant> ever = Optional.empty();
    assertEquals(
        List.of("fourth underXscore \\", "Third under_score"),
        messages(new LogQuery(Optional.of(LogLevel.WARN), none, none, ever, ever)));
    assertEquals(
        List.of("second 100 sure", "first 100% sure"),
        messages(new LogQuery(Optional.empty(), Optional.of("dev.one"), none, ever, ever)));
    assertEquals(
        List.of("first 100% sure"),
        messages(new LogQuery(Optional.empty(), none, Optional.of("100% S"), ever, ever)));
    assertEquals(
        List.of("Third under_score"),
        messages(new LogQuery(Optional.empty(), none, Optional.of("R_s"), ever, ever)));
    assertEquals(
        List.of("fourth underXscore \\"),
        messages(new LogQuery(Optional.empty(), none, Optional.of("\\"), ever, ever)));
    assertEquals(
        5, messages(new LogQuery(Optional.empty(), none, none, Optional.of(from), ever)).size());
    assertEquals(
        List.of(), messages(new LogQuery(Optional.empty(), none, none, ever, Optional.of(from))));
    UUID third = logs.list(ROOT, ALL, Optional.empty(), 3).getLast().id();
    assertEquals(2, logs.list(ROOT, ALL, Optional.of(third), 100).size());
  }

  @Test
  void aFullQueueLosesLinesAndSaysSo() {
    for (int i = 0; i < QUEUE + 37; i++) {
      logs.put(line(LogLevel.INFO, "dev.flood", "line " + i));
    }
    flushAll();
    List<String> lines = messages(ALL);
    assertEquals(QUEUE + 1, lines.size());
    assertTrue(lines.getFirst().startsWith("37 lines are missing here"), lines.getFirst());
    assertEquals(37, metrics.get("mordomo.log.dropped").counter().count());
    flushAll();
    assertEquals(QUEUE + 1, messages(ALL).size(), "told once");
  }

  @Test
  void fewLinesThatAreLongAreTooManyAsWell() {
    String longest = "x".repeat(8_000);
    for (int i = 0; i < QUEUE - 1; i++) {
      logs.put(line(LogLevel.INFO, "dev.flood", longest));
    }
    flushAll();
    List<String> lines = messages(ALL);
    int there = lines.size() - 1;
    // A character takes two bytes at the most.
    assertTrue(there * 16_000 <= QUEUE_BYTES && there * 16_000 > QUEUE_BYTES * 8 / 10, "" + there);
    assertEquals(
        (QUEUE - 1 - there)
            + " lines are missing here: too many came at once (logs.queue, logs.queue_bytes)",
        lines.getFirst());
    assertEquals(QUEUE - 1 - there, metrics.get("mordomo.log.dropped").counter().count());
    logs.put(line(LogLevel.INFO, "dev.flood", "there is room again"));
    flushAll();
    assertEquals("there is room again", messages(ALL).getFirst());
  }

  @Test
  void loggingGoesOnWhileTheDatabaseDoesNotAnswerAndNothingIsLostOrDoubled() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(db.port())) {
      Database through =
          new Database(
              db.vertx(),
              db.configThrough(proxy.port(), Duration.ofSeconds(1)),
              TestDatabase.SECRET);
      LogService behind = service(through);
      behind.put(line(LogLevel.INFO, "dev.away", "before"));
      awaitWritten(behind);
      proxy.hold();
      behind.put(line(LogLevel.INFO, "dev.away", "while it is away"));
      CompletableFuture<Failure> away = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> away.complete(assertThrows(Failure.class, behind::flush)));
      // Many more than fit: were one of them to wait, this would never end.
      for (int i = 0; i < 100 * QUEUE; i++) {
        behind.put(line(LogLevel.INFO, "dev.away", "flood"));
      }
      assertEquals(FailureCode.UNAVAILABLE, away.get(30, TimeUnit.SECONDS).code());
      proxy.heal();
      awaitWritten(behind);
      List<String> lines = messages(ALL);
      assertEquals(1, lines.stream().filter("before"::equals).count());
      assertEquals(1, lines.stream().filter("while it is away"::equals).count());
      long there = lines.stream().filter("flood"::equals).count();
      assertTrue(there >= QUEUE - 1, "as many as fitted: " + there);
      assertEquals(100 * QUEUE, there + metrics.get("mordomo.log.dropped").counter().count());
      through.close().await();
    }
  }

  private static void awaitWritten(LogService service) {
    Await.until(
        "it is written",
        () -> {
          try {
            return !service.flush();
          } catch (Failure e) {
            return false;
          }
        },
        Duration.ofSeconds(60));
  }

  @Test
  void postedLinesHaveRoomOfTheirOwnAndAreRefusedWhenItIsFull() {
    Scope device = db.tenantWithUser("member");
    Map<String, Object> metadata = Map.of("text", "x".repeat(16_000));
    Failure full =
        assertThrows(
            Failure.class,
            () -> {
              for (int i = 0; i < QUEUE; i++) {
                logs.post(device, LogLevel.INFO, "kettle", "line " + i, metadata);
              }
            });
    assertEquals(FailureCode.RATE_LIMITED, full.code());
    assertTrue(full.retryAfter().isPresent());
    for (int i = 0; i < QUEUE; i++) {
      logs.put(line(LogLevel.WARN, "dev.own", "own"));
    }
    flushAll();
    List<String> lines = messages(ALL);
    assertEquals(QUEUE, lines.stream().filter("own"::equals).count());
    assertTrue(lines.contains("line 0"), lines.toString());
    assertEquals(0, metrics.get("mordomo.log.dropped").counter().count());
    logs.post(device, LogLevel.INFO, "kettle", "there is room again", metadata);
  }

  @Test
  void aLineThatIsRefusedKeepsNoOtherOut() throws SQLException {
    owner("ALTER TABLE system_log ADD CHECK (message <> 'odd')");
    logs.put(line(LogLevel.INFO, "dev.one", "before"));
    logs.put(line(LogLevel.INFO, "dev.one", "odd"));
    logs.put(line(LogLevel.INFO, "dev.one", "after"));
    flushAll();
    assertEquals(
        List.of("1 lines are missing here: the database refused them", "after", "before"),
        messages(ALL));
    assertEquals(1, metrics.get("mordomo.log.dropped").counter().count());
  }

  @Test
  void whatWaitsOfWhoeverIsErasedIsNotWritten() {
    Scope ana = db.tenantWithUser("member");
    Scope rui = db.tenantWithUser("member");
    Scope eva = db.tenantWithUser("member");
    for (Scope one : List.of(ana, rui, eva)) {
      logs.post(one, LogLevel.INFO, "kettle", "of " + one.userId(), Map.of());
    }
    logs.forget(ana.userId());
    logs.forget(rui.tenantId());
    logs.post(ana, LogLevel.INFO, "kettle", "was under way", Map.of());
    flushAll();
    assertEquals(List.of("of " + eva.userId()), messages(ALL));
  }

  @Test
  void whatFailsAsNobodyThoughtOfDoesNotEndTheWriting() {
    AtomicInteger failures = new AtomicInteger();
    LogService broken =
        service(
            db.database(),
            () -> {
              if (failures.incrementAndGet() <= 3) {
                throw new IllegalStateException("no time");
              }
              return Instant.now();
            });
    // Too many, so that it is told how many, for which the time is asked.
    for (int i = 0; i < QUEUE + 1; i++) {
      broken.put(line(LogLevel.INFO, "dev.flood", "line"));
    }
    String id =
        db.vertx()
            .deployVerticle(
                new LogVerticle(broken),
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
            .await();
    Await.until(
        "it is told",
        () -> messages(ALL).stream().anyMatch(said -> said.contains("lines are missing here")),
        Duration.ofSeconds(30));
    assertTrue(failures.get() > 3);
    db.vertx().undeploy(id).await();
  }

  @Test
  void daysThatAreNotKeptAreDropped() throws SQLException {
    owner("SELECT maintain_system_log('2024-03-15', 100::bigint * 366 * 86400)");
    owner(
        "INSERT INTO system_log VALUES (uuid_from_time('2024-03-15 10:00Z'), '2024-03-15 10:00Z',"
            + " 2, 'old', 'n', 'old')");
    owner(
        "INSERT INTO system_log VALUES (uuid_from_time('2020-01-01 10:00Z'), '2020-01-01 10:00Z',"
            + " 2, 'older', 'n', 'in no day')");
    logs.put(line(LogLevel.INFO, "new", "new"));
    flushAll();
    assertEquals(3, messages(ALL).size());
    logs.maintain();
    assertEquals(List.of("new"), messages(ALL));
    assertFalse(partitions().stream().anyMatch(name -> name.startsWith("system_log_2024")));
    assertTrue(partitions().size() >= 3, partitions().toString());
  }

  @Test
  void thirtyDaysAreKeptAndNotOneMore() throws SQLException {
    MovableClock clock = new MovableClock(Instant.parse("2030-03-01T12:00:00Z"));
    LogService kept = service(db.database(), clock);
    for (int day = 0; day < 32; day++) {
      kept.maintain();
      kept.put(
          new LogLine(
              Ids.at(clock.instant()), clock.instant(), LogLevel.INFO, "a", "n", "day " + day));
      while (kept.flush()) {
        // Until nothing waits.
      }
      clock.advance(Duration.ofDays(1));
    }
    // Thirty days after day 2, which has not ended thirty days ago.
    kept.maintain();
    List<String> lines = messages(ALL);
    assertEquals(30, lines.size(), lines.toString());
    assertFalse(lines.contains("day 1"), lines.toString());
    assertTrue(lines.contains("day 2"), lines.toString());
  }

  @Test
  void nobodyButTheSuperuserReadsIt() {
    for (String role : Set.of("admin", "operator", "member")) {
      Scope scope = db.tenantWithUser(role);
      assertEquals(
          FailureCode.FORBIDDEN,
          assertThrows(Failure.class, () -> logs.list(scope, ALL, Optional.empty(), 1)).code());
    }
    Failure refused =
        assertThrows(
            Failure.class, () -> db.database().call("SELECT * FROM system_log", Tuple.tuple()));
    assertEquals("42501", Database.sqlState(refused));
  }

  private void owner(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> partitions() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT relname FROM pg_class WHERE relname ~ '^system_log_[0-9]{8}$' ORDER BY"
                    + " 1")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }
}
