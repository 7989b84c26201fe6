package dev.mordomo.reminder;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reminders on a database of their own, with a clock that tests move. */
final class ReminderFixture implements AutoCloseable {
  private static final String UPDATED = "reminder.updated";

  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final String ZONE = "America/Sao_Paulo";
  static final ReminderConfig CONFIG =
      new ReminderConfig(Duration.ofSeconds(30), Duration.ofSeconds(5));

  final TestDatabase db = TestDatabase.create();
  final Bus bus = new Bus(db.vertx());
  final Streams streams = new Streams(db.database(), bus);
  final MovableClock clock = new MovableClock(NOW);
  final ReminderService reminders = node();

  /** The service as one more node has it. */
  ReminderService node() {
    return new ReminderService(
        db.database(),
        streams,
        bus,
        scope -> Masking.NONE.begin(scope, () -> "pt-BR"),
        CONFIG,
        clock);
  }

  Reminder create(Scope scope, String title, Instant at) {
    return reminders.create(scope, wanted(title, at, Optional.empty()));
  }

  Reminder create(Scope scope, String title, Instant at, String rrule) {
    return reminders.create(scope, wanted(title, at, Optional.of(rrule)));
  }

  static NewReminder wanted(String title, Instant at, Optional<String> rrule) {
    return new NewReminder(title, "", at, rrule, ZONE, Map.of(), Optional.empty());
  }

  /** Fires everything that is due at a time. */
  int fireAt(Instant at) {
    clock.set(at);
    int all = 0;
    for (int fired = reminders.due().fire(); fired > 0; fired = reminders.due().fire()) {
      all += fired;
    }
    return all;
  }

  /** All that was told, in order. */
  List<String> everyEvent(Scope scope) {
    return streams.after(scope.userId(), 0, 10_000).stream().map(e -> e.type()).toList();
  }

  /** What was told besides that one was made or changed. */
  List<String> events(Scope scope) {
    return everyEvent(scope).stream().filter(type -> !type.equals(UPDATED)).toList();
  }

  /** Of {@link #events}. */
  List<String> payloads(Scope scope) {
    return streams.after(scope.userId(), 0, 10_000).stream()
        .filter(e -> !e.type().equals(UPDATED))
        .map(e -> e.payload())
        .toList();
  }

  @Override
  public void close() {
    db.close();
  }
}
