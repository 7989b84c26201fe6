package dev.mordomo.billing;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Several nodes' billing on one real database, with a clock that is moved by hand. */
final class QuotaHouse implements AutoCloseable {
  final TestDatabase db = TestDatabase.create();
  final MovableClock clock = new MovableClock(Instant.now());
  private final Streams streams = new Streams(db.database(), new Bus(db.vertx()));

  /** One server, as far as quotas go. */
  record Node(UUID id, BillingService billing) {}

  Node node(String... settings) {
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

  Scope tenant(long quota) {
    Scope admin = db.tenantWithUser("admin");
    sql("UPDATE tenant SET token_quota = %d WHERE id = '%s'".formatted(quota, admin.tenantId()));
    return admin;
  }

  void sql(String statement) {
    try (Connection owner = db.owner();
        Statement on = owner.createStatement()) {
      on.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  long number(String query) {
    return Long.parseLong(text(query).orElseThrow());
  }

  Optional<String> text(String query) {
    try (Connection owner = db.owner();
        Statement on = owner.createStatement();
        ResultSet rows = on.executeQuery(query)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  @Override
  public void close() {
    db.close();
  }
}
