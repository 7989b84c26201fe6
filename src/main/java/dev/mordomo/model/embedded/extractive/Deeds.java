package dev.mordomo.model.embedded.extractive;

import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import dev.mordomo.model.embedded.extractive.intent.DeviceCommand;
import dev.mordomo.model.embedded.extractive.intent.Intent;
import dev.mordomo.model.embedded.extractive.intent.Understood;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import dev.mordomo.model.embedded.extractive.reply.Wording;
import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Turns commands into calls of the request's tools, or into a question or an excuse. */
final class Deeds {
  private static final Duration FARTHEST = Duration.ofDays(366L * 50);

  private final ChatRequest request;
  private final Replies replies;
  private final Wording wording;

  Deeds(ChatRequest request, Replies replies, Wording wording) {
    this.request = request;
    this.replies = replies;
    this.wording = wording;
  }

  Reply remind(Understood understood, Intent.Remind remind, String said) {
    if (tool("create_reminder").isEmpty()) {
      return Reply.says(understood, replies.say("reminder.unavailable"));
    }
    String about = wording.about(remind.title(), said);
    if (remind.time().isEmpty()) {
      String ask = remind.title().isEmpty() ? "reminder.ask.what" : "reminder.ask.time";
      return Reply.says(understood, replies.say(ask, about));
    }
    TimeExpression time = remind.time().get();
    if (time.past() && time.timeStated()) {
      return Reply.says(understood, replies.say("reminder.past", wording.moment(time.at()), about));
    }
    if (isToday(time.at()) && !time.timeStated() && time.rrule().isEmpty()) {
      return Reply.says(understood, replies.say("reminder.ask.hour", about));
    }
    if (time.past()) {
      return Reply.says(understood, replies.say("reminder.past", wording.moment(time.at()), about));
    }
    if (time.at().isAfter(request.now().plus(FARTHEST))) {
      return Reply.says(understood, replies.say("reminder.far", about));
    }
    return call(understood, "create_reminder", reminder(remind.title(), time));
  }

  private boolean isToday(Instant at) {
    return at.atZone(request.zone())
        .toLocalDate()
        .equals(request.now().atZone(request.zone()).toLocalDate());
  }

  private Map<String, Object> reminder(String title, TimeExpression time) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("title", title.isEmpty() ? replies.say("reminder.title") : title);
    arguments.put("scheduled_at", rfc3339(time.at()));
    time.rrule().ifPresent(rule -> arguments.put("rrule", rule));
    arguments.put("time_zone", request.zone().getId());
    return arguments;
  }

  Reply listReminders(Understood understood) {
    return tool("list_reminders")
        .map(tool -> call(understood, tool.name(), Map.of()))
        .orElseGet(() -> Reply.says(understood, replies.say("reminder.list.unavailable")));
  }

  Reply cancelReminder(Understood understood, Intent.CancelReminder cancel) {
    return tool("cancel_reminder")
        .map(tool -> call(understood, tool.name(), fitting(tool, named(cancel.title()))))
        .orElseGet(() -> Reply.says(understood, replies.say("reminder.list.unavailable")));
  }

  Reply snoozeReminder(Understood understood, Intent.SnoozeReminder snooze) {
    Optional<ToolSpec> tool = tool("snooze_reminder");
    if (tool.isEmpty()) {
      return Reply.says(understood, replies.say("reminder.list.unavailable"));
    }
    Instant until =
        snooze.time().map(TimeExpression::at).orElse(request.now().plus(10, ChronoUnit.MINUTES));
    Map<String, Object> arguments = named(snooze.title());
    arguments.put("scheduled_at", rfc3339(until));
    arguments.put("until", rfc3339(until));
    arguments.put("minutes", Math.max(1, Duration.between(request.now(), until).toMinutes()));
    return call(understood, tool.get().name(), fitting(tool.get(), arguments));
  }

  /** All that can be done of several commands; what cannot is said. */
  Reply several(Understood understood, Intent.Several several, String said) {
    List<ToolCall> calls = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Intent intent : several.intents()) {
      Reply one =
          switch (intent) {
            case Intent.Remind remind -> remind(understood, remind, said);
            case Intent.CancelReminder cancel -> cancelReminder(understood, cancel);
            case Intent.SnoozeReminder snooze -> snoozeReminder(understood, snooze);
            case Intent.Control control -> control(understood, control);
            case Intent.ListReminders list -> listReminders(understood);
            case Intent.Talk talk -> talk(understood, talk);
            case Intent.Several more -> several(understood, more, said);
            case Intent.Question question -> Reply.says(understood, "");
          };
      calls.addAll(one.calls());
      texts.add(one.text());
    }
    texts.removeIf(String::isEmpty);
    String told = String.join("\n", texts);
    String text = calls.isEmpty() || told.isEmpty() ? told : told + "\n\n";
    return new Reply(text, calls, understood.intent().label(), understood.confidence());
  }

  Reply control(Understood understood, Intent.Control control) {
    if (tool("iot_control").isEmpty()) {
      return Reply.says(understood, replies.say("device.unavailable"));
    }
    if (control.later()) {
      return Reply.says(understood, replies.say("device.later"));
    }
    List<ToolCall> calls = new ArrayList<>();
    for (DeviceCommand command : control.commands()) {
      calls.add(new ToolCall(id(), "iot_control", command.arguments()));
    }
    return Reply.calls(understood, calls);
  }

  Reply talk(Understood understood, Intent.Talk talk) {
    return Reply.says(
        understood,
        switch (talk.kind()) {
          case GREETING -> replies.say("greeting");
          case THANKS -> replies.say("thanks");
          case FAREWELL -> replies.say("farewell");
          case TIME -> replies.say("time", wording.clockNow());
          case DATE -> replies.say("date", wording.today());
          case CAPABILITIES ->
              replies.say(
                  "capabilities",
                  tool("create_reminder").isPresent() ? replies.say("capabilities.reminders") : "",
                  tool("iot_control").isPresent() ? replies.say("capabilities.devices") : "");
        });
  }

  private static Map<String, Object> named(String title) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    if (!title.isEmpty()) {
      arguments.put("title", title);
      arguments.put("query", title);
    }
    return arguments;
  }

  /** Of the arguments, those that the tool's schema knows; all but doubles when it names none. */
  private static Map<String, Object> fitting(ToolSpec tool, Map<String, Object> arguments) {
    if (!(tool.parameters().get("properties") instanceof Map<?, ?> properties)) {
      arguments.remove("query");
      arguments.remove("until");
      return arguments;
    }
    arguments.keySet().removeIf(name -> !properties.containsKey(name));
    return arguments;
  }

  private Optional<ToolSpec> tool(String name) {
    return request.tools().stream().filter(tool -> tool.name().equals(name)).findFirst();
  }

  private Reply call(Understood understood, String name, Map<String, Object> arguments) {
    return Reply.calls(understood, List.of(new ToolCall(id(), name, arguments)));
  }

  private String rfc3339(Instant at) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
        at.truncatedTo(ChronoUnit.SECONDS).atZone(request.zone()).toOffsetDateTime());
  }

  private static String id() {
    return "call_" + UUID.randomUUID().toString().replace("-", "");
  }
}
