package dev.mordomo.model.embedded.extractive.reply;

import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Says in words what came of a tool. */
public final class ToolOutcome {
  private final Replies replies;
  private final Wording wording;
  private final String said;

  /**
   * @param said the user's words that led to the call
   */
  public ToolOutcome(Replies replies, Wording wording, String said) {
    this.replies = replies;
    this.wording = wording;
    this.said = said;
  }

  /** One or two sentences about the result of a call. */
  public String say(ToolCall call, ChatMessage.ToolResult result) {
    Object value = decode(result.content());
    JsonObject object = value instanceof JsonObject json ? inner(json) : new JsonObject();
    JsonObject arguments = new JsonObject(call.arguments());
    Optional<String> error = error(object);
    if (error.isPresent()) {
      return failed(call, arguments, error.get());
    }
    return switch (call.name()) {
      case "create_reminder" -> created(object, arguments);
      case "list_reminders" -> listed(value);
      case "cancel_reminder" -> replies.say("reminder.cancelled");
      case "snooze_reminder" -> snoozed(object, arguments);
      case "iot_control" -> controlled(object, arguments);
      default -> replies.say("tool.done");
    };
  }

  private String created(JsonObject result, JsonObject arguments) {
    String title = text(result, "title").or(() -> text(arguments, "title")).orElse("");
    String named = title.equals(replies.say("reminder.title")) ? "" : title;
    Optional<Instant> at =
        instant(result, "scheduled_at").or(() -> instant(arguments, "scheduled_at"));
    Optional<String> rrule = text(result, "rrule").or(() -> text(arguments, "rrule"));
    return at.map(first ->
            replies.say(
                "reminder.created",
                wording.about(named, said),
                rrule
                    .map(rule -> wording.recurring(rule, first))
                    .orElseGet(() -> wording.moment(first))))
        .orElseGet(() -> replies.say("tool.done"));
  }

  private String snoozed(JsonObject result, JsonObject arguments) {
    return instant(result, "scheduled_at")
        .or(() -> instant(arguments, "scheduled_at"))
        .map(at -> replies.say("reminder.snoozed", wording.moment(at)))
        .orElseGet(() -> replies.say("tool.done"));
  }

  private String listed(Object value) {
    JsonArray reminders =
        value instanceof JsonArray array
            ? array
            : value instanceof JsonObject object ? firstArray(object) : new JsonArray();
    if (reminders.isEmpty()) {
      return replies.say("reminder.listed.none");
    }
    StringBuilder text = new StringBuilder(replies.say("reminder.listed"));
    for (Object item : reminders) {
      if (item instanceof JsonObject reminder) {
        text.append("\n- ").append(text(reminder, "title").orElse("–"));
        instant(reminder, "scheduled_at")
            .ifPresent(at -> text.append(", ").append(wording.moment(at)));
      }
    }
    return text.toString();
  }

  private String controlled(JsonObject result, JsonObject arguments) {
    String done = action(arguments);
    return switch (text(result, "status").orElse("pending")) {
      case "success", "done", "completed" -> replies.say("device.done", done);
      case "failed" -> replies.say("tool.failed.to", done, replies.say("tool.failed.unknown"));
      default -> replies.say("device.pending", done);
    };
  }

  /** "apagar a luz da sala", "ajustar o volume para 30%". */
  private String action(JsonObject arguments) {
    String name = text(arguments, "name").orElse("set");
    String device = text(arguments, "device").orElse("");
    String target = text(arguments, "target").orElse(device);
    String verb =
        replies
            .find("action." + name + "." + device)
            .or(() -> replies.find("action." + name))
            .orElse(name);
    Optional<String> value =
        Optional.ofNullable(arguments.getValue("value"))
            .map(to -> to + text(arguments, "unit").map(ToolOutcome::spaced).orElse(""));
    String how = name.equals("set") ? "value.to" : "value.at";
    return verb + " " + article(target) + target + value.map(to -> replies.say(how, to)).orElse("");
  }

  private static String spaced(String unit) {
    return unit.equals("%") ? unit : " " + unit;
  }

  /** The article that the user put before the device, with a space behind it, or "". */
  private String article(String target) {
    int at = said.indexOf(target);
    Words before = Words.of(at < 0 ? "" : said.substring(0, at));
    Vocabulary vocabulary = Vocabulary.of(replies.language());
    Optional<Word> last = before.list().reversed().stream().findFirst();
    return last.filter(word -> vocabulary.has("det", word.fold()))
        .map(word -> word.text() + " ")
        .orElse("");
  }

  private String failed(ToolCall call, JsonObject arguments, String error) {
    return call.name().equals("iot_control")
        ? replies.say("tool.failed.to", action(arguments), error)
        : replies.say("tool.failed", error);
  }

  private Optional<String> error(JsonObject result) {
    if (result.getValue("error") == null && result.getValue("error_message") == null) {
      return Optional.empty();
    }
    Optional<String> detail =
        text(result, "detail")
            .or(() -> text(result, "error_message"))
            .or(() -> text(result, "error"));
    return detail.or(() -> Optional.of(replies.say("tool.failed.unknown")));
  }

  private static Object decode(String content) {
    try {
      Object value = Json.decodeValue(content);
      return value == null ? new JsonObject() : value;
    } catch (DecodeException notJson) {
      return new JsonObject();
    }
  }

  /** The object itself, or what it wraps: {@code {"reminder": {…}}}. */
  private static JsonObject inner(JsonObject object) {
    for (String name : new String[] {"reminder", "action", "result"}) {
      if (object.getValue(name) instanceof JsonObject wrapped && !object.containsKey("error")) {
        return wrapped;
      }
    }
    return object;
  }

  private static JsonArray firstArray(JsonObject object) {
    return object.stream()
        .map(entry -> entry.getValue())
        .filter(JsonArray.class::isInstance)
        .map(JsonArray.class::cast)
        .findFirst()
        .orElseGet(JsonArray::new);
  }

  private static Optional<String> text(JsonObject object, String name) {
    return object.getValue(name) instanceof String text && !text.isBlank()
        ? Optional.of(text)
        : Optional.empty();
  }

  private static Optional<Instant> instant(JsonObject object, String name) {
    return text(object, name)
        .flatMap(text -> {
          try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
          } catch (DateTimeException notATime) {
            return Optional.empty();
          }
        });
  }
}
