package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** A description of the interface from the class path, and JSON held against its schemas. */
public final class Description {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, Description> READ = new ConcurrentHashMap<>();

  private final JsonNode root;
  private final Map<String, Validator> validators = new HashMap<>();

  private Description(JsonNode root) {
    this.root = root;
  }

  public static Description read(String name) {
    return READ.computeIfAbsent(name, Description::load);
  }

  private static Description load(String name) {
    try (InputStream in = Description.class.getResourceAsStream("/docs/" + name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new Description(YAML.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonNode root() {
    return root;
  }

  /** The schema, without references, of what a method of the socket is given. */
  public JsonNode rpcData(String method) {
    return flat(
        root.path("components")
            .path("messages")
            .path(method)
            .at("/payload/properties/rpc/properties/data"));
  }

  /** {@code GET /v1/turns/{id}}, each with whether anyone may call it. */
  Map<String, Boolean> operations() {
    Map<String, Boolean> found = new HashMap<>();
    root.get("paths")
        .properties()
        .forEach(path ->
            path.getValue().properties().stream()
                .filter(operation -> METHODS.contains(operation.getKey()))
                .forEach(operation ->
                    found.put(
                        operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                        open(operation.getValue()))));
    return found;
  }

  private static boolean open(JsonNode operation) {
    JsonNode security = operation.path("security");
    if (security.isMissingNode()) {
      return false;
    }
    if (security.isEmpty()) {
      return true;
    }
    for (JsonNode choice : security) {
      if (choice.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Every {@code $ref} that leads nowhere. */
  Set<String> lostReferences() {
    Set<String> lost = new TreeSet<>();
    for (JsonNode reference : root.findValues("$ref")) {
      if (target(reference.asText()).isMissingNode()) {
        lost.add(reference.asText());
      }
    }
    return lost;
  }

  /** What is wrong with an answer; empty when it is as described. */
  List<String> complaints(String method, String path, int status, String type, JsonNode body) {
    JsonNode operation = root.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    JsonNode response = operation.path("responses").path(String.valueOf(status));
    if (response.isMissingNode()) {
      return List.of(method + " " + path + " does not speak of " + status);
    }
    JsonNode schema = resolve(response).path("content").path(type).path("schema");
    if (schema.isMissingNode()) {
      return List.of(method + " " + path + " " + status + " does not speak of " + type);
    }
    return complaints(schema, body);
  }

  /** What is wrong with a value of the schema at that pointer. */
  List<String> complaintsAt(String pointer, JsonNode value) {
    JsonNode schema = root.at(pointer);
    return schema.isMissingNode() ? List.of("no schema at " + pointer) : complaints(schema, value);
  }

  private List<String> complaints(JsonNode schema, JsonNode value) {
    JsonNode whole = flat(schema);
    Validator validator =
        validators.computeIfAbsent(
            whole.toString(),
            text ->
                Validator.create(
                    JsonSchema.of(new JsonObject(text)),
                    new JsonSchemaOptions()
                        .setBaseUri("app://mordomo/")
                        .setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic)));
    Object plain = plain(value);
    OutputUnit result = validator.validate(plain);
    List<String> wrong = new ArrayList<>();
    if (!Boolean.TRUE.equals(result.getValid())) {
      Optional.ofNullable(result.getErrors())
          .orElse(List.of())
          .forEach(e -> wrong.add(e.getInstanceLocation() + " " + e.getError()));
      wrong.add("in " + value);
    }
    return wrong;
  }

  private static Object plain(JsonNode value) {
    return value.isArray() ? new JsonArray(value.toString()) : new JsonObject(value.toString());
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? target(node.get("$ref").asText()) : node;
  }

  /** In this file, or in one beside it. */
  private JsonNode target(String reference) {
    int hash = reference.indexOf('#');
    return of(reference).root.at(reference.substring(hash + 1));
  }

  private Description of(String reference) {
    return reference.startsWith("./") ? read(reference.substring(2, reference.indexOf('#'))) : this;
  }

  /** The schema with every reference replaced by what it names; where one leads back, {}. */
  public JsonNode flat(JsonNode node) {
    return flat(node, Set.of());
  }

  private JsonNode flat(JsonNode node, Set<String> within) {
    if (node.has("$ref")) {
      String reference = node.get("$ref").asText();
      if (within.contains(reference)) {
        return JSON.createObjectNode();
      }
      Set<String> deeper = new TreeSet<>(within);
      deeper.add(reference);
      return of(reference).flat(resolve(node), deeper);
    }
    if (node.isObject()) {
      var object = JSON.createObjectNode();
      node.properties()
          .forEach(member -> object.set(member.getKey(), flat(member.getValue(), within)));
      return object;
    }
    if (node.isArray()) {
      var array = JSON.createArrayNode();
      node.forEach(element -> array.add(flat(element, within)));
      return array;
    }
    return node;
  }
}
