package dev.mordomo.knowledge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A ChromaDB server, read over its HTTP interface v2. Nothing is ever written to it.
 *
 * <p>Fails with {@code unavailable} when it cannot be reached or refuses.
 */
final class ChromaServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGE = 100;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String base;
  private final Optional<String> token;

  ChromaServer(URI server, String tenant, String database, Optional<String> token) {
    this.base =
        server.toString().replaceAll("/+$", "")
            + "/api/v2/tenants/"
            + quoted(tenant)
            + "/databases/"
            + quoted(database)
            + "/collections";
    this.token = token;
  }

  record Collection(String id, String name) {}

  /**
   * @param text empty where it has none
   * @param vector empty where it has none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Entry(String id, String text, float[] vector, Map<String, Object> metadata) {}

  List<Collection> collections() {
    List<Collection> all = new ArrayList<>();
    for (int from = 0; ; from += PAGE) {
      JsonNode page = get("?limit=" + PAGE + "&offset=" + from);
      page.forEach(c -> all.add(new Collection(c.path("id").asText(), c.path("name").asText())));
      if (page.size() < PAGE) {
        return all;
      }
    }
  }

  long count(Collection collection) {
    return get("/" + quoted(collection.id()) + "/count").asLong();
  }

  List<Entry> page(Collection collection, long offset, int limit) {
    JsonNode found =
        post(
            "/" + quoted(collection.id()) + "/get",
            Map.of(
                "limit",
                limit,
                "offset",
                offset,
                "include",
                List.of("embeddings", "documents", "metadatas")));
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < found.path("ids").size(); i++) {
      JsonNode metadata = found.path("metadatas").path(i);
      entries.add(
          new Entry(
              found.path("ids").path(i).asText(),
              found.path("documents").path(i).asText(""),
              vector(found.path("embeddings").path(i)),
              metadata.isObject() ? Json.map(metadata) : Map.of()));
    }
    return entries;
  }

  /** The ids of the nearest, best first. */
  List<String> nearest(Collection collection, float[] vector, int n) {
    JsonNode found =
        post(
            "/" + quoted(collection.id()) + "/query",
            Map.of("query_embeddings", List.of(vector), "n_results", n, "include", List.of()));
    List<String> ids = new ArrayList<>();
    found.path("ids").path(0).forEach(id -> ids.add(id.asText()));
    return ids;
  }

  private static float[] vector(JsonNode numbers) {
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = numbers.get(i).floatValue();
    }
    return vector;
  }

  private JsonNode get(String path) {
    return send(request(path).GET());
  }

  private JsonNode post(String path, Map<String, ?> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body))));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    token.ifPresent(t -> {
      request.header("Authorization", "Bearer " + t);
      request.header("X-Chroma-Token", t);
    });
    return request;
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        String said = response.body().substring(0, Math.min(300, response.body().length()));
        throw Failure.of(
            FailureCode.UNAVAILABLE,
            "the ChromaDB server answered " + response.statusCode() + ": " + said);
      }
      return Json.read(response.body());
    } catch (IOException e) {
      throw Failure.of(
          FailureCode.UNAVAILABLE, "the ChromaDB server cannot be reached at " + base, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "stopped", e);
    }
  }

  private static String quoted(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
