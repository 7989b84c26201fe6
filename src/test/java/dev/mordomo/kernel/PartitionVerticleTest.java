package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partitions are there before anything is to stand in them, and go when it is to go. */
class PartitionVerticleTest {
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");
  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("yyyyMMdd_HH").withZone(ZoneOffset.UTC);
  private static final Instant NEW_YEAR = Instant.parse("2031-01-01T00:00:00Z");
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration AT_MOST = Duration.ofSeconds(2);

  private TestDatabase db;

  @BeforeEach
  void open() {
    db = TestDatabase.create();
  }

  @AfterEach
  void close() {
    db.close();
  }

  private Future<String> starting(InstantSource clock) {
    return db.vertx()
        .deployVerticle(
            new PartitionVerticle(db.database(), clock),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD));
  }

  /** It does its work at this time, as it does whenever a node starts, and every some minutes. */
  private void runAt(Instant at) {
    db.vertx().undeploy(starting(new MovableClock(at)).await()).await();
  }

  private List<String> strings(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> all = new java.util.ArrayList<>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }

  /** Those that are attached, and closed to whoever has no policy. */
  private List<String> partitionsOf(String table) throws SQLException {
    return strings(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE"
            + " i.inhparent = '%s'::regclass AND c.relrowsecurity ORDER BY 1".formatted(table));
  }

  private static List<String> hoursFrom(Instant at) {
    Instant first = at.truncatedTo(ChronoUnit.HOURS);
    return IntStream.range(0, 3)
        .mapToObj(i -> "event_" + HOUR.format(first.plus(Duration.ofHours(i))))
        .toList();
  }

  private static List<String> monthsFrom(Instant at) {
    YearMonth first = YearMonth.from(at.atOffset(ZoneOffset.UTC));
    return IntStream.range(0, 3)
        .mapToObj(i -> "message_" + MONTH.format(first.plusMonths(i)))
        .toList();
  }

  /** Says something at this time; where it stands. */
  private String saidAt(Scope scope, Instant at) throws SQLException {
    String least = strings("SELECT uuid_from_time('%s')".formatted(at)).getFirst();
    String id = least.substring(0, 24) + Ids.next().toString().substring(24);
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          """
          INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)
            VALUES ('%1$s', '%2$s', '%3$s', '%4$s', '%4$s');
          INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
            VALUES ('%5$s', '%2$s', '%3$s', '%1$s', 'user', 'x', '%4$s')
          """
              .formatted(Ids.next(), scope.tenantId(), scope.userId(), at, id));
    }
    return strings("SELECT tableoid::regclass FROM message WHERE id = '%s'".formatted(id))
        .getFirst();
  }

  /** Something happens at this time; where that stands. */
  private String happenedAt(Scope scope, Instant at) throws SQLException {
    append(scope, at);
    return strings("SELECT tableoid::regclass FROM event WHERE created_at = '%s'".formatted(at))
        .getFirst();
  }

  private void append(Scope scope, Instant at) {
    db.database()
        .as(
            scope,
            connection ->
                Streams.append(
                    connection,
                    scope.userId(),
                    Kind.USER,
                    scope.tenantId(),
                    scope.userId(),
                    List.of(new Draft("t", "{}")),
                    at));
  }

  @Test
  void twoMonthsAndTwoHoursAheadThroughAllMonthsOfAYear() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    // The last moment of a year, its first, leap days, summer times that come and go.
    List<Instant> moments =
        Stream.concat(
                Stream.of(NEW_YEAR.minus(MILLI), Instant.parse("2032-02-29T23:59:59.999Z")),
                IntStream.range(0, 14).mapToObj(i -> NEW_YEAR.plus(Duration.ofDays(31L * i))))
            .sorted()
            .toList();
    for (Instant at : moments) {
      runAt(at);
      List<String> months = monthsFrom(at);
      List<String> hours = hoursFrom(at);
      assertTrue(partitionsOf("message").containsAll(months), () -> at + ": " + months);
      assertTrue(partitionsOf("event").containsAll(hours), () -> at + ": " + hours);
      assertEquals(months.getFirst(), saidAt(scope, at));
      assertEquals(hours.getFirst(), happenedAt(scope, at));
      Instant hour = at.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(3));
      assertEquals(hours.getLast(), happenedAt(scope, hour.minus(MILLI)), "its last moment");
      Instant month =
          YearMonth.from(at.atOffset(ZoneOffset.UTC))
              .plusMonths(3)
              .atDay(1)
              .atStartOfDay()
              .toInstant(ZoneOffset.UTC);
      assertEquals(months.getLast(), saidAt(scope, month.minus(MILLI)), "its last moment");
    }
  }

  @Test
  void severalNodesAtOnceAndAgainAndAgainMakeThemOnce() throws SQLException {
    List<Future<String>> all =
        IntStream.range(0, 6).mapToObj(i -> starting(new MovableClock(NEW_YEAR))).toList();
    Future.all(all).await();
    List<String> months = partitionsOf("message");
    List<String> hours = partitionsOf("event");
    assertTrue(months.containsAll(monthsFrom(NEW_YEAR)), months::toString);
    assertTrue(hours.containsAll(hoursFrom(NEW_YEAR)), hours::toString);
    runAt(NEW_YEAR);
    assertEquals(months, partitionsOf("message"));
    assertEquals(hours, partitionsOf("event"));
  }

  @Test
  void streamsEndHoursLaterAndMessagesStay() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    Instant said = NEW_YEAR.plus(Duration.ofHours(1)).minus(MILLI);
    runAt(said);
    String hour = hoursFrom(said).getFirst();
    assertEquals("message_203101", saidAt(scope, said));
    assertEquals(hour, happenedAt(scope, said));
    // What is asked for at most, and an hour more.
    for (Duration later : List.of(Duration.ofMinutes(10), Duration.ofMinutes(70))) {
      runAt(said.plus(later));
      assertEquals(1, strings("SELECT type FROM event").size(), later::toString);
    }
    runAt(said.plus(Duration.ofHours(4)));
    assertFalse(partitionsOf("event").contains(hour));
    assertEquals(List.of(), strings("SELECT type FROM event"));
    // The end of a stream is known all the same.
    assertEquals(1, new Streams(db.database(), new Bus(db.vertx())).end(scope.userId()).offset());
    runAt(said.plus(Duration.ofDays(400)));
    assertTrue(partitionsOf("message").contains("message_203101"));
    assertEquals(1, strings("SELECT role FROM message").size());
    assertEquals(3 + 1, partitionsOf("event").size(), "the default, and what is to come");
  }

  @Test
  void whatStandsOutsideAnHourEndsToo() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    // A clock that was wrong by days, once.
    append(scope, NEW_YEAR.minus(Duration.ofDays(20)));
    runAt(NEW_YEAR.minus(Duration.ofDays(20)).plus(Duration.ofHours(1)));
    assertEquals(1, strings("SELECT type FROM event_default").size());
    runAt(NEW_YEAR);
    assertEquals(List.of(), strings("SELECT type FROM event"));
  }

  @Test
  void whatCameWhileThereWasNoneIsTakenIntoIt() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    runAt(NEW_YEAR);
    // A machine that had slept goes on.
    Instant later = NEW_YEAR.plus(Duration.ofHours(9)).plus(Duration.ofMinutes(30));
    assertEquals("event_default", happenedAt(scope, later));
    Instant muchLater = NEW_YEAR.plus(Duration.ofDays(200));
    assertEquals("message_default", saidAt(scope, muchLater));
    for (Instant at : List.of(later, muchLater)) {
      runAt(at);
      assertTrue(partitionsOf("message").containsAll(monthsFrom(at)), at::toString);
      assertTrue(partitionsOf("event").containsAll(hoursFrom(at)), at::toString);
      if (at.equals(later)) {
        assertEquals(
            List.of(hoursFrom(later).getFirst()), strings("SELECT tableoid::regclass FROM event"));
      }
    }
    assertEquals(
        List.of(monthsFrom(muchLater).getFirst()),
        strings("SELECT tableoid::regclass FROM message"));
  }

  @Test
  void whoReadsForLongHoldsUpNobody() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    runAt(NEW_YEAR);
    happenedAt(scope, NEW_YEAR);
    Instant later = NEW_YEAR.plus(Duration.ofHours(5));
    try (Connection backup = db.owner();
        Statement statement = backup.createStatement()) {
      backup.setAutoCommit(false);
      statement.execute("LOCK TABLE event, message IN ACCESS SHARE MODE");
      Future<String> round = starting(new MovableClock(later));
      long slowest = 0;
      while (!round.isComplete()) {
        long from = System.nanoTime();
        append(scope, NEW_YEAR);
        slowest = Math.max(slowest, System.nanoTime() - from);
      }
      round.await();
      assertTrue(slowest < AT_MOST.toNanos(), "somebody waited for " + slowest / 1_000_000 + " ms");
      backup.rollback();
    }
    runAt(later);
    assertTrue(partitionsOf("event").containsAll(hoursFrom(later)));
    assertFalse(partitionsOf("event").contains(hoursFrom(NEW_YEAR).getFirst()));
  }

  @Test
  void aRoundThatFailsAsNobodyThoughtOfDoesNotEndIt() {
    AtomicBoolean asked = new AtomicBoolean();
    starting(
            () -> {
              asked.set(true);
              throw new IllegalStateException("no time");
            })
        .await();
    assertTrue(asked.get());
  }
}
