package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.kernel.Failure;
import dev.mordomo.ops.setting.ConfigService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Settings that change while the server runs. */
final class ConfigRoutes {
  private final ConfigService config;

  ConfigRoutes(Oversight oversight) {
    this.config = oversight.config();
  }

  Answer list(Exchange exchange) {
    return Answer.page(config.list(exchange.scope()), Optional.empty());
  }

  Answer get(Exchange exchange) {
    return Answer.ok(config.get(exchange.scope(), exchange.path("id")));
  }

  /** {@code {KEY: VALUE, …}}; null is what is below it. */
  Answer change(Exchange exchange) {
    Map<String, Optional<JsonNode>> wanted = new LinkedHashMap<>();
    object(exchange)
        .properties()
        .forEach(member -> wanted.put(member.getKey(), present(member.getValue())));
    config.change(exchange.scope(), wanted);
    return list(exchange);
  }

  /** {@code {value}} of one key. */
  Answer put(Exchange exchange) {
    JsonNode value = object(exchange).get("value");
    if (value == null) {
      throw Failure.invalid("value", "required; null for what is below it");
    }
    String key = config.get(exchange.scope(), exchange.path("id")).key();
    config.change(exchange.scope(), Map.of(key, present(value)));
    return get(exchange);
  }

  private static JsonNode object(Exchange exchange) {
    if (exchange.body() instanceof RequestBody.Json json && json.node().isObject()) {
      return json.node();
    }
    throw Failure.invalid("body", "expected a JSON object");
  }

  private static Optional<JsonNode> present(JsonNode node) {
    return node.isNull() ? Optional.empty() : Optional.of(node);
  }
}
