package dev.mordomo.reminder;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reminders in PostgreSQL. */
final class ReminderStore {
  /** Heard by every node: a reminder may be due sooner than it thinks. */
  static final String CHANNEL = "reminder_due";

  private static final String COLUMNS =
      """
      id, title, description, scheduled_at, rrule, time_zone, status, triggered_at,
      acknowledged_at, metadata::text, tenant_id, user_id, series_start
      """;
  private static final String INSERT =
      """
      INSERT INTO reminder (id, tenant_id, user_id, conversation_id, title, description,
        scheduled_at, rrule, series_start, time_zone, metadata, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9, ($10::text)::jsonb, $11, $11)
      """;
  private static final String GET = "SELECT " + COLUMNS + " FROM reminder WHERE id = $1";
  private static final String LOCK = GET + " FOR UPDATE";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM reminder
          WHERE tenant_id = $1 AND user_id = $2 AND ($3::text IS NULL OR status = $3)
            AND ($4::uuid IS NULL OR id < $4)
          ORDER BY id DESC LIMIT $5
          """;
  private static final String OPEN =
      "SELECT "
          + COLUMNS
          + """
          FROM reminder
          WHERE tenant_id = $1 AND user_id = $2 AND (status = 'pending'
            OR status = 'triggered' AND acknowledged_at IS NULL)
          ORDER BY scheduled_at, id LIMIT $3
          """;
  private static final String UNACKNOWLEDGED =
      "SELECT "
          + COLUMNS
          + """
          FROM reminder
          WHERE tenant_id = $1 AND user_id = $2 AND status <> 'cancelled'
            AND triggered_at IS NOT NULL AND acknowledged_at IS NULL
          ORDER BY triggered_at DESC, id LIMIT $3
          """;
  private static final String UPDATE =
      """
      UPDATE reminder SET title = $2, description = $3, scheduled_at = $4, rrule = $5,
        series_start = $6, time_zone = $7, status = $8, triggered_at = $9, acknowledged_at = $10,
        metadata = ($11::text)::jsonb, updated_at = $12
      WHERE id = $1
      """;
  private static final String NOTIFY = "SELECT pg_notify($1, '')";
  private static final String DUE =
      "SELECT "
          + COLUMNS
          + """
          FROM reminder WHERE status = 'pending' AND scheduled_at <= $1
          ORDER BY scheduled_at LIMIT $2 FOR UPDATE SKIP LOCKED
          """;
  private static final String FIRED =
      """
      UPDATE reminder r SET status = f.status, scheduled_at = f.scheduled_at, triggered_at = $4,
        acknowledged_at = NULL, updated_at = $4
      FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS f (id, status, scheduled_at)
      WHERE r.id = f.id
      """;
  private static final String NEXT =
      "SELECT min(scheduled_at) FROM reminder WHERE status = 'pending'";
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /**
   * A reminder with what its owner does not see.
   *
   * @param seriesStart from which the rule counts
   */
  record Kept(UUID tenantId, UUID userId, Instant seriesStart, Reminder reminder) {}

  void insert(
      SqlClient connection,
      Scope scope,
      Reminder reminder,
      Optional<UUID> conversation,
      Instant at) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(reminder.id(), scope.tenantId(), scope.userId())
            .addUUID(conversation.orElse(null))
            .addString(reminder.title())
            .addString(reminder.description())
            .addValue(utc(reminder.scheduledAt()))
            .addString(reminder.rrule().orElse(null))
            .addString(reminder.timeZone())
            .addString(Json.write(reminder.metadata()))
            .addValue(utc(at)));
  }

  Optional<Kept> get(SqlClient connection, UUID id) {
    return one(connection, GET, id);
  }

  /** The same; nobody else changes it until the transaction ends. */
  Optional<Kept> lock(SqlClient connection, UUID id) {
    return one(connection, LOCK, id);
  }

  private static Optional<Kept> one(SqlClient connection, String sql, UUID id) {
    Iterator<Row> rows = Database.run(connection, sql, Tuple.of(id)).iterator();
    return rows.hasNext() ? Optional.of(kept(rows.next())) : Optional.empty();
  }

  List<Reminder> list(
      SqlClient connection,
      Scope scope,
      Optional<ReminderStatus> status,
      Optional<UUID> before,
      int limit) {
    return many(
        connection,
        LIST,
        Tuple.of(scope.tenantId(), scope.userId())
            .addString(status.map(ReminderStatus::wire).orElse(null))
            .addUUID(before.orElse(null))
            .addInteger(limit));
  }

  /** Those that wait for their time or for their user, by time. */
  List<Reminder> open(SqlClient connection, Scope scope, int limit) {
    return many(connection, OPEN, Tuple.of(scope.tenantId(), scope.userId(), limit));
  }

  /** Those that fired and that the user has not acknowledged, the latest first. */
  List<Reminder> unacknowledged(SqlClient connection, Scope scope, int limit) {
    return many(connection, UNACKNOWLEDGED, Tuple.of(scope.tenantId(), scope.userId(), limit));
  }

  private static List<Reminder> many(SqlClient connection, String sql, Tuple parameters) {
    List<Reminder> reminders = new ArrayList<>();
    for (Row row : Database.run(connection, sql, parameters)) {
      reminders.add(kept(row).reminder());
    }
    return reminders;
  }

  void update(SqlClient connection, Reminder reminder, Instant seriesStart, Instant at) {
    Database.run(
        connection,
        UPDATE,
        Tuple.of(reminder.id(), reminder.title(), reminder.description())
            .addValue(utc(reminder.scheduledAt()))
            .addString(reminder.rrule().orElse(null))
            .addValue(utc(seriesStart))
            .addString(reminder.timeZone())
            .addString(reminder.status().wire())
            .addValue(reminder.triggeredAt().map(ReminderStore::utc).orElse(null))
            .addValue(reminder.acknowledgedAt().map(ReminderStore::utc).orElse(null))
            .addString(Json.write(reminder.metadata()))
            .addValue(utc(at)));
  }

  /** Wakes every node once the transaction commits. */
  void wake(SqlClient connection) {
    Database.run(connection, NOTIFY, Tuple.of(CHANNEL));
  }

  /** Claims due ones that no other node is firing; across tenants. */
  List<Kept> due(SqlClient connection, Instant at, int limit) {
    List<Kept> due = new ArrayList<>();
    for (Row row : Database.run(connection, DUE, Tuple.of(utc(at), limit))) {
      due.add(kept(row));
    }
    return due;
  }

  /** Stores what claimed ones became. */
  void fired(SqlClient connection, List<Reminder> reminders, Instant at) {
    Database.run(
        connection,
        FIRED,
        Tuple.tuple()
            .addArrayOfUUID(reminders.stream().map(Reminder::id).toArray(UUID[]::new))
            .addArrayOfString(reminders.stream().map(r -> r.status().wire()).toArray(String[]::new))
            .addArrayOfOffsetDateTime(
                reminders.stream().map(r -> utc(r.scheduledAt())).toArray(OffsetDateTime[]::new))
            .addValue(utc(at)));
  }

  /** When the next one is due, across tenants. */
  Optional<Instant> next(SqlClient connection) {
    Row row = Database.run(connection, NEXT).iterator().next();
    return instant(row.getOffsetDateTime(0));
  }

  private static Kept kept(Row row) {
    Reminder reminder =
        new Reminder(
            row.getUUID("id"),
            row.getString("title"),
            row.getString("description"),
            row.getOffsetDateTime("scheduled_at").toInstant(),
            Optional.ofNullable(row.getString("rrule")),
            row.getString("time_zone"),
            ReminderStatus.of(row.getString("status")),
            instant(row.getOffsetDateTime("triggered_at")),
            instant(row.getOffsetDateTime("acknowledged_at")),
            Json.read(row.getString("metadata"), MAP));
    return new Kept(
        row.getUUID("tenant_id"),
        row.getUUID("user_id"),
        row.getOffsetDateTime("series_start").toInstant(),
        reminder);
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
