package dev.mordomo.reminder;

import dev.mordomo.kernel.Database;
import dev.mordomo.reminder.ReminderAnnouncer.Announced;
import dev.mordomo.reminder.ReminderEvent.Triggered;
import dev.mordomo.reminder.ReminderStore.Kept;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fires reminders whose time has come, each once in the cluster. */
final class DueReminders {
  private static final Logger LOG = LoggerFactory.getLogger(DueReminders.class);
  static final int BATCH = 50;

  private final Database database;
  private final ReminderStore store;
  private final ReminderAnnouncer announcer;
  private final InstantSource clock;

  DueReminders(
      Database database, ReminderStore store, ReminderAnnouncer announcer, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.announcer = announcer;
    this.clock = clock;
  }

  /**
   * Claims a batch, stores what became of each with its event in one transaction, and announces
   * them. One that recurs and was missed while no server ran fires once, and waits for its next
   * time in the future.
   *
   * @return how many fired; {@link #BATCH} when more may be due
   */
  int fire() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    List<Announced> announced = new ArrayList<>();
    int fired =
        database.asSystem(connection -> {
          List<Kept> due = store.due(connection, now, BATCH);
          if (!due.isEmpty()) {
            store.fired(connection, due.stream().map(kept -> after(kept, now)).toList(), now);
            announced.addAll(append(connection, due, now));
          }
          return due.size();
        });
    announced.forEach(announcer::announce);
    return fired;
  }

  /** When the next one of any tenant is due. */
  Optional<Instant> next() {
    return database.asSystem(store::next);
  }

  private List<Announced> append(SqlClient connection, List<Kept> due, Instant now) {
    // Channels in the order of their ids, so that two nodes never wait for each other.
    Map<UUID, List<ReminderEvent>> byUser = new TreeMap<>();
    for (Kept kept : due) {
      byUser
          .computeIfAbsent(kept.userId(), user -> new ArrayList<>())
          .add(new Triggered(kept.tenantId(), kept.userId(), kept.reminder().fired(now)));
    }
    return byUser.values().stream()
        .map(events -> announcer.append(connection, events, now))
        .toList();
  }

  private static Reminder after(Kept kept, Instant now) {
    Reminder fired = kept.reminder().fired(now);
    return fired.waitingFor(fired.rrule().flatMap(rule -> next(kept, rule, now)));
  }

  private static Optional<Instant> next(Kept kept, String rule, Instant now) {
    Reminder reminder = kept.reminder();
    Instant after = reminder.scheduledAt().isAfter(now) ? reminder.scheduledAt() : now;
    try {
      return RepeatRule.parse(rule).next(kept.seriesStart(), ZoneId.of(reminder.timeZone()), after);
    } catch (RuntimeException e) {
      // One bad row must not keep the others from firing.
      LOG.error("reminder {} fires a last time: its rule cannot be computed", reminder.id(), e);
      return Optional.empty();
    }
  }
}
