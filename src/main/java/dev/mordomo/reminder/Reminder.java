package dev.mordomo.reminder;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that the user wants to be told at a time.
 *
 * @param scheduledAt when it fires next, or fired last when nothing follows
 * @param rrule RFC 5545, for instance {@code FREQ=WEEKLY;BYDAY=MO}
 * @param timeZone IANA; a recurring one keeps its time of day there
 * @param triggeredAt when it last fired; empty again once snoozed
 * @param acknowledgedAt when the user said that they know
 */
public record Reminder(
    UUID id,
    String title,
    String description,
    Instant scheduledAt,
    Optional<String> rrule,
    String timeZone,
    ReminderStatus status,
    Optional<Instant> triggeredAt,
    Optional<Instant> acknowledgedAt,
    Map<String, Object> metadata) {

  public Reminder {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** Fires: as it is announced. */
  Reminder fired(Instant at) {
    return in(ReminderStatus.TRIGGERED, scheduledAt, Optional.of(at), Optional.empty());
  }

  /** As a fired one stays in its row: waiting for its next time, if it has one. */
  Reminder waitingFor(Optional<Instant> next) {
    return next.map(at -> in(ReminderStatus.PENDING, at, triggeredAt, acknowledgedAt)).orElse(this);
  }

  /** As if it had never fired, with a new time. */
  Reminder snoozed(Instant until) {
    return switch (status) {
      case PENDING, TRIGGERED ->
          in(ReminderStatus.PENDING, until, Optional.empty(), Optional.empty());
      case CANCELLED -> throw conflict("the reminder is cancelled; make a new one");
    };
  }

  /** Fires never again; the same when it is cancelled already. */
  Reminder cancelled() {
    return switch (status) {
      case PENDING, TRIGGERED ->
          in(ReminderStatus.CANCELLED, scheduledAt, triggeredAt, acknowledgedAt);
      case CANCELLED -> this;
    };
  }

  /** The user knows; the same when that was said already. */
  Reminder acknowledged(Instant at) {
    return switch (status) {
      case CANCELLED -> throw conflict("the reminder is cancelled");
      case PENDING, TRIGGERED -> {
        if (triggeredAt.isEmpty()) {
          throw conflict("the reminder has not fired yet");
        }
        yield acknowledgedAt.isPresent()
            ? this
            : in(status, scheduledAt, triggeredAt, Optional.of(at));
      }
    };
  }

  /** With what a change says. */
  Reminder changed(ReminderChange change) {
    switch (status) {
      case PENDING -> {}
      case TRIGGERED -> {
        if (change.reschedules()) {
          throw conflict("the reminder has fired; snooze it, or make a new one");
        }
      }
      case CANCELLED -> throw conflict("the reminder is cancelled; make a new one");
    }
    return new Reminder(
        id,
        change.title().orElse(title),
        change.description().orElse(description),
        change.scheduledAt().orElse(scheduledAt),
        change.rrule().orElse(rrule),
        change.timeZone().orElse(timeZone),
        status,
        triggeredAt,
        acknowledgedAt,
        change.metadata().orElse(metadata));
  }

  private Reminder in(
      ReminderStatus next,
      Instant at,
      Optional<Instant> nextTriggeredAt,
      Optional<Instant> nextAcknowledgedAt) {
    return new Reminder(
        id,
        title,
        description,
        at,
        rrule,
        timeZone,
        next,
        nextTriggeredAt,
        nextAcknowledgedAt,
        metadata);
  }

  private static Failure conflict(String detail) {
    return Failure.of(FailureCode.CONFLICT, detail);
  }
}
