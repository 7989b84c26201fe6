package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Makes a value that a JSON schema admits: what is required, and every id that may be named. */
final class Sample {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** What no schema says: that a model must be one that there is, and the like. */
  private static final Map<String, String> MEANT =
      Map.ofEntries(
          Map.entry("model", "\"mordomo\""),
          Map.entry("messages", "[{\"role\":\"user\",\"content\":\"good morning\"}]"),
          Map.entry("query", "\"good morning\""),
          Map.entry("input", "\"good morning\""),
          Map.entry("password", "\"another long battery\""),
          Map.entry("scope", "\"user\""));

  private final Function<String, Optional<String>> ids;

  /**
   * @param ids which id is put into a member of that name; empty: it is left out
   */
  Sample(Function<String, Optional<String>> ids) {
    this.ids = ids;
  }

  JsonNode of(JsonNode schema) {
    return value("", schema).orElseGet(NODES::objectNode);
  }

  /** Text for a query parameter or a header. */
  Optional<String> text(String name, JsonNode schema) {
    return value(name, schema).map(JsonNode::asText);
  }

  private Optional<JsonNode> value(String name, JsonNode schema) {
    String meant = MEANT.get(name);
    if (meant != null) {
      return Optional.of(read(meant));
    }
    if (schema.has("const")) {
      return Optional.of(schema.get("const"));
    }
    if (schema.has("enum")) {
      return Optional.of(schema.get("enum").get(0));
    }
    if (schema.has("allOf")) {
      ObjectNode whole = NODES.objectNode();
      schema.get("allOf").forEach(part -> whole.setAll((ObjectNode) of(part)));
      return Optional.of(whole);
    }
    for (String choice : new String[] {"oneOf", "anyOf"}) {
      if (schema.has(choice)) {
        return value(name, schema.get(choice).get(0));
      }
    }
    return switch (type(schema)) {
      case "object" -> Optional.of(object(schema));
      case "array" -> array(name, schema);
      case "integer" -> Optional.of(NODES.numberNode(schema.path("minimum").asLong(1)));
      case "number" -> Optional.of(NODES.numberNode(schema.path("minimum").asDouble(0.5)));
      case "boolean" -> Optional.of(NODES.booleanNode(false));
      default -> string(name, schema).map(NODES::textNode);
    };
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? type.get(0).asText() : type.asText("string");
  }

  private ObjectNode object(JsonNode schema) {
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    ObjectNode object = NODES.objectNode();
    schema
        .path("properties")
        .properties()
        .forEach(member -> {
          if (required.contains(member.getKey())
              || member.getKey().equals("query")
              || namesIds(member.getValue())) {
            value(member.getKey(), member.getValue())
                .ifPresent(value -> object.set(member.getKey(), value));
          }
        });
    return object;
  }

  /** Whether an id stands in it, at any depth. */
  static boolean namesIds(JsonNode schema) {
    if (schema.isMissingNode()) {
      return false;
    }
    return schema.path("format").asText().equals("uuid")
        || namesIds(schema.path("items"))
        || schema.path("properties").properties().stream().anyMatch(m -> namesIds(m.getValue()));
  }

  private Optional<JsonNode> array(String name, JsonNode schema) {
    ArrayNode array = NODES.arrayNode();
    if (schema.path("minItems").asInt(0) > 0 || namesIds(schema)) {
      Optional<JsonNode> item = value(name, schema.path("items"));
      if (item.isEmpty()) {
        return Optional.empty();
      }
      array.add(item.get());
    }
    return Optional.of(array);
  }

  private Optional<String> string(String name, JsonNode schema) {
    return switch (schema.path("format").asText()) {
      case "uuid" -> ids.apply(name);
      case "date-time" ->
          Optional.of(Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS))
              .map(Instant::toString);
      default -> {
        if (name.equals("email")) {
          yield Optional.of("sample" + NUMBER.incrementAndGet() + "@example.org");
        }
        String unique = "sample " + NUMBER.incrementAndGet();
        int least = schema.path("minLength").asInt(0);
        yield Optional.of(unique.length() < least ? unique + "x".repeat(least) : unique);
      }
    };
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
