package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.SnoozeFields;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.reminder.NewReminder;
import dev.mordomo.reminder.Reminder;
import dev.mordomo.reminder.ReminderChange;
import dev.mordomo.reminder.ReminderService;
import dev.mordomo.reminder.ReminderStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a user wants to be told at a time. */
final class ReminderRoutes {
  private static final String WHAT = "the reminder";
  private static final int LONGEST_TITLE = 300;
  private static final int LONGEST_DESCRIPTION = 4_000;
  private static final int LONGEST_RULE = 500;
  private static final int LONGEST_ZONE = 64;
  private static final int METADATA = 16_384;

  private final ReminderService reminders;
  private final IdentityService identity;

  ReminderRoutes(ReminderService reminders, IdentityService identity) {
    this.reminders = reminders;
    this.identity = identity;
  }

  /** One's own, newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    Optional<ReminderStatus> status =
        query.choice("status", ReminderStatus.WORDS).map(ReminderStatus::of);
    return page.answer(
        reminders.list(exchange.scope(), status, page.after(), page.oneMore()), Reminder::id);
  }

  /** In the user's own time zone, when none is said. */
  Answer create(Exchange exchange) {
    Fields fields = exchange.fields();
    String title = fields.text("title", 1, LONGEST_TITLE);
    Optional<String> description = fields.optionalText("description", 0, LONGEST_DESCRIPTION);
    Instant scheduledAt = fields.requiredTime("scheduled_at");
    Optional<String> rule = fields.optionalText("rrule", 1, LONGEST_RULE);
    Optional<String> zone = fields.optionalText("time_zone", 1, LONGEST_ZONE);
    Optional<Map<String, Object>> metadata = fields.map("metadata", METADATA);
    fields.verify();
    return Answer.created(
        reminders.create(
            exchange.scope(),
            new NewReminder(
                title,
                description.orElse(""),
                scheduledAt,
                rule,
                zone.orElseGet(() -> identity.users().settings(exchange.scope()).zone().getId()),
                metadata.orElse(Map.of()),
                Optional.empty())));
  }

  Answer get(Exchange exchange) {
    return Answer.ok(reminders.get(exchange.scope(), id(exchange)));
  }

  Answer change(Exchange exchange) {
    Fields fields = exchange.fields();
    ReminderChange change =
        new ReminderChange(
            fields.optionalText("title", 1, LONGEST_TITLE),
            fields.optionalText("description", 0, LONGEST_DESCRIPTION),
            fields.time("scheduled_at"),
            fields.clearableText("rrule", LONGEST_RULE),
            fields.optionalText("time_zone", 1, LONGEST_ZONE),
            fields.map("metadata", METADATA));
    fields.verify();
    return Answer.ok(reminders.patch(exchange.scope(), id(exchange), change));
  }

  Answer snooze(Exchange exchange) {
    SnoozeFields snooze = SnoozeFields.read(exchange.fields());
    return Answer.ok(
        snooze.fold(
            pause -> reminders.snooze(exchange.scope(), id(exchange), pause),
            until -> reminders.snoozeUntil(exchange.scope(), id(exchange), until)));
  }

  Answer cancel(Exchange exchange) {
    return Answer.ok(reminders.cancel(exchange.scope(), id(exchange)));
  }

  Answer acknowledge(Exchange exchange) {
    return Answer.ok(reminders.acknowledge(exchange.scope(), id(exchange)));
  }

  private static UUID id(Exchange exchange) {
    return exchange.id("id", WHAT);
  }
}
