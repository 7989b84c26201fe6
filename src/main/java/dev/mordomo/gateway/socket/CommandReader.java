package dev.mordomo.gateway.socket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads frames of commands: one JSON object a line. What is not of the protocol at all is a {@code
 * malformed} failure, and ends the connection; a wrong field is answered by an error.
 */
final class CommandReader {
  private static final int MOST_COMMANDS = 256;
  private static final int LONGEST_NAME = 255;
  private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

  private CommandReader() {}

  static List<Command> read(String frame) {
    List<Command> commands = new ArrayList<>(1);
    for (String line : frame.split("\n", MOST_COMMANDS + 1)) {
      if (!line.isBlank()) {
        commands.add(command(Json.read(line)));
      }
    }
    if (commands.isEmpty() || commands.size() > MOST_COMMANDS) {
      throw Failure.of(
          FailureCode.MALFORMED, "expected 1 to " + MOST_COMMANDS + " commands in a frame");
    }
    return commands;
  }

  private static Command command(JsonNode node) {
    if (!node.isObject()) {
      throw Failure.of(FailureCode.MALFORMED, "expected a JSON object");
    }
    if (node.isEmpty()) {
      return new Command.Pong();
    }
    if (node.has("send")) {
      return new Command.Send();
    }
    JsonNode number = node.get("id");
    if (number == null || !number.canConvertToLong() || !number.isIntegralNumber()) {
      throw Failure.of(FailureCode.MALFORMED, "expected an id");
    }
    long id = number.longValue();
    if (id <= 0) {
      throw Failure.of(FailureCode.MALFORMED, "expected an id above 0");
    }
    try {
      return command(id, node);
    } catch (Failure e) {
      return new Command.Refused(id, ReplyError.BAD_REQUEST, e.detail());
    }
  }

  private static Command command(long id, JsonNode node) {
    if (node.has("connect")) {
      JsonNode connect = member(node, "connect");
      return new Command.Connect(id, text(connect, "token"), positions(connect));
    }
    if (node.has("subscribe")) {
      JsonNode subscribe = member(node, "subscribe");
      Optional<Position> since =
          flag(subscribe, "recover") ? Optional.of(position(subscribe)) : Optional.empty();
      return new Command.Subscribe(id, name(subscribe, "channel"), since);
    }
    if (node.has("unsubscribe")) {
      return new Command.Unsubscribe(id, name(member(node, "unsubscribe"), "channel"));
    }
    if (node.has("rpc")) {
      JsonNode rpc = member(node, "rpc");
      JsonNode data = rpc.get("data");
      return new Command.Rpc(
          id, name(rpc, "method"), data == null || data.isNull() ? NOTHING : data);
    }
    if (node.has("refresh")) {
      return new Command.Refresh(id, text(member(node, "refresh"), "token").orElse(""));
    }
    if (node.has("history")) {
      return history(id, member(node, "history"));
    }
    if (node.has("presence")) {
      return new Command.Presence(id, name(member(node, "presence"), "channel"), false);
    }
    if (node.has("presence_stats")) {
      return new Command.Presence(id, name(member(node, "presence_stats"), "channel"), true);
    }
    if (node.has("ping")) {
      return new Command.Ping(id);
    }
    return other(id, node);
  }

  private static Command history(long id, JsonNode history) {
    JsonNode since = history.get("since");
    JsonNode limit = history.get("limit");
    return new Command.History(
        id,
        name(history, "channel"),
        since == null || since.isNull() ? Optional.empty() : Optional.of(position(since)),
        flag(history, "reverse") ? Streams.Order.NEWEST_FIRST : Streams.Order.OLDEST_FIRST,
        limit == null || limit.isNull() ? 0 : limit(limit));
  }

  private static int limit(JsonNode limit) {
    if (!limit.isIntegralNumber() || !limit.canConvertToInt()) {
      throw Failure.invalid("limit", "expected a whole number");
    }
    return limit.intValue();
  }

  private static Command other(long id, JsonNode node) {
    for (String known : List.of("publish", "sub_refresh")) {
      if (node.has(known)) {
        return new Command.Refused(id, ReplyError.NOT_AVAILABLE, known);
      }
    }
    return new Command.Refused(id, ReplyError.METHOD_NOT_FOUND, "");
  }

  private static Map<String, Position> positions(JsonNode connect) {
    JsonNode subs = connect.get("subs");
    if (subs == null || !subs.isObject()) {
      return Map.of();
    }
    Map<String, Position> positions = new HashMap<>();
    for (Map.Entry<String, JsonNode> sub : subs.properties()) {
      if (sub.getValue().isObject() && flag(sub.getValue(), "recover")) {
        positions.put(sub.getKey(), position(sub.getValue()));
      }
    }
    return positions;
  }

  private static Position position(JsonNode node) {
    JsonNode offset = node.get("offset");
    if (!node.isObject()
        || (offset != null && (!offset.isIntegralNumber() || !offset.canConvertToLong()))) {
      throw Failure.invalid("offset", "expected a whole number");
    }
    return new Position(
        text(node, "epoch").orElse(""), offset == null ? 0 : Math.max(0, offset.longValue()));
  }

  private static JsonNode member(JsonNode node, String name) {
    JsonNode member = node.get(name);
    if (member == null || member.isNull()) {
      return NOTHING;
    }
    if (!member.isObject()) {
      throw Failure.invalid(name, "expected an object");
    }
    return member;
  }

  private static String name(JsonNode node, String field) {
    String name = text(node, field).orElse("");
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw Failure.invalid(field, "expected a name");
    }
    return name;
  }

  private static Optional<String> text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw Failure.invalid(field, "expected a string");
    }
    return Optional.of(value.textValue()).filter(v -> !v.isEmpty());
  }

  private static boolean flag(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value != null && !value.isNull() && !value.isBoolean()) {
      throw Failure.invalid(field, "expected true or false");
    }
    return value != null && value.booleanValue();
  }
}
