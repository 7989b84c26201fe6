package dev.mordomo.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What OpenAI's and Ollama's servers send, as text. */
final class Wire {
  static final String DONE = "data: [DONE]\n\n";
  static final int PROMPT_TOKENS = 11;
  static final int COMPLETION_TOKENS = 7;

  private Wire() {}

  private static String chunk(String choice) {
    return "data:"
        + " {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":["
        + choice
        + "]}\n\n";
  }

  static String openAiPiece(String text) {
    return chunk(
        "{\"index\":0,\"delta\":{\"content\":" + Json.write(text) + "},\"finish_reason\":null}");
  }

  static String openAiFinish(String reason) {
    return chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}");
  }

  static String openAiEnd(String reason) {
    return openAiFinish(reason)
        + "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[],\"usage\":{\"prompt_tokens\":"
        + PROMPT_TOKENS
        + ",\"completion_tokens\":"
        + COMPLETION_TOKENS
        + ",\"total_tokens\":18}}\n\n"
        + DONE;
  }

  static String openAi(String... pieces) {
    StringBuilder body = new StringBuilder();
    body.append(
        chunk(
            "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                + "\"finish_reason\":null}"));
    for (String piece : pieces) {
      body.append(openAiPiece(piece));
    }
    return body.append(openAiEnd("stop")).toString();
  }

  static String openAiCall(String id, String tool, String arguments) {
    int half = arguments.length() / 2;
    return openAiCallBegins(id, tool)
        + arguments(arguments.substring(0, half))
        + arguments(arguments.substring(half))
        + openAiEnd("tool_calls");
  }

  static String openAiCallBegins(String id, String tool) {
    return chunk(
        "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{"
            + "\"index\":0,\"id\":\""
            + id
            + "\",\"type\":\"function\",\"function\":{\"name\":\""
            + tool
            + "\",\"arguments\":\"\"}}]},\"finish_reason\":null}");
  }

  private static String arguments(String piece) {
    return chunk(
        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"
            + Json.write(piece)
            + "}}]},\"finish_reason\":null}");
  }

  private static String ollamaLine(String message, String more) {
    return "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":"
        + message
        + more
        + "}\n";
  }

  static String ollamaPiece(String text) {
    return ollamaLine(
        "{\"role\":\"assistant\",\"content\":" + Json.write(text) + "}", ",\"done\":false");
  }

  static String ollamaEnd() {
    return ollamaLine(
        "{\"role\":\"assistant\",\"content\":\"\"}",
        ",\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":"
            + PROMPT_TOKENS
            + ",\"eval_count\":"
            + COMPLETION_TOKENS);
  }

  static String ollama(String... pieces) {
    StringBuilder body = new StringBuilder();
    for (String piece : pieces) {
      body.append(ollamaPiece(piece));
    }
    return body.append(ollamaEnd()).toString();
  }

  static String ollamaCall(String tool, String arguments) {
    return ollamaLine(
            "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\""
                + tool
                + "\",\"arguments\":"
                + arguments
                + "}}]}",
            ",\"done\":false")
        + ollamaEnd();
  }

  static String embeddings(FakeModelServer.Asked asked, int dimensions) {
    List<List<Integer>> vectors = new ArrayList<>();
    for (JsonNode text : asked.json().path("input")) {
      List<Integer> vector = new ArrayList<>(java.util.Collections.nCopies(dimensions, 0));
      vector.set(0, text.asText().length());
      vector.set(1, 1);
      vectors.add(vector);
    }
    if (asked.isOllama()) {
      return Json.write(Map.of("model", "m", "embeddings", vectors));
    }
    List<Map<String, Object>> data = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      data.add(Map.of("object", "embedding", "index", i, "embedding", vectors.get(i)));
    }
    return Json.write(
        Map.of(
            "object",
            "list",
            "model",
            "m",
            "data",
            data,
            "usage",
            Map.of("prompt_tokens", 1, "total_tokens", 1)));
  }
}
