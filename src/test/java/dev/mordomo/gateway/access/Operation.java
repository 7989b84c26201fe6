package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.http.Description;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * One operation of the OpenAPI description.
 *
 * @param parameters of its path, query and headers, whole
 * @param body the schema of its JSON body
 */
record Operation(String method, String path, List<JsonNode> parameters, Optional<JsonNode> body) {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** {@code GET /v1/turns/{id}}. */
  String name() {
    return method + " " + path;
  }

  /** The word before the id in its path: whose id it is. */
  Optional<String> kind() {
    String[] parts = path.split("/");
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].equals("{id}")) {
        return Optional.of(parts[i - 1]);
      }
    }
    return Optional.empty();
  }

  /** Every one, in the order of the description. */
  static List<Operation> all() {
    Description description = Description.read("openapi.yaml");
    List<Operation> all = new ArrayList<>();
    description
        .root()
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue().properties().stream()
                .filter(member -> METHODS.contains(member.getKey()))
                .forEach(member ->
                    all.add(
                        new Operation(
                            member.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            parameters(description, path.getValue(), member.getValue()),
                            body(description, member.getValue())))));
    return all;
  }

  private static List<JsonNode> parameters(
      Description description, JsonNode path, JsonNode operation) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode owner : List.of(path, operation)) {
      StreamSupport.stream(owner.path("parameters").spliterator(), false)
          .map(description::flat)
          .forEach(all::add);
    }
    return all;
  }

  private static Optional<JsonNode> body(Description description, JsonNode operation) {
    JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
    return schema.isMissingNode() ? Optional.empty() : Optional.of(description.flat(schema));
  }
}
