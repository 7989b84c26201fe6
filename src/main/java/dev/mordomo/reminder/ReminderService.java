package dev.mordomo.reminder;

import dev.mordomo.action.Tool;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.reminder.ReminderAnnouncer.Announced;
import dev.mordomo.reminder.ReminderStore.Kept;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Reminders of a user: made, listed, changed, snoozed, cancelled, acknowledged. */
public final class ReminderService {
  private static final int MOST_OPEN = 100;
  private static final Duration LONGEST_SNOOZE = Duration.ofDays(366);

  private final ReminderStore store = new ReminderStore();
  private final Database database;
  private final ReminderAnnouncer announcer;
  private final Function<Scope, Masking.Pass> masking;
  private final ReminderConfig config;
  private final InstantSource clock;

  /**
   * @param masking hides what is personal in what a user wants to be reminded of
   */
  public ReminderService(
      Database database,
      Streams streams,
      Bus bus,
      Function<Scope, Masking.Pass> masking,
      ReminderConfig config,
      InstantSource clock) {
    this.database = database;
    this.masking = masking;
    this.announcer = new ReminderAnnouncer(streams, bus);
    this.config = config;
    this.clock = clock;
  }

  /** What models may ask for, to be registered with actions. */
  public List<Tool> tools() {
    return ReminderTools.of(this);
  }

  /**
   * @throws Failure {@code invalid} naming every wrong field; a time in the past is one, under
   *     {@code scheduled_at}
   */
  public Reminder create(Scope scope, NewReminder wanted) {
    Instant now = now();
    ReminderCheck check = check(now);
    ZoneId zone = check.zone(wanted.timeZone());
    Instant at = check.future("scheduled_at", micros(wanted.scheduledAt()));
    Masking.Pass pass = masking.apply(scope);
    Reminder reminder =
        new Reminder(
            Ids.next(),
            pass.masked(check.title(wanted.title())),
            pass.masked(check.description(wanted.description())),
            at,
            check.rrule(wanted.rrule(), at, zone),
            wanted.timeZone(),
            ReminderStatus.PENDING,
            Optional.empty(),
            Optional.empty(),
            pass.noted(wanted.metadata()));
    check.verify();
    Deed.about(reminder.id());
    announcer.announce(
        database.as(
            scope,
            connection -> {
              store.insert(connection, scope, reminder, wanted.conversationId(), now);
              store.wake(connection);
              Once.made(connection, reminder);
              return updated(connection, scope, reminder, now);
            }));
    return reminder;
  }

  /**
   * @throws Failure {@code not_found} when it is not one's own
   */
  public Reminder get(Scope scope, UUID id) {
    return database
        .as(scope, connection -> store.get(connection, id))
        .map(Kept::reminder)
        .orElseThrow(ReminderService::notFound);
  }

  /** One's own, the newest first; {@code before} is the last id of the page before. */
  public List<Reminder> list(
      Scope scope, Optional<ReminderStatus> status, Optional<UUID> before, int limit) {
    return database.as(scope, connection -> store.list(connection, scope, status, before, limit));
  }

  /** One's own that wait for their time, or to be acknowledged; by time, at most 100. */
  public List<Reminder> open(Scope scope) {
    return database.as(scope, connection -> store.open(connection, scope, MOST_OPEN));
  }

  /** One's own that fired and were not acknowledged; the latest first, at most 100. */
  public List<Reminder> pending(Scope scope) {
    return database.as(scope, connection -> store.unacknowledged(connection, scope, MOST_OPEN));
  }

  /**
   * @throws Failure {@code invalid} naming every wrong field, {@code conflict} when it is
   *     cancelled, or when its times are to change and it has fired, {@code not_found} when it is
   *     not one's own
   */
  public Reminder patch(Scope scope, UUID id, ReminderChange change) {
    Instant now = now();
    Masking.Pass pass = masking.apply(scope);
    record Changed(Reminder reminder, Announced told) {}
    Changed done =
        database.as(
            scope,
            connection -> {
              Kept kept = lock(connection, id);
              ReminderCheck check = check(now);
              ReminderChange hidden = change.masked(check, pass, kept.reminder().metadata());
              Reminder changed = checked(check, kept, kept.reminder().changed(hidden), hidden);
              check.verify();
              Instant start =
                  change.scheduledAt().isPresent() ? changed.scheduledAt() : kept.seriesStart();
              store.update(connection, changed, start, now);
              if (change.reschedules()) {
                store.wake(connection);
              }
              return new Changed(changed, updated(connection, scope, changed, now));
            });
    announcer.announce(done.told());
    return done.reminder();
  }

  private Announced updated(SqlClient connection, Scope scope, Reminder reminder, Instant at) {
    return announcer.append(
        connection,
        List.of(new ReminderEvent.Updated(scope.tenantId(), scope.userId(), reminder)),
        at);
  }

  private static Reminder checked(
      ReminderCheck check, Kept kept, Reminder wanted, ReminderChange change) {
    ZoneId zone = check.zone(wanted.timeZone());
    Instant at = micros(wanted.scheduledAt());
    if (change.scheduledAt().isPresent()) {
      check.future("scheduled_at", at);
    }
    Instant start = change.scheduledAt().isPresent() ? at : kept.seriesStart();
    return new Reminder(
        wanted.id(),
        wanted.title(),
        wanted.description(),
        at,
        check.rrule(wanted.rrule(), start, zone),
        wanted.timeZone(),
        wanted.status(),
        wanted.triggeredAt(),
        wanted.acknowledgedAt(),
        wanted.metadata());
  }

  /**
   * Lets it come again after a while, counted from now.
   *
   * @throws Failure {@code invalid} when that is not within a year, else as {@link #snoozeUntil}
   */
  public Reminder snooze(Scope scope, UUID id, Duration wait) {
    if (wait.compareTo(Duration.ofSeconds(1)) < 0 || wait.compareTo(LONGEST_SNOOZE) > 0) {
      throw Failure.invalid("duration", "expected a second to a year");
    }
    return snoozeUntil(scope, id, now().plus(wait));
  }

  /**
   * Lets it come again at a time.
   *
   * @throws Failure {@code invalid} when that is in the past, {@code conflict} when it is
   *     cancelled, {@code not_found} when it is not one's own
   */
  public Reminder snoozeUntil(Scope scope, UUID id, Instant until) {
    ReminderCheck check = check(now());
    Instant at = check.future("until", micros(until));
    check.verify();
    return settle(
        scope,
        id,
        reminder -> reminder.snoozed(at),
        r -> new ReminderEvent.Snoozed(scope.tenantId(), scope.userId(), r));
  }

  /**
   * It does not come any more. Cancelling again changes nothing.
   *
   * @throws Failure {@code not_found} when it is not one's own
   */
  public Reminder cancel(Scope scope, UUID id) {
    return settle(
        scope,
        id,
        Reminder::cancelled,
        r -> new ReminderEvent.Cancelled(scope.tenantId(), scope.userId(), r));
  }

  /**
   * The user knows. Acknowledging again changes nothing.
   *
   * @throws Failure {@code conflict} when it has not fired or is cancelled, {@code not_found} when
   *     it is not one's own
   */
  public Reminder acknowledge(Scope scope, UUID id) {
    Instant at = now();
    return settle(
        scope,
        id,
        reminder -> reminder.acknowledged(at),
        r -> new ReminderEvent.Acknowledged(scope.tenantId(), scope.userId(), r));
  }

  /** Fires what is due; for the verticle. */
  DueReminders due() {
    return new DueReminders(database, store, announcer, clock);
  }

  ReminderConfig config() {
    return config;
  }

  private Reminder settle(
      Scope scope,
      UUID id,
      UnaryOperator<Reminder> change,
      Function<Reminder, ReminderEvent> telling) {
    Instant now = now();
    List<Announced> announced = new ArrayList<>();
    Reminder settled =
        database.as(
            scope,
            connection -> {
              Kept kept = lock(connection, id);
              Reminder changed = change.apply(kept.reminder());
              if (changed.equals(kept.reminder())) {
                return changed;
              }
              store.update(connection, changed, kept.seriesStart(), now);
              store.wake(connection);
              announced.add(announcer.append(connection, List.of(telling.apply(changed)), now));
              return changed;
            });
    announced.forEach(announcer::announce);
    return settled;
  }

  private Kept lock(SqlClient connection, UUID id) {
    return store.lock(connection, id).orElseThrow(ReminderService::notFound);
  }

  private ReminderCheck check(Instant now) {
    return new ReminderCheck(now, config.tolerance());
  }

  private static Failure notFound() {
    return Failure.notFound("the reminder");
  }

  private Instant now() {
    return micros(clock.instant());
  }

  /** As PostgreSQL keeps it. */
  private static Instant micros(Instant at) {
    return at.truncatedTo(ChronoUnit.MICROS);
  }
}
