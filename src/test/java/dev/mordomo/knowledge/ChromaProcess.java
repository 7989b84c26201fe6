package dev.mordomo.knowledge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.NpmServer;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real ChromaDB server, from npm, with data of its own. */
public final class ChromaProcess implements AutoCloseable {
  private static final String COLLECTIONS =
      "/api/v2/tenants/default_tenant/databases/default_database/collections";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final NpmServer server;
  private final String url;

  public ChromaProcess(Path folder) {
    server =
        new NpmServer(
            "chroma",
            port ->
                List.of(
                    "run",
                    "--path",
                    folder.toString(),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    String.valueOf(port)),
            folder);
    url = server.url();
  }

  public String url() {
    return url;
  }

  /** The id of a new collection. */
  public String create(String name) {
    return post("", Map.of("name", name)).get("id").asText();
  }

  public void add(String collection, Map<String, ?> entries) {
    post("/" + collection + "/add", entries);
  }

  /** Where a collection is asked for the nearest. */
  public URI query(String collection) {
    return URI.create(url + COLLECTIONS + "/" + collection + "/query");
  }

  /** The ids of the nearest, best first. */
  public List<String> nearest(String collection, float[] vector, int n) {
    JsonNode found =
        post(
            "/" + collection + "/query",
            Map.of("query_embeddings", List.of(vector), "n_results", n, "include", List.of()));
    List<String> ids = new ArrayList<>();
    found.path("ids").path(0).forEach(id -> ids.add(id.asText()));
    return ids;
  }

  public long pid() {
    return server.pid();
  }

  JsonNode all(String collection) {
    return post(
        "/" + collection + "/get",
        Map.of("include", List.of("embeddings", "documents", "metadatas")));
  }

  private JsonNode post(String path, Map<String, ?> body) {
    HttpResponse<String> response =
        send(HttpRequest.newBuilder(URI.create(url + COLLECTIONS + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body))))
            .orElseThrow(() -> new AssertionError("ChromaDB does not answer"));
    if (response.statusCode() >= 300) {
      throw new AssertionError(response + " " + response.body());
    }
    return Json.read(response.body());
  }

  private Optional<HttpResponse<String>> send(HttpRequest.Builder request) {
    try {
      return Optional.of(client.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
