package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Values as a JSON schema admits them, and now and then one that it does not: of another type, at a
 * bound or past it, missing, or of the kind that breaks parsers. The same seed gives the same ones.
 */
final class NearlyValid {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEEPEST = 6;
  private static final int LONG = 70_000;

  private static final List<String> BAD_TEXTS =
      List.of(
          "",
          " ",
          "\0",
          "a\0b",
          "\ud800",
          "\udc00x",
          "\uffff",
          "\u202eevil",
          "👩‍👩‍👧",
          "' OR 1=1; --",
          "\"}]",
          "\\",
          "%s%n%00",
          "../../etc/passwd",
          "${jndi:ldap://127.0.0.1/x}",
          "{{7*7}}",
          "[[cpf:aaaa]]",
          "$.a[*] ? (@ like_regex \"((((\")",
          "null",
          "NaN",
          "-1",
          "1e400",
          "9999999999999999999999",
          "2026-13-45T99:99:99Z",
          "0000-01-01T00:00:00Z",
          "+999999999-12-31T23:59:59.999999999Z",
          "-999999999-01-01T00:00:00Z",
          "9999-12-31T23:59:59Z",
          "Infinity/Zone",
          "FREQ=SECONDLY;COUNT=999999999",
          "P999999999Y",
          "00000000-0000-0000-0000-000000000000",
          "http://169.254.169.254/",
          "application/json;;;",
          "İ",
          "ﷺ".repeat(300));

  private final Random random;
  private final Function<String, String> ids;
  private final double wrong;

  /**
   * @param ids an id for a member of that name
   * @param wrong how likely each value is not what the schema says: 0 to 1
   */
  NearlyValid(Random random, Function<String, String> ids, double wrong) {
    this.random = random;
    this.ids = ids;
    this.wrong = wrong;
  }

  JsonNode of(String name, JsonNode schema) {
    return of(name, schema, 0);
  }

  /** Text for a parameter. */
  String text(String name, JsonNode schema) {
    JsonNode value = of(name, schema);
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private JsonNode of(String name, JsonNode schema, int depth) {
    if (random.nextDouble() < wrong) {
      return hostile(schema);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("allOf")) {
      ObjectNode whole = NODES.objectNode();
      for (JsonNode part : schema.get("allOf")) {
        if (of(name, part, depth) instanceof ObjectNode object) {
          whole.setAll(object);
        }
      }
      return whole;
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice)) {
        JsonNode choices = schema.get(choice);
        return of(name, choices.get(random.nextInt(choices.size())), depth + 1);
      }
    }
    return typed(name, schema, depth);
  }

  private JsonNode typed(String name, JsonNode schema, int depth) {
    JsonNode type = schema.path("type");
    String said =
        type.isArray() ? type.get(random.nextInt(type.size())).asText() : type.asText("any");
    return switch (said) {
      case "object" -> object(schema, depth);
      case "array" -> array(name, schema, depth);
      case "integer" -> NODES.numberNode((long) number(schema, 1_000));
      case "number" -> NODES.numberNode(number(schema, 10));
      case "boolean" -> NODES.booleanNode(random.nextBoolean());
      case "null" -> NODES.nullNode();
      case "string" -> NODES.textNode(string(name, schema));
      default -> depth > 2 ? NODES.textNode("anything") : anything(depth);
    };
  }

  private double number(JsonNode schema, double otherwise) {
    double least = schema.path("minimum").asDouble(0);
    double most = schema.path("maximum").asDouble(least + otherwise);
    return switch (random.nextInt(4)) {
      case 0 -> least;
      case 1 -> most;
      default -> least + random.nextDouble() * (most - least);
    };
  }

  private ObjectNode object(JsonNode schema, int depth) {
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(member -> required.add(member.asText()));
    ObjectNode object = NODES.objectNode();
    if (depth < DEEPEST) {
      schema
          .path("properties")
          .properties()
          .forEach(member -> {
            boolean there =
                required.contains(member.getKey())
                    ? random.nextDouble() >= wrong / 3
                    : random.nextInt(3) > 0;
            if (there) {
              object.set(member.getKey(), of(member.getKey(), member.getValue(), depth + 1));
            }
          });
    }
    if (schema.path("additionalProperties").isObject() || random.nextDouble() < wrong / 2) {
      object.set(any(List.of("k", "tag", "é", "a.b", "__proto__", "")), anything(depth + 1));
    }
    return object;
  }

  private ArrayNode array(String name, JsonNode schema, int depth) {
    ArrayNode array = NODES.arrayNode();
    int least = schema.path("minItems").asInt(0);
    int size = depth >= DEEPEST ? least : least + random.nextInt(3);
    for (int i = 0; i < size; i++) {
      array.add(of(name, schema.path("items"), depth + 1));
    }
    return array;
  }

  private JsonNode anything(int depth) {
    return switch (random.nextInt(depth < DEEPEST ? 7 : 4)) {
      case 0 -> NODES.textNode("text " + random.nextInt(9));
      case 1 -> NODES.numberNode(random.nextInt(100));
      case 2 -> NODES.booleanNode(true);
      case 3 -> NODES.nullNode();
      case 4 -> NODES.arrayNode().add(anything(depth + 1));
      default -> NODES.objectNode().set("k" + random.nextInt(3), anything(depth + 1));
    };
  }

  private String string(String name, JsonNode schema) {
    String known =
        switch (schema.path("format").asText()) {
          case "uuid" -> ids.apply(name);
          case "date-time" ->
              Instant.now().plusSeconds(random.nextInt(200_000) - 50_000L).toString();
          case "date" -> "2026-0" + (1 + random.nextInt(9)) + "-1" + random.nextInt(9);
          case "email" -> "p" + random.nextInt(1_000_000) + "@example.org";
          case "uri" -> "http://192.0.2." + random.nextInt(255) + "/x";
          default -> known(name);
        };
    if (!known.isEmpty()) {
      return known;
    }
    int least = schema.path("minLength").asInt(0);
    int most = Math.min(schema.path("maxLength").asInt(200), LONG);
    StringBuilder text =
        new StringBuilder(any(List.of("bom dia", "treasure", "lembrete às cinco", "x y z")));
    while (text.length() < least) {
      text.append('x');
    }
    if (random.nextInt(20) == 0) {
      text.append("m".repeat(Math.max(0, most - text.length())));
    }
    return text.substring(0, Math.max(least, Math.min(text.length(), most)));
  }

  /** What no schema says. */
  private String known(String name) {
    return switch (name) {
      case "email" -> "p" + random.nextInt(1_000_000) + "@example.org";
      case "password" -> "another long battery " + random.nextInt(3);
      case "model" -> any(List.of("mordomo", "embedded/extractive", "no/such"));
      case "query", "q" -> "treasure below the bridge";
      case "timezone", "time_zone" -> any(List.of("Europe/Lisbon", "America/Sao_Paulo"));
      case "recurrence", "rrule" -> any(List.of("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO"));
      default -> "";
    };
  }

  private JsonNode hostile(JsonNode schema) {
    return switch (random.nextInt(12)) {
      case 0 -> NODES.nullNode();
      case 1 ->
          NODES.numberNode(any(List.of(-1L, 0L, (long) Integer.MAX_VALUE + 1, Long.MIN_VALUE)));
      case 2 -> NODES.numberNode(new BigDecimal(any(List.of("1e308", "-1e-300", "1e400", "0.1"))));
      case 3 -> NODES.numberNode(BigInteger.TEN.pow(80));
      case 4 -> NODES.booleanNode(true);
      case 5 -> NODES.arrayNode().add(NODES.arrayNode()).add(NODES.nullNode());
      case 6 -> NODES.objectNode().set("eq", NODES.objectNode().put("metadata.a'b\"c", "\0"));
      case 7 -> NODES.textNode("x".repeat(schema.path("maxLength").asInt(LONG) + 1));
      default -> NODES.textNode(any(BAD_TEXTS));
    };
  }

  /** One of the texts that break parsers. */
  String badText() {
    return any(BAD_TEXTS);
  }
}
