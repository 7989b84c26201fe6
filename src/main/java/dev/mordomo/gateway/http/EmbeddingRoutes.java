package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.chat.EmbeddingCalls;
import dev.mordomo.chat.EmbeddingCalls.Embedded;
import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Embeddings as OpenAI's clients know them. */
final class EmbeddingRoutes {
  private static final int LONGEST_NAME = 200;
  private static final int MOST = 64 * 1024 * 1024;
  private static final int MOST_TEXTS = 2_048;
  private static final int LONGEST_TEXT = 100_000;

  private final EmbeddingCalls embeddings;

  EmbeddingRoutes(EmbeddingCalls embeddings) {
    this.embeddings = embeddings;
  }

  Answer embed(Exchange exchange) {
    Fields fields = exchange.fields();
    String model = fields.text("model", 1, LONGEST_NAME);
    boolean packed =
        fields
            .choice("encoding_format", List.of("float", "base64"))
            .filter("base64"::equals)
            .isPresent();
    List<String> texts = texts(fields);
    int dimensions = embeddings.dimensions();
    fields.integer("dimensions", dimensions, dimensions);
    fields.verify();
    if (!model.equals(ChatModels.ASSISTANT) && !model.equals(embeddings.name())) {
      throw OpenAiError.noSuchModel(
          Failure.invalid(
              "model", "no embedding model is named \"" + model + "\": " + embeddings.name()));
    }
    return Answer.ok(body(model, embeddings.embed(exchange.scope(), texts), packed));
  }

  private static List<String> texts(Fields fields) {
    List<String> texts = new ArrayList<>();
    JsonNode input = fields.any("input", MOST).orElse(null);
    if (input != null && isTokens(input)) {
      fields.refuse(
          "input", "token ids are those of another model's tokenizer: send the text itself");
      return texts;
    }
    if (input != null && input.isTextual()) {
      add(fields, texts, "input", input);
    } else if (input != null && input.isArray() && !input.isEmpty() && input.size() <= MOST_TEXTS) {
      for (int i = 0; i < input.size(); i++) {
        add(fields, texts, "input[" + i + "]", input.get(i));
      }
    } else {
      fields.refuse("input", "expected a string, or an array of 1 to " + MOST_TEXTS + " strings");
    }
    return texts;
  }

  /** Ids of tokens, or lists of them, as some clients send them unless they are told not to. */
  private static boolean isTokens(JsonNode input) {
    JsonNode first = input.path(0);
    return first.isNumber() || first.path(0).isNumber();
  }

  private static void add(Fields fields, List<String> texts, String at, JsonNode text) {
    if (!text.isTextual()
        || text.textValue().isBlank()
        || text.textValue().length() > LONGEST_TEXT) {
      fields.refuse(at, "expected a string of 1 to " + LONGEST_TEXT + " characters");
    } else {
      texts.add(text.textValue());
    }
  }

  private static Map<String, Object> body(String model, Embedded embedded, boolean packed) {
    List<Map<String, Object>> data = new ArrayList<>();
    for (float[] vector : embedded.vectors()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("object", "embedding");
      one.put("index", data.size());
      one.put("embedding", packed ? pack(vector) : vector);
      data.add(one);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("object", "list");
    body.put("data", data);
    body.put("model", model);
    body.put(
        "usage", Map.of("prompt_tokens", embedded.tokens(), "total_tokens", embedded.tokens()));
    return body;
  }

  /** Little-endian float32, in base64. */
  private static String pack(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : vector) {
      bytes.putFloat(value);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
