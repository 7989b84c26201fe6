package dev.mordomo.reminder;

import static dev.mordomo.reminder.ReminderFixture.NOW;
import static dev.mordomo.reminder.ReminderFixture.ZONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ReminderServiceTest {
  private static final Instant SOON = NOW.plusSeconds(60);
  private static ReminderFixture house;

  @BeforeAll
  static void open() {
    house = new ReminderFixture();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private Scope user() {
    house.clock.set(NOW);
    return house.db.tenantWithUser("member");
  }

  @Test
  void whatWasMadeIsReadBack() {
    Scope scope = user();
    NewReminder wanted =
        new NewReminder(
            "  tirar o bolo ",
            "do forno",
            SOON,
            Optional.of("rrule:freq=daily"),
            ZONE,
            Map.of("from", "kitchen"),
            Optional.empty());
    Reminder made = house.reminders.create(scope, wanted);
    assertEquals("tirar o bolo", made.title());
    assertEquals(Optional.of("FREQ=DAILY"), made.rrule());
    assertEquals(ReminderStatus.PENDING, made.status());
    assertEquals(made, house.reminders.get(scope, made.id()));
    assertEquals(
        List.of(made), house.reminders.list(scope, Optional.empty(), Optional.empty(), 10));
  }

  @Test
  void aTimeInThePastIsRefusedWithALittleTolerance() {
    Scope scope = user();
    assertEquals(
        List.of("scheduled_at"), invalid(() -> house.create(scope, "late", NOW.minusSeconds(6))));
    assertEquals(
        ReminderStatus.PENDING, house.create(scope, "just now", NOW.minusSeconds(4)).status());
    assertEquals(
        List.of("scheduled_at"),
        invalid(() -> house.create(scope, "far", Instant.parse("+12000-01-01T00:00:00Z"))));
  }

  @Test
  void everyWrongFieldIsNamedAtOnceAndNothingIsStored() {
    Scope scope = user();
    NewReminder wrong =
        new NewReminder(
            " ",
            "d".repeat(4001),
            NOW.minusSeconds(60),
            Optional.of("FREQ=SOMETIMES"),
            "Nowhere/City",
            Map.of(),
            Optional.empty());
    assertEquals(
        List.of("time_zone", "scheduled_at", "title", "description", "rrule"),
        invalid(() -> house.reminders.create(scope, wrong)));
    assertEquals(
        List.of("rrule"),
        invalid(() -> house.create(scope, "never", SOON, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")));
    assertEquals(List.of("title"), invalid(() -> house.create(scope, "a\0b", SOON)));
    assertEquals(List.of(), house.reminders.list(scope, Optional.empty(), Optional.empty(), 10));
  }

  @Test
  void itIsChangedFieldByField() {
    Scope scope = user();
    Reminder made = house.create(scope, "cake", SOON, "FREQ=DAILY");
    Reminder renamed =
        house.reminders.patch(scope, made.id(), change(Optional.of("pie"), Optional.empty()));
    assertEquals("pie", renamed.title());
    assertEquals(made.scheduledAt(), renamed.scheduledAt());
    Instant later = SOON.plusSeconds(3600);
    Reminder once =
        house.reminders.patch(
            scope,
            made.id(),
            new ReminderChange(
                Optional.empty(),
                Optional.of("with cream"),
                Optional.of(later),
                Optional.of(Optional.empty()),
                Optional.of("Europe/Lisbon"),
                Optional.of(Map.of("a", 1))));
    assertEquals(Optional.empty(), once.rrule());
    assertEquals(later, once.scheduledAt());
    assertEquals("Europe/Lisbon", once.timeZone());
    assertEquals(once, house.reminders.get(scope, made.id()));
    assertEquals(
        List.of("scheduled_at"),
        invalid(() ->
            house.reminders.patch(
                scope, made.id(), change(Optional.empty(), Optional.of(NOW.minusSeconds(60))))));
    assertEquals(once, house.reminders.get(scope, made.id()));
  }

  @Test
  void whatIsMadeAndChangedIsTold() {
    Scope scope = user();
    UUID id = house.create(scope, "cake", SOON).id();
    assertEquals(List.of("reminder.updated"), house.everyEvent(scope));
    house.reminders.patch(scope, id, change(Optional.of("a better cake"), Optional.empty()));
    assertEquals(List.of("reminder.updated", "reminder.updated"), house.everyEvent(scope));
  }

  @Test
  void snoozedAcknowledgedAndCancelledAreToldOnceEach() {
    Scope scope = user();
    UUID id = house.create(scope, "cake", SOON).id();
    house.fireAt(SOON);
    Reminder snoozed = house.reminders.snooze(scope, id, Duration.ofMinutes(10));
    assertEquals(SOON.plusSeconds(600), snoozed.scheduledAt());
    assertEquals(snoozed, house.reminders.get(scope, id));
    assertEquals(List.of(), house.reminders.pending(scope), "snoozing is knowing");
    house.fireAt(SOON.plusSeconds(600));
    Reminder known = house.reminders.acknowledge(scope, id);
    house.clock.advance(Duration.ofSeconds(5));
    assertEquals(known, house.reminders.acknowledge(scope, id));
    Reminder cancelled = house.reminders.cancel(scope, id);
    assertEquals(cancelled, house.reminders.cancel(scope, id));
    assertEquals(
        List.of(
            "reminder.triggered",
            "reminder.snoozed",
            "reminder.triggered",
            "reminder.acknowledged",
            "reminder.cancelled"),
        house.events(scope));
    assertEquals(FailureCode.CONFLICT, code(() -> house.reminders.acknowledge(scope, id)));
    assertEquals(
        FailureCode.CONFLICT, code(() -> house.reminders.snooze(scope, id, Duration.ofMinutes(1))));
  }

  @Test
  void aSnoozeIsCheckedLikeATime() {
    Scope scope = user();
    UUID id = house.create(scope, "cake", SOON).id();
    assertEquals(
        List.of("until"),
        invalid(() -> house.reminders.snoozeUntil(scope, id, NOW.minusSeconds(60))));
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-5), Duration.ofDays(367))) {
      assertEquals(List.of("duration"), invalid(() -> house.reminders.snooze(scope, id, wrong)));
    }
    assertEquals(SOON, house.reminders.get(scope, id).scheduledAt());
  }

  @Test
  void whatFiredWaitsToBeAcknowledged() {
    Scope scope = user();
    UUID once = house.create(scope, "once", SOON).id();
    UUID daily = house.create(scope, "daily", SOON, "FREQ=DAILY").id();
    UUID gone = house.create(scope, "gone", SOON).id();
    house.create(scope, "not yet", SOON.plus(Duration.ofDays(2)));
    assertEquals(List.of(), house.reminders.pending(scope));
    house.fireAt(SOON);
    house.reminders.cancel(scope, gone);
    assertEquals(
        List.of(once, daily),
        house.reminders.pending(scope).stream().map(Reminder::id).sorted().toList());
    house.reminders.acknowledge(scope, once);
    house.reminders.acknowledge(scope, daily);
    assertEquals(List.of(), house.reminders.pending(scope));
    house.fireAt(SOON.plus(Duration.ofDays(1)));
    assertEquals(
        List.of(daily), house.reminders.pending(scope).stream().map(Reminder::id).toList());
  }

  @Test
  void listsFilterAndPage() {
    Scope scope = user();
    UUID first = house.create(scope, "first", SOON.plusSeconds(30)).id();
    UUID second = house.create(scope, "second", SOON).id();
    UUID third = house.create(scope, "third", SOON.plusSeconds(60)).id();
    house.fireAt(SOON);
    assertEquals(List.of(third, second, first), ids(scope, Optional.empty(), Optional.empty(), 10));
    assertEquals(List.of(third, second), ids(scope, Optional.empty(), Optional.empty(), 2));
    assertEquals(List.of(first), ids(scope, Optional.empty(), Optional.of(second), 10));
    assertEquals(
        List.of(second), ids(scope, Optional.of(ReminderStatus.TRIGGERED), Optional.empty(), 10));
    house.reminders.acknowledge(scope, second);
    assertEquals(
        List.of(first, third), house.reminders.open(scope).stream().map(Reminder::id).toList());
  }

  @Test
  void nobodyElseSeesOrTouchesThem() {
    Scope owner = user();
    UUID id = house.create(owner, "mine", SOON).id();
    house.fireAt(SOON);
    Reminder before = house.reminders.get(owner, id);
    for (Scope stranger :
        List.of(
            house.db.tenantWithUser("superuser"),
            house.db.user(owner.tenantId(), "member"),
            house.db.user(owner.tenantId(), "admin"))) {
      List<Executable> attempts =
          List.of(
              () -> house.reminders.get(stranger, id),
              () -> house.reminders.cancel(stranger, id),
              () -> house.reminders.acknowledge(stranger, id),
              () -> house.reminders.snooze(stranger, id, Duration.ofMinutes(1)),
              () ->
                  house.reminders.patch(
                      stranger, id, change(Optional.of("theirs"), Optional.empty())));
      for (Executable attempt : attempts) {
        assertEquals(FailureCode.NOT_FOUND, code(attempt));
      }
      assertTrue(ids(stranger, Optional.empty(), Optional.empty(), 10).isEmpty());
      assertTrue(house.reminders.pending(stranger).isEmpty());
      assertTrue(house.reminders.open(stranger).isEmpty());
      assertTrue(house.events(stranger).isEmpty());
    }
    assertEquals(before, house.reminders.get(owner, id));
  }

  private static List<UUID> ids(
      Scope scope, Optional<ReminderStatus> status, Optional<UUID> before, int limit) {
    return house.reminders.list(scope, status, before, limit).stream().map(Reminder::id).toList();
  }

  private static ReminderChange change(Optional<String> title, Optional<Instant> at) {
    return new ReminderChange(
        title, Optional.empty(), at, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static FailureCode code(Executable attempt) {
    return assertThrows(Failure.class, attempt).code();
  }

  private static List<String> invalid(Executable attempt) {
    Failure failure = assertThrows(Failure.class, attempt);
    assertEquals(FailureCode.INVALID, failure.code());
    return failure.errors().stream().map(Failure.FieldError::field).toList();
  }
}
