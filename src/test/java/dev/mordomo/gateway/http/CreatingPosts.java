package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A request for each POST that makes something. */
final class CreatingPosts {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final RunningApp node;
  private final String token;

  CreatingPosts(RunningApp node, String token) {
    this.node = node;
    this.token = token;
  }

  /** The paths of the routes that make something, as the description writes them. */
  static Set<String> served() {
    return ContractTest.table().stream()
        .filter(Route::creates)
        .map(route -> route.path().replaceAll(":(\\w+)", "{$1}"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** One way of making something. */
  record Made(String path, Map<String, Object> body) {}

  /**
   * What is made, by the path that makes it. Meanwhile the model {@code openai/test} has to break
   * its answers off: some are made again.
   *
   * @param name of what is made; another one each time
   */
  Map<String, Made> all(String name) throws Exception {
    Map<String, Made> all = new LinkedHashMap<>();
    for (var plain :
        Map.<String, Map<String, Object>>of(
                "/v1/conversations",
                Map.of("title", name),
                "/v1/api-keys",
                Map.of("name", name),
                "/v1/collections",
                Map.of("name", name),
                "/v1/users",
                Map.of(
                    "email", name + "@example.org", "name", name, "password", RunningApp.PASSWORD),
                "/v1/tenants",
                Map.of("name", name, "plan", "starter"),
                "/v1/reminders",
                Map.of("title", name, "scheduled_at", "2199-01-01T10:00:00Z"),
                "/v1/exports",
                Map.of(),
                "/v1/me/consents",
                Map.of("purpose", "personal_data"),
                "/v1/jobs",
                Map.of("type", "retention"),
                "/v1/logs",
                Map.of("level", "INFO", "source", "kitchen", "message", name))
            .entrySet()) {
      all.put(plain.getKey(), new Made(plain.getKey(), plain.getValue()));
    }
    all.put(
        "/v1/chat/completions",
        new Made(
            "/v1/chat/completions",
            Map.of(
                "model", "mordomo", "messages", List.of(Map.of("role", "user", "content", name)))));
    String collection =
        idOf(
            post(
                node,
                "/v1/collections",
                "a collection " + name,
                Map.of("name", "Shelf of " + name)));
    all.put(
        "/v1/collections/{id}/documents",
        new Made(
            "/v1/collections/" + collection + "/documents",
            Map.of(
                "title",
                name,
                "source",
                name + ".md",
                "content",
                "# " + name + "\n\nUpon a time.")));
    all.put(
        "/v1/conversations/{id}/turns",
        new Made(turns(), Map.of("content", name, "client_message_id", name)));
    for (String again : List.of("regenerate", "continue")) {
      all.put(
          "/v1/turns/{id}/" + again,
          new Made("/v1/turns/" + broken(name + " " + again) + "/" + again, Map.of()));
    }
    return all;
  }

  String turns() throws Exception {
    String key = "a conversation " + Ids.next();
    return "/v1/conversations/"
        + idOf(post(node, "/v1/conversations", key, Map.of("collections", List.of())))
        + "/turns";
  }

  /** A turn whose answer broke off. */
  String broken(String words) throws Exception {
    Map<String, Object> said =
        Map.of("content", words, "client_message_id", words, "model", "openai/test");
    String turn =
        Json.read(post(node, turns(), "broken " + words, said).body()).get("turn_id").asText();
    ApiClient client = ApiClient.of(node.url(), token);
    Await.until(
        "it breaks off",
        () -> client.get("/v1/turns/" + turn).get("status").asText().equals("failed"),
        Duration.ofSeconds(20));
    return turn;
  }

  HttpResponse<String> upload(RunningApp to, String path, String key, String boundary, String text)
      throws Exception {
    String body =
        """
        --%1$s
        Content-Disposition: form-data; name="file"; filename="%3$s.md"
        Content-Type: text/markdown

        %2$s
        --%1$s--
        """
            .formatted(boundary, text, key);
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(to.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  static String idOf(HttpResponse<String> response) {
    assertEquals(201, response.statusCode(), response::body);
    return Json.read(response.body()).get("id").asText();
  }

  CompletableFuture<HttpResponse<String>> send(
      RunningApp to, String path, String key, Map<String, Object> body) {
    return HTTP.sendAsync(
        HttpRequest.newBuilder(URI.create(to.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  HttpResponse<String> post(RunningApp to, String path, String key, Map<String, Object> body)
      throws Exception {
    return send(to, path, key, body).get(30, TimeUnit.SECONDS);
  }
}
