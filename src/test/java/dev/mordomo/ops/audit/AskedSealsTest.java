package dev.mordomo.ops.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was asked is sealed by period, and whatever is done to it behind its back is found. */
class AskedSealsTest {
  private static final String ADD =
      """
      INSERT INTO asked (id, tenant_id, action, actor_kind, actor_id, asked_at, ended_at, model,
        prompt_tokens, outcome, documents, address, salt, personal_hash)
      SELECT asked_id(), %1$s, 'turn.ask', 'user', %2$s, now(), now(), 'test', 7, 'completed',
        '{}', '192.0.2.7', s.salt, asked_hash(s.salt, '192.0.2.7', NULL)
      FROM (SELECT uuid_send(gen_random_uuid()) AS salt OFFSET 0) s
      """;

  private TestDatabase db;
  private AskedSeals seals;

  @BeforeEach
  void open() {
    db = TestDatabase.create();
    seals = new AskedSeals(db.database(), Duration.ofMillis(1), Duration.ZERO);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private void ask(Scope scope) {
    db.database()
        .as(
            scope,
            c ->
                Database.run(
                    c, ADD.formatted("$1", "$2"), Tuple.of(scope.tenantId(), scope.userId())));
  }

  private Scope asked(int times) {
    Scope scope = db.tenantWithUser("admin");
    for (int i = 0; i < times; i++) {
      ask(scope);
    }
    return scope;
  }

  /** Everything that has been asked by now. */
  private void seal() {
    Instant next = Instant.now().truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    while (Instant.now().isBefore(next)) {
      Thread.onSpinWait();
    }
    seals.seal(next);
  }

  private void tamper(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute("ALTER TABLE asked DISABLE TRIGGER kept");
      assertTrue(statement.executeUpdate(sql) > 0, sql);
      statement.execute("ALTER TABLE asked ENABLE TRIGGER kept");
    }
  }

  private static String ofFirst(Scope scope) {
    return " WHERE id = (SELECT id FROM asked WHERE tenant_id = '"
        + scope.tenantId()
        + "' ORDER BY id LIMIT 1)";
  }

  private String broken(Scope scope) {
    return seals.check(scope.tenantId()).broken().orElse("whole");
  }

  private List<String> notes(Scope scope) {
    List<String> notes = new ArrayList<>();
    db.database()
        .callSystem(
            "SELECT action || ' ' || (details->>'count') FROM audit WHERE tenant_id = $1"
                + " AND action LIKE 'asked.%' ORDER BY id",
            Tuple.of(scope.tenantId()))
        .forEach(row -> notes.add(row.getString(0)));
    return notes;
  }

  @Test
  void whatNobodyTouchedIsWhole() {
    Scope scope = asked(3);
    Scope other = asked(1);
    seal();
    ask(scope);
    seal();
    ask(scope);
    assertEquals(new AskedSeals.Check(4, Optional.empty()), seals.check(scope.tenantId()));
    assertEquals(new AskedSeals.Check(1, Optional.empty()), seals.check(other.tenantId()));
    assertEquals(List.of("asked.sealed 3", "asked.sealed 1"), notes(scope));
    assertEquals(List.of("asked.sealed 1"), notes(other));
  }

  @Test
  void aChangedRowIsFound() throws SQLException {
    for (String change :
        List.of(
            "prompt_tokens = 8",
            "cost = 0.00000001",
            "actor_id = gen_random_uuid()",
            "outcome = 'failed'",
            "model = NULL",
            "documents = ARRAY[gen_random_uuid()]",
            "asked_at = asked_at + interval '1 microsecond'",
            "question_id = gen_random_uuid()")) {
      Scope scope = asked(3);
      seal();
      tamper("UPDATE asked SET " + change + ofFirst(scope));
      assertTrue(broken(scope).endsWith("one of 3 was changed"), change + ": " + broken(scope));
    }
    Scope scope = asked(2);
    seal();
    tamper("UPDATE asked SET address = '192.0.2.8'" + ofFirst(scope));
    assertTrue(broken(scope).endsWith("another address or query than was sealed"), broken(scope));
  }

  @Test
  void aRowThatWasTakenOutOrPutInIsFound() throws SQLException {
    Scope scope = asked(3);
    seal();
    tamper("DELETE FROM asked" + ofFirst(scope));
    assertTrue(broken(scope).endsWith("2 are there of 3"), broken(scope));

    Scope all = asked(2);
    seal();
    tamper("DELETE FROM asked WHERE tenant_id = '" + all.tenantId() + "'");
    assertTrue(broken(all).endsWith("0 are there of 2"), broken(all));

    // Where nothing was asked in that time.
    Scope none = db.tenantWithUser("admin");
    tamper(
        ADD.replace("asked_id()", "uuid_from_time(now() - interval '1 day')")
            .formatted("'" + none.tenantId() + "'", "'" + none.userId() + "'"));
    assertEquals("1 of what was asked were added after it was sealed", broken(none));
  }

  /** Its id is older than what was sealed meanwhile would be. */
  @Test
  void aPeriodIsNotSealedWhileARowOfItIsUnderWay() throws SQLException {
    Scope scope = db.tenantWithUser("member");
    try (Connection slow = db.owner();
        Statement statement = slow.createStatement()) {
      slow.setAutoCommit(false);
      statement.execute(ADD.formatted("'" + scope.tenantId() + "'", "'" + scope.userId() + "'"));
      ask(scope);
      for (int i = 0; i < 4; i++) {
        seals.look();
      }
      assertEquals(List.of(), notes(scope));
      slow.commit();
    }
    for (int i = 0; i < 4; i++) {
      seals.look();
    }
    assertEquals(List.of("asked.sealed 2"), notes(scope));
    assertEquals(new AskedSeals.Check(2, Optional.empty()), seals.check(scope.tenantId()));
  }

  @Test
  void erasingWhereFromLeavesTheSealWhole() {
    Scope scope = asked(2);
    seal();
    AuditService audit =
        new AuditService(
            db.database(), new AuditConfig(Duration.ofDays(30)), InstantSource.system());
    assertEquals(2, audit.erase(scope.tenantId(), scope.userId()));
    assertEquals("whole", broken(scope));
    assertEquals(
        Optional.empty(), audit.list(scope, query(), Optional.empty(), 10).getFirst().address());
  }

  private static AuditQuery query() {
    return new AuditQuery(
        Optional.empty(),
        Optional.empty(),
        Optional.of("turn.ask"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void nobodyChangesARow() {
    Scope scope = asked(1);
    for (String sql :
        List.of("UPDATE asked SET prompt_tokens = 1", "DELETE FROM asked", "TRUNCATE asked")) {
      assertThrows(
          Failure.class, () -> db.database().as(scope, c -> Database.run(c, sql, Tuple.tuple())));
      assertThrows(Failure.class, () -> db.database().callSystem(sql, Tuple.tuple()));
      assertThrows(
          SQLException.class,
          () -> {
            try (Connection owner = db.owner();
                Statement statement = owner.createStatement()) {
              statement.execute(sql);
            }
          },
          sql);
    }
    Scope other = db.tenantWithUser("admin");
    assertThrows(
        Failure.class,
        () ->
            db.database()
                .as(
                    other,
                    c ->
                        Database.run(
                            c,
                            ADD.formatted("$1", "$2"),
                            Tuple.of(scope.tenantId(), scope.userId()))),
        "another's row");
  }

  @Test
  void aMonthThatIsNotKeptAnyMoreGoesWhenItIsSealedAndTheChainSaysSo() throws SQLException {
    Scope scope = asked(3);
    OffsetDateTime month =
        OffsetDateTime.now(ZoneOffset.UTC)
            .truncatedTo(ChronoUnit.DAYS)
            .withDayOfMonth(1)
            .plusMonths(1);
    Instant later = month.plusMonths(3).toInstant();
    AuditStore store = new AuditStore(db.database());
    store.maintain(later, Duration.ofDays(30));
    assertEquals(3, count(scope), "not sealed yet");

    seals.seal(month.toInstant());
    store.maintain(later, Duration.ofDays(30));
    assertEquals(0, count(scope));
    assertEquals(List.of("asked.sealed 3", "asked.dropped 3"), notes(scope));
    assertEquals(new AskedSeals.Check(0, Optional.empty()), seals.check(scope.tenantId()));
  }

  @Test
  void whatCameBeforeItsMonthWasMadeIsMovedIntoIt() throws SQLException {
    Scope scope = db.tenantWithUser("admin");
    OffsetDateTime ahead = OffsetDateTime.now(ZoneOffset.UTC).plusMonths(5);
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          ADD.replace("asked_id()", "uuid_from_time('" + ahead + "')")
              .formatted("'" + scope.tenantId() + "'", "'" + scope.userId() + "'"));
      new AuditStore(db.database()).maintain(ahead.toInstant(), Duration.ofDays(3000));
      var rows =
          statement.executeQuery(
              "SELECT tableoid::regclass::text FROM asked WHERE tenant_id = '"
                  + scope.tenantId()
                  + "'");
      assertTrue(rows.next());
      assertEquals(
          "asked_%d%02d".formatted(ahead.getYear(), ahead.getMonthValue()), rows.getString(1));
    }
  }

  private long count(Scope scope) {
    return db.database()
        .callSystem("SELECT count(*) FROM asked WHERE tenant_id = $1", Tuple.of(scope.tenantId()))
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void turnsAndDeedsAreOneListPageByPage() {
    Scope scope = db.tenantWithUser("admin");
    AuditService audit =
        new AuditService(
            db.database(), new AuditConfig(Duration.ofDays(30)), InstantSource.system());
    List<UUID> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ask(scope);
      seal();
    }
    List<AuditRecord> whole = audit.list(scope, anything(), Optional.empty(), 10);
    assertEquals(
        List.of("asked.sealed", "turn.ask", "asked.sealed", "turn.ask", "asked.sealed", "turn.ask"),
        whole.stream().map(AuditRecord::action).toList());
    Optional<UUID> before = Optional.empty();
    List<AuditRecord> page;
    do {
      page = audit.list(scope, anything(), before, 2);
      page.forEach(record -> all.add(record.id()));
      before = page.isEmpty() ? before : Optional.of(page.getLast().id());
    } while (!page.isEmpty());
    assertEquals(whole.stream().map(AuditRecord::id).toList(), all);
    assertThrows(
        Failure.class,
        () -> audit.list(db.user(scope.tenantId(), "member"), anything(), Optional.empty(), 10));
    assertEquals(
        List.of(), audit.list(db.tenantWithUser("admin"), anything(), Optional.empty(), 10));
  }

  private static AuditQuery anything() {
    return new AuditQuery(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
