package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tenants with conversations of any age, and a clock that stands still until it is moved. */
abstract class RetentionFixture {
  static final Instant NOW = Instant.parse("2030-06-15T12:00:00Z");

  final TestDatabase db = TestDatabase.create();
  final MovableClock clock = new MovableClock(NOW);
  final List<Scope> deleters = new ArrayList<>();
  int number;

  @BeforeEach
  void months() {
    for (int day = 1_100; day > 0; day -= 28) {
      db.database()
          .callSystem("SELECT maintain_partitions($1)", Tuple.of(utc(NOW.minus(days(day)))));
    }
  }

  @AfterEach
  void close() {
    db.close();
  }

  RetentionJob retention(boolean allChannels) {
    return new RetentionJob(
        db.database(),
        this::deleteDocument,
        new RetentionConfig(allChannels, days(730), days(30)),
        clock);
  }

  void deleteDocument(Scope as, UUID id) {
    deleters.add(as);
    assertEquals(
        1,
        db.database()
            .as(as, c -> Database.run(c, "DELETE FROM document WHERE id = $1", Tuple.of(id)))
            .rowCount(),
        "may be deleted by " + as);
  }

  static Duration days(int n) {
    return Duration.ofDays(n);
  }

  static java.time.OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  Scope tenant(String plan, String settings) throws SQLException {
    Scope scope = db.tenantWithUser("member");
    owner(
        "UPDATE tenant SET plan = '%s', settings = '%s' WHERE id = '%s'"
            .formatted(plan, settings, scope.tenantId()));
    return scope;
  }

  /** With messages so many days old. */
  UUID conversation(Scope of, String channel, int... ages) throws SQLException {
    UUID id = Ids.next();
    int youngest = java.util.Arrays.stream(ages).min().orElse(0);
    owner(
        """
        INSERT INTO conversation (id, tenant_id, user_id, channel, message_count, started_at, last_message_at)
        VALUES ('%s', '%s', '%s', '%s', %d, '%s', '%s')
        """
            .formatted(
                id,
                of.tenantId(),
                of.userId(),
                channel,
                ages.length,
                NOW.minus(days(1_000)),
                NOW.minus(days(youngest))));
    for (int age : ages) {
      Instant at = NOW.minus(days(age)).plusMillis(number++);
      owner(
          """
          INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
          VALUES (uuid_from_time('%s'), '%s', '%s', '%s', 'user', 'x', '%s')
          """
              .formatted(at, of.tenantId(), of.userId(), id, at));
    }
    return id;
  }

  void owner(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }

  long count(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  long messages(Scope of) throws SQLException {
    return count("SELECT count(*) FROM message WHERE tenant_id = '" + of.tenantId() + "'");
  }
}
