package dev.mordomo.reminder;

import dev.mordomo.action.Tool;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ToolSpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a model may ask for about reminders. The results are reminders as clients see them. */
final class ReminderTools {
  private static final String TIME =
      "RFC 3339 with the offset of the user's time zone, for instance 2026-03-01T09:00:00-03:00.";
  private static final Map<String, Object> WHICH_ID =
      text("The reminder's id, as list_reminders gives it.", 40);
  private static final Map<String, Object> WHICH_TITLE =
      text("Words of the reminder's title, when the id is not known.", 300);

  private ReminderTools() {}

  static List<Tool> of(ReminderService reminders) {
    return List.of(
        tool(CREATE, (context, arguments) -> create(reminders, context, arguments)),
        tool(LIST, (context, arguments) -> reminders.open(context.scope())),
        tool(CANCEL, (context, arguments) -> cancel(reminders, context, arguments)),
        tool(SNOOZE, (context, arguments) -> snooze(reminders, context, arguments)));
  }

  private static final ToolSpec CREATE =
      spec(
          "create_reminder",
          "Makes a reminder that rings on all of the user's devices at a time. Call it when the"
              + " user asks to be reminded of something or wants an alarm. Ask for the time first"
              + " when the user did not say any.",
          properties(
              "title", text("What to be reminded of, short, in the user's language.", 300),
              "scheduled_at", text("When it rings the first time, in the future: " + TIME, 40),
              "rrule",
                  text(
                      "Only when it recurs: an RFC 5545 rule without DTSTART, for instance"
                          + " FREQ=DAILY or FREQ=WEEKLY;BYDAY=MO,WE.",
                      500),
              "time_zone", text("An IANA time zone; leave it out for the user's own.", 60),
              "description", text("Details, when there are any.", 4000)),
          "title",
          "scheduled_at");

  private static final ToolSpec LIST =
      spec(
          "list_reminders",
          "Lists the user's reminders that are still to ring, or that rang and wait to be"
              + " acknowledged, by time.",
          properties());

  private static final ToolSpec CANCEL =
      spec(
          "cancel_reminder",
          "Cancels one of the user's reminders, so that it does not ring any more. Say which one by"
              + " its id or by words of its title; without either, the only one there is.",
          properties("reminder_id", WHICH_ID, "title", WHICH_TITLE));

  private static final ToolSpec SNOOZE =
      spec(
          "snooze_reminder",
          "Postpones one of the user's reminders: it rings again at a time, or after some minutes."
              + " Say which one by its id or by words of its title; without either, the one that"
              + " rang last.",
          properties(
              "reminder_id",
              WHICH_ID,
              "title",
              WHICH_TITLE,
              "until",
              text("When it rings again: " + TIME, 40),
              "minutes",
              Map.of(
                  "type",
                  "integer",
                  "minimum",
                  1,
                  "maximum",
                  527_040,
                  "description",
                  "In how many minutes, when until is not given; else 10.")));

  private static Reminder create(
      ReminderService reminders, ToolContext context, Map<String, Object> arguments) {
    String zone = string(arguments, "time_zone").orElse(context.zone().getId());
    return reminders.create(
        context.scope(),
        new NewReminder(
            string(arguments, "title").orElse(""),
            string(arguments, "description").orElse(""),
            time("scheduled_at", string(arguments, "scheduled_at").orElse(""), zone(zone, context)),
            string(arguments, "rrule"),
            zone,
            Map.of(),
            Optional.of(context.conversationId())));
  }

  private static Reminder cancel(
      ReminderService reminders, ToolContext context, Map<String, Object> arguments) {
    Reminder which = choice(arguments).among(reminders.open(context.scope()));
    return reminders.cancel(context.scope(), which.id());
  }

  private static Reminder snooze(
      ReminderService reminders, ToolContext context, Map<String, Object> arguments) {
    ReminderChoice choice = choice(arguments);
    List<Reminder> rang = reminders.pending(context.scope());
    Reminder which =
        choice.isOpen() && !rang.isEmpty()
            ? rang.getFirst()
            : choice.among(reminders.open(context.scope()));
    Optional<Instant> until =
        string(arguments, "until").map(text -> time("until", text, context.zone()));
    long minutes = arguments.get("minutes") instanceof Number number ? number.longValue() : 10;
    return until
        .map(at -> reminders.snoozeUntil(context.scope(), which.id(), at))
        .orElseGet(() ->
            reminders.snooze(context.scope(), which.id(), java.time.Duration.ofMinutes(minutes)));
  }

  private static ReminderChoice choice(Map<String, Object> arguments) {
    return new ReminderChoice(string(arguments, "reminder_id"), string(arguments, "title"));
  }

  /** Models forget the offset: such a time is one on the clock of the user's zone. */
  private static Instant time(String field, String text, ZoneId zone) {
    try {
      return text.matches(".*(Z|z|[+-]\\d{2}:\\d{2})")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text.replace(' ', 'T')).atZone(zone).toInstant();
    } catch (DateTimeException e) {
      throw Failure.invalid(field, "expected a time such as 2026-03-01T09:00:00-03:00");
    }
  }

  private static ZoneId zone(String name, ToolContext context) {
    // A wrong one is told by the service, with everything else that is wrong.
    return ZoneId.getAvailableZoneIds().contains(name) ? ZoneId.of(name) : context.zone();
  }

  private static Optional<String> string(Map<String, Object> arguments, String name) {
    return Optional.ofNullable(arguments.get(name))
        .map(value -> value.toString().strip())
        .filter(text -> !text.isEmpty());
  }

  @FunctionalInterface
  private interface Body {
    Object run(ToolContext context, Map<String, Object> arguments);
  }

  private static Tool tool(ToolSpec spec, Body body) {
    return new Tool.Internal() {
      @Override
      public ToolSpec spec() {
        return spec;
      }

      @Override
      public String type() {
        return "reminder";
      }

      @Override
      public Object run(ToolContext context, Map<String, Object> arguments) {
        return body.run(context, arguments);
      }
    };
  }

  private static ToolSpec spec(
      String name, String description, Map<String, Object> properties, String... required) {
    return new ToolSpec(
        name,
        description,
        Map.of(
            "type",
            "object",
            "properties",
            properties,
            "required",
            List.of(required),
            "additionalProperties",
            false));
  }

  private static Map<String, Object> properties(Object... namesAndSchemas) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (int i = 0; i < namesAndSchemas.length; i += 2) {
      properties.put((String) namesAndSchemas[i], namesAndSchemas[i + 1]);
    }
    return properties;
  }

  private static Map<String, Object> text(String description, int most) {
    return Map.of("type", "string", "maxLength", most, "description", description);
  }
}
