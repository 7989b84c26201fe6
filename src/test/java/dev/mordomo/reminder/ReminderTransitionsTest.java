package dev.mordomo.reminder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every command on every status. */
class ReminderTransitionsTest {
  private static final Instant DUE = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LATER = DUE.plusSeconds(600);

  @ParameterizedTest
  @EnumSource(ReminderStatus.class)
  void snoozing(ReminderStatus from) {
    switch (from) {
      case PENDING, TRIGGERED -> {
        Reminder snoozed = reminder(from).snoozed(LATER);
        assertEquals(ReminderStatus.PENDING, snoozed.status());
        assertEquals(LATER, snoozed.scheduledAt());
        assertEquals(Optional.empty(), snoozed.triggeredAt());
        assertEquals(Optional.empty(), snoozed.acknowledgedAt());
      }
      case CANCELLED -> refused(from, reminder -> reminder.snoozed(LATER));
    }
  }

  @ParameterizedTest
  @EnumSource(ReminderStatus.class)
  void cancelling(ReminderStatus from) {
    Reminder reminder = reminder(from);
    Reminder cancelled = reminder.cancelled();
    assertEquals(ReminderStatus.CANCELLED, cancelled.status());
    if (from == ReminderStatus.CANCELLED) {
      assertSame(reminder, cancelled);
    }
  }

  @ParameterizedTest
  @EnumSource(ReminderStatus.class)
  void acknowledging(ReminderStatus from) {
    switch (from) {
      case TRIGGERED -> {
        Reminder known = reminder(from).acknowledged(LATER);
        assertEquals(ReminderStatus.TRIGGERED, known.status());
        assertEquals(Optional.of(LATER), known.acknowledgedAt());
        assertSame(known, known.acknowledged(LATER.plusSeconds(1)));
      }
      case PENDING, CANCELLED -> refused(from, reminder -> reminder.acknowledged(LATER));
    }
  }

  @Test
  void oneThatRecursIsAcknowledgedWhileItWaitsForItsNextTime() {
    Reminder waiting = reminder(ReminderStatus.PENDING).fired(DUE).waitingFor(Optional.of(LATER));
    assertEquals(ReminderStatus.PENDING, waiting.status());
    assertEquals(LATER, waiting.scheduledAt());
    assertEquals(Optional.of(DUE), waiting.triggeredAt());
    assertEquals(Optional.of(DUE), waiting.acknowledged(DUE).acknowledgedAt());
  }

  @Test
  void oneWithoutANextTimeStaysTriggered() {
    Reminder fired = reminder(ReminderStatus.PENDING).fired(DUE);
    assertEquals(fired, fired.waitingFor(Optional.empty()));
    assertEquals(ReminderStatus.TRIGGERED, fired.status());
  }

  @Test
  void firingAgainAsksToBeAcknowledgedAgain() {
    Reminder known =
        reminder(ReminderStatus.PENDING)
            .fired(DUE)
            .waitingFor(Optional.of(LATER))
            .acknowledged(DUE);
    assertEquals(Optional.empty(), known.fired(LATER).acknowledgedAt());
  }

  @ParameterizedTest
  @EnumSource(ReminderStatus.class)
  void changingTimes(ReminderStatus from) {
    ReminderChange change = change(Optional.empty(), Optional.of(LATER));
    switch (from) {
      case PENDING -> assertEquals(LATER, reminder(from).changed(change).scheduledAt());
      case TRIGGERED, CANCELLED -> refused(from, reminder -> reminder.changed(change));
    }
  }

  @ParameterizedTest
  @EnumSource(ReminderStatus.class)
  void changingTheTitle(ReminderStatus from) {
    ReminderChange change = change(Optional.of("tea"), Optional.empty());
    switch (from) {
      case PENDING, TRIGGERED -> {
        Reminder changed = reminder(from).changed(change);
        assertEquals("tea", changed.title());
        assertEquals(from, changed.status());
        assertEquals(DUE, changed.scheduledAt());
      }
      case CANCELLED -> refused(from, reminder -> reminder.changed(change));
    }
  }

  @Test
  void everyStatusKeepsItsName() {
    for (ReminderStatus status : ReminderStatus.values()) {
      assertEquals(status, ReminderStatus.of(status.wire()));
    }
  }

  private static void refused(ReminderStatus from, UnaryOperator<Reminder> command) {
    Reminder reminder = reminder(from);
    Failure failure = assertThrows(Failure.class, () -> command.apply(reminder));
    assertEquals(FailureCode.CONFLICT, failure.code());
  }

  private static ReminderChange change(Optional<String> title, Optional<Instant> at) {
    return new ReminderChange(
        title, Optional.empty(), at, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Reminder reminder(ReminderStatus status) {
    return new Reminder(
        Ids.next(),
        "cake",
        "",
        DUE,
        Optional.empty(),
        "America/Sao_Paulo",
        status,
        status == ReminderStatus.TRIGGERED ? Optional.of(DUE) : Optional.empty(),
        Optional.empty(),
        Map.of());
  }
}
