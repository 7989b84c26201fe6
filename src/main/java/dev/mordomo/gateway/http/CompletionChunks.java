package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An answer as OpenAI words it: whole, or in chunks. */
final class CompletionChunks {
  static final String DONE = "data: [DONE]\n\n";

  private final String id;
  private final long created;
  private final String model;
  private final boolean usage;

  CompletionChunks(UUID turn, Instant at, String model, boolean usage) {
    this.id = "chatcmpl-" + turn.toString().replace("-", "");
    this.created = at.getEpochSecond();
    this.model = model;
    this.usage = usage;
  }

  /**
   * An answer that is there whole.
   *
   * @param calls of the client's tools, as the message's metadata has them
   */
  record Whole(String content, JsonNode calls, String finish, int prompt, int completion) {
    /** Of a message as it is published and read. */
    static Whole of(JsonNode message) {
      JsonNode calls = message.at("/metadata/tool_calls");
      return new Whole(
          message.path("content").asText(),
          calls,
          message.at("/metadata/finish_reason").asText("stop"),
          message.at("/tokens/prompt").asInt(),
          message.at("/tokens/completion").asInt());
    }
  }

  String begin() {
    return chunk(choice(delta("role", "assistant", "content", ""), null));
  }

  String text(String piece) {
    return chunk(choice(delta("content", piece), null));
  }

  /** The calls of the client's tools: the first delta names one, the next has its arguments. */
  String calls(JsonNode calls) {
    StringBuilder chunks = new StringBuilder();
    for (int i = 0; i < calls.size(); i++) {
      JsonNode call = calls.get(i);
      Map<String, Object> first = new LinkedHashMap<>();
      first.put("index", i);
      first.put("id", call.path("id").asText());
      first.put("type", "function");
      first.put("function", Map.of("name", call.path("name").asText(), "arguments", ""));
      Map<String, Object> rest = new LinkedHashMap<>();
      rest.put("index", i);
      rest.put("function", Map.of("arguments", Json.write(call.path("arguments"))));
      chunks.append(chunk(choice(Map.of("tool_calls", List.of(first)), null)));
      chunks.append(chunk(choice(Map.of("tool_calls", List.of(rest)), null)));
    }
    return chunks.toString();
  }

  String end(Whole whole) {
    StringBuilder end = new StringBuilder(chunk(choice(Map.of(), whole.finish())));
    if (usage) {
      Map<String, Object> last = head("chat.completion.chunk");
      last.put("choices", List.of());
      last.put("usage", usage(whole));
      end.append("data: ").append(Json.write(last)).append("\n\n");
    }
    return end.append(DONE).toString();
  }

  /** The answer to a client that wants no chunks. */
  String whole(Whole whole) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put(
        "content", whole.content().isEmpty() && !whole.calls().isEmpty() ? null : whole.content());
    message.put("refusal", null);
    if (!whole.calls().isEmpty()) {
      List<Map<String, Object>> calls = new ArrayList<>();
      for (JsonNode call : whole.calls()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("id", call.path("id").asText());
        one.put("type", "function");
        one.put(
            "function",
            Map.of(
                "name",
                call.path("name").asText(),
                "arguments",
                Json.write(call.path("arguments"))));
        calls.add(one);
      }
      message.put("tool_calls", calls);
    }
    Map<String, Object> choice = new LinkedHashMap<>();
    choice.put("index", 0);
    choice.put("message", message);
    choice.put("logprobs", null);
    choice.put("finish_reason", whole.finish());
    Map<String, Object> body = head("chat.completion");
    body.put("choices", List.of(choice));
    body.put("usage", usage(whole));
    return Json.write(body);
  }

  private static Map<String, Object> usage(Whole whole) {
    Map<String, Object> tokens = new LinkedHashMap<>();
    tokens.put("prompt_tokens", whole.prompt());
    tokens.put("completion_tokens", whole.completion());
    tokens.put("total_tokens", whole.prompt() + whole.completion());
    return tokens;
  }

  private String chunk(Map<String, Object> choice) {
    Map<String, Object> body = head("chat.completion.chunk");
    body.put("choices", List.of(choice));
    if (usage) {
      body.put("usage", null);
    }
    return "data: " + Json.write(body) + "\n\n";
  }

  private Map<String, Object> head(String object) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", id);
    body.put("object", object);
    body.put("created", created);
    body.put("model", model);
    return body;
  }

  private static Map<String, Object> choice(Map<String, ?> delta, @Nullable String finish) {
    Map<String, Object> choice = new LinkedHashMap<>();
    choice.put("index", 0);
    choice.put("delta", delta);
    choice.put("logprobs", null);
    choice.put("finish_reason", finish);
    return choice;
  }

  private static Map<String, String> delta(String... pairs) {
    Map<String, String> delta = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      delta.put(pairs[i], pairs[i + 1]);
    }
    return delta;
  }
}
