package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.DatabaseConfig;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Migrations;
import dev.mordomo.kernel.StartPatience;
import dev.mordomo.kernel.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A server starts before its PostgreSQL does, or while the way there is slow. */
class LateDatabaseTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Executor THREADS = work -> Thread.ofPlatform().daemon().start(work);

  private final Heard heard = new Heard();
  private TestDatabase db;
  private TcpProxy proxy;
  private boolean isOfTheApp;

  /** What a start says while it waits. */
  private static final class Heard extends AppenderBase<ILoggingEvent> {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }

    private boolean isWaiting() {
      return lines.stream().anyMatch(line -> line.contains("does not answer yet"));
    }
  }

  @BeforeEach
  void open() {
    db = TestDatabase.create();
    proxy = TcpProxy.to(db.port());
    heard.start();
    ((Logger) LoggerFactory.getLogger(StartPatience.class)).addAppender(heard);
  }

  @AfterEach
  void close() {
    ((Logger) LoggerFactory.getLogger(StartPatience.class)).detachAppender(heard);
    proxy.close();
    if (!isOfTheApp) {
      db.close();
    }
  }

  private DatabaseConfig config(Duration patience) {
    DatabaseConfig through = db.configThrough(proxy.port(), Duration.ofSeconds(5));
    return new DatabaseConfig(
        through.url(),
        through.rolePrefix(),
        through.poolSize(),
        through.systemPoolSize(),
        through.statementTimeout(),
        Duration.ofMillis(200),
        patience);
  }

  @Test
  void aStartWaitsForAServerThatComesLater() throws Exception {
    proxy.refuse();
    CompletableFuture<RunningApp> starting =
        CompletableFuture.supplyAsync(
            () ->
                new RunningApp(
                    db,
                    Map.of("knowledge.manual", "false"),
                    Map.of("DATABASE_URL", config(PATIENCE).url())),
            THREADS);
    Await.until("it says that it waits", heard::isWaiting, PATIENCE);
    assertTrue(
        heard.lines.getFirst().startsWith("PostgreSQL at 127.0.0.1:" + proxy.port()),
        heard.lines::toString);
    assertFalse(starting.isDone());
    proxy.heal();
    isOfTheApp = true;
    try (RunningApp app = starting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      assertEquals("up", ApiClient.signIn(app.url()).get("/health/ready").get("status").asText());
    }
  }

  /** However long one connection takes: a request would have given up long before. */
  @Test
  void firstConnectionsThatTakeLongAreWaitedFor() throws Exception {
    proxy.hold();
    Database database = new Database(db.vertx(), config(PATIENCE), TestDatabase.SECRET);
    StartPatience patience = new StartPatience(config(PATIENCE));
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> database.awaitFirst(patience), THREADS);
    Await.until("it says that it waits", heard::isWaiting, PATIENCE);
    assertFalse(database.ping().await());
    proxy.heal();
    waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertTrue(database.ping().await());
    database.close().await();
  }

  @Test
  void aServerThatNeverComesEndsTheStartWithWhatToDo() {
    proxy.refuse();
    Migrations migrations = new Migrations(config(Duration.ofMillis(300)), TestDatabase.SECRET);
    Failure failure = assertThrows(Failure.class, migrations::run);
    assertEquals(FailureCode.UNAVAILABLE, failure.code());
    for (String part :
        List.of("127.0.0.1:" + proxy.port(), "DATABASE_URL", "database.start_patience")) {
      assertTrue(failure.detail().contains(part), failure::detail);
    }
  }

  @Test
  void aServerThatRefusesIsNotAskedAgain() {
    DatabaseConfig there = config(Duration.ofHours(1));
    DatabaseConfig unknown =
        new DatabaseConfig(
            there.url() + "_none",
            there.rolePrefix(),
            1,
            1,
            there.statementTimeout(),
            there.connectTimeout(),
            there.startPatience());
    Migrations migrations = new Migrations(unknown, TestDatabase.SECRET);
    Failure failure = assertThrows(Failure.class, migrations::run);
    assertTrue(failure.detail().contains("_none"), failure::detail);
    assertFalse(heard.isWaiting());
  }
}
