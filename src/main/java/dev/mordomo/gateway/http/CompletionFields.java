package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.chat.ClientCalls;
import dev.mordomo.chat.Directions;
import dev.mordomo.chat.Directions.Line;
import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ChatModels;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads a chat completion's request. */
final class CompletionFields {
  static final String CONVERSATION = "X-Conversation-Id";
  private static final int LONGEST_NAME = 200;
  private static final int MOST = 64 * 1024 * 1024;
  private static final int MOST_MESSAGES = 5_000;
  private static final int MOST_TOOLS = 128;
  private static final int MOST_STOPS = 4;
  private static final int LONGEST_STOP = 200;
  private static final int MOST_TOKENS = 1_000_000;

  private final Fields fields;

  /** Which tool each call named, so that its result can say so. */
  private final Map<String, String> called = new HashMap<>();

  private CompletionFields(Fields fields) {
    this.fields = fields;
  }

  /**
   * @throws Failure {@code invalid}, naming every wrong field; {@code not_found} for a conversation
   *     that is none
   */
  static Completion read(Exchange exchange) {
    return new CompletionFields(exchange.fields()).read(exchange.header(CONVERSATION));
  }

  private Completion read(Optional<String> header) {
    String model = fields.text("model", 1, LONGEST_NAME);
    boolean stream = fields.flag("stream", false);
    boolean usage =
        fields.object("stream_options").map(o -> o.flag("include_usage", false)).orElse(false);
    refuseWhatIsNotDone();
    Optional<Double> temperature = fields.decimal("temperature", 0, 2);
    Optional<Integer> maxTokens =
        fields
            .integer("max_completion_tokens", 1, MOST_TOKENS)
            .or(() -> fields.integer("max_tokens", 1, MOST_TOKENS));
    Optional<List<String>> stops = stops();
    Optional<Map<String, Object>> format = format();
    List<ToolSpec> tools = tools();
    Choice choice = choice(tools);
    List<Line> lines = lines();
    Optional<UUID> conversation = conversation(header);
    fields.verify();
    int last = lastOfUser(lines);
    List<Line> after = spoken(lines.subList(last + 1, lines.size()));
    checkEnd(after);
    return new Completion(
        model,
        conversation,
        lines.get(last).content(),
        after.stream()
            .filter(line -> line.role().equals("tool"))
            .flatMap(line -> ClientCalls.turn(line.callId()).stream())
            .reduce((earlier, later) -> later),
        new Directions(
            !model.equals(ChatModels.ASSISTANT),
            instructions(lines),
            conversation.isPresent()
                ? Optional.empty()
                : Optional.of(spoken(lines.subList(0, last))),
            after,
            choice.tools(),
            choice.must(),
            temperature,
            maxTokens,
            stops,
            format,
            Optional.empty(),
            Optional.empty()),
        stream,
        usage);
  }

  /** What would change the answer, and is not done here, is refused; hints are not looked at. */
  private void refuseWhatIsNotDone() {
    fields.integer("n", 1, 1);
    if (fields.flag("logprobs", false)) {
      fields.refuse("logprobs", "is not supported");
    }
    for (String old : List.of("functions", "function_call", "audio")) {
      if (fields.any(old, MOST).isPresent()) {
        fields.refuse(old, "is not supported; use tools");
      }
    }
  }

  /** A string, or up to four. */
  private Optional<List<String>> stops() {
    JsonNode given = fields.any("stop", MOST).orElse(null);
    if (given == null || given.isNull()) {
      return Optional.empty();
    }
    List<String> stops = new ArrayList<>();
    (given.isArray() ? given : List.of(given))
        .forEach(stop -> stops.add(stop.isTextual() ? stop.textValue() : ""));
    if (stops.size() > MOST_STOPS
        || stops.stream().anyMatch(stop -> stop.isEmpty() || stop.length() > LONGEST_STOP)) {
      fields.refuse(
          "stop",
          "expected a string of 1 to %d characters, or up to %d of them"
              .formatted(LONGEST_STOP, MOST_STOPS));
    }
    return stops.isEmpty() ? Optional.empty() : Optional.of(stops);
  }

  /** Absent for words as they come. */
  private Optional<Map<String, Object>> format() {
    JsonNode given = fields.any("response_format", MOST).orElse(null);
    if (given == null || given.isNull()) {
      return Optional.empty();
    }
    return switch (given.path("type").asText()) {
      case "text" -> Optional.empty();
      case "json_object" -> Optional.of(Map.of("type", "json_object"));
      case "json_schema" -> {
        checkSchema(given.path("json_schema"));
        yield Optional.of(Json.map(given));
      }
      default -> {
        fields.refuse("response_format.type", "expected one of text, json_object, json_schema");
        yield Optional.empty();
      }
    };
  }

  private void checkSchema(JsonNode named) {
    if (!named.path("name").asText().matches("[A-Za-z0-9_-]{1,64}")) {
      fields.refuse("response_format.json_schema.name", "expected 1 to 64 of A-Z a-z 0-9 _ -");
    } else if (!named.path("schema").isObject()) {
      fields.refuse("response_format.json_schema.schema", "expected a JSON schema");
    }
  }

  private Optional<UUID> conversation(Optional<String> header) {
    Optional<String> named =
        header.or(() ->
            fields
                .object("metadata")
                .flatMap(metadata -> metadata.optionalText("conversation_id", 1, LONGEST_NAME)));
    return named.map(
        name -> Fields.parseId(name).orElseThrow(() -> Failure.notFound("the conversation")));
  }

  // ── Tools ──────────────────────────────────────────────────────────────────────────────────────

  private record Choice(List<ToolSpec> tools, boolean must) {}

  private List<ToolSpec> tools() {
    List<ToolSpec> tools = new ArrayList<>();
    JsonNode given = fields.any("tools", MOST).orElse(null);
    if (given == null) {
      return tools;
    }
    if (!given.isArray() || given.size() > MOST_TOOLS) {
      fields.refuse("tools", "expected an array of at most " + MOST_TOOLS);
      return tools;
    }
    for (int i = 0; i < given.size(); i++) {
      JsonNode function = given.get(i).path("function");
      String name = function.path("name").asText();
      JsonNode parameters = function.path("parameters");
      if (!given.get(i).path("type").asText().equals("function")
          || !name.matches("[A-Za-z0-9_.-]{1,64}")) {
        fields.refuse("tools[" + i + "]", "expected a function with a name of 1 to 64 characters");
      } else if (!parameters.isMissingNode() && !parameters.isObject()) {
        fields.refuse("tools[" + i + "].function.parameters", "expected a JSON schema");
      } else {
        tools.add(
            new ToolSpec(
                name,
                function.path("description").asText(""),
                parameters.isObject() ? Json.map(parameters) : Map.of("type", "object")));
      }
    }
    return tools;
  }

  private Choice choice(List<ToolSpec> tools) {
    JsonNode given = fields.any("tool_choice", MOST).orElse(null);
    if (given == null || given.asText().equals("auto")) {
      return new Choice(tools, false);
    }
    if (given.asText().equals("none")) {
      return new Choice(List.of(), false);
    }
    if (given.asText().equals("required")) {
      return new Choice(tools, true);
    }
    String name = given.at("/function/name").asText();
    List<ToolSpec> named = tools.stream().filter(tool -> tool.name().equals(name)).toList();
    if (named.isEmpty()) {
      fields.refuse("tool_choice", "expected none, auto, required or one of the tools");
    }
    return new Choice(named, true);
  }

  // ── Messages ───────────────────────────────────────────────────────────────────────────────────

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    JsonNode given = fields.any("messages", MOST).orElse(null);
    if (given == null || !given.isArray() || given.isEmpty() || given.size() > MOST_MESSAGES) {
      fields.refuse("messages", "expected an array of 1 to " + MOST_MESSAGES + " messages");
      return lines;
    }
    for (int i = 0; i < given.size(); i++) {
      lines.add(line("messages[" + i + "]", given.get(i)));
    }
    if (lines.stream().noneMatch(line -> line.role().equals("user"))) {
      fields.refuse("messages", "expected a message of the user's");
    }
    return lines;
  }

  private Line line(String at, JsonNode message) {
    String role = message.path("role").asText();
    String content = content(at + ".content", message.path("content"), role);
    return switch (role) {
      case "system", "developer" -> Line.of("system", content);
      case "user" -> Line.of("user", content);
      case "assistant" -> new Line("assistant", content, calls(at, message), "", "");
      case "tool" -> {
        String id = message.path("tool_call_id").asText();
        if (id.isEmpty()) {
          fields.refuse(at + ".tool_call_id", "required");
        }
        yield new Line("tool", content, List.of(), id, called.getOrDefault(id, "tool"));
      }
      default -> {
        fields.refuse(at + ".role", "expected one of system, developer, user, assistant, tool");
        yield Line.of("system", "");
      }
    };
  }

  private String content(String at, JsonNode content, String role) {
    if (content.isTextual()) {
      return content.textValue();
    }
    boolean mayBeNone = role.equals("assistant");
    if (content.isMissingNode() || content.isNull()) {
      if (!mayBeNone) {
        fields.refuse(at, "required");
      }
      return "";
    }
    if (!content.isArray()) {
      fields.refuse(at, "expected a string or an array of text parts");
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < content.size(); i++) {
      JsonNode part = content.get(i);
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        fields.refuse(at + "[" + i + "]", "expected a part of the type text");
      }
      text.append(part.path("text").asText());
    }
    return text.toString();
  }

  private List<ToolCall> calls(String at, JsonNode message) {
    List<ToolCall> calls = new ArrayList<>();
    JsonNode given = message.path("tool_calls");
    for (int i = 0; i < given.size(); i++) {
      String path = at + ".tool_calls[" + i + "]";
      String id = given.get(i).path("id").asText();
      String name = given.get(i).at("/function/name").asText();
      if (id.isEmpty() || name.isEmpty()) {
        fields.refuse(path, "expected an id, and a function with a name");
        continue;
      }
      called.put(id, name);
      calls.add(new ToolCall(id, name, arguments(path, given.get(i).at("/function/arguments"))));
    }
    return calls;
  }

  private Map<String, Object> arguments(String at, JsonNode arguments) {
    try {
      String text = arguments.asText();
      JsonNode read = Json.read(text.isBlank() ? "{}" : text);
      if (read.isObject()) {
        return Json.map(read);
      }
    } catch (Failure e) {
      // Told below.
    }
    fields.refuse(at + ".function.arguments", "expected a JSON object as text");
    return Map.of();
  }

  private static int lastOfUser(List<Line> lines) {
    int last = lines.size() - 1;
    while (!lines.get(last).role().equals("user")) {
      last--;
    }
    return last;
  }

  /** What follows the user's words is answered calls of tools, or nothing. */
  private static void checkEnd(List<Line> after) {
    boolean good =
        after.isEmpty()
            || (after.getFirst().role().equals("assistant")
                && after.getLast().role().equals("tool"));
    if (!good) {
      throw Failure.invalid("messages", "the last must be the user's, or a tool's result");
    }
  }

  private static String instructions(List<Line> lines) {
    return String.join(
        "\n",
        lines.stream().filter(line -> line.role().equals("system")).map(Line::content).toList());
  }

  /** What is no instruction. */
  private static List<Line> spoken(List<Line> lines) {
    return lines.stream().filter(line -> !line.role().equals("system")).toList();
  }
}
