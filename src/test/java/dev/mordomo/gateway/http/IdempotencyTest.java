package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same request again, at once and on another node, makes one thing. */
class IdempotencyTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static RunningApp one;
  private static RunningApp two;
  private static String token = "";

  @BeforeAll
  static void open() {
    one = new RunningApp(Map.of()).withManual();
    two = one.besides();
    token = ApiClient.signIn(one.url()).token();
  }

  @AfterAll
  static void close() {
    two.close();
    one.close();
    HTTP.close();
  }

  /** Every POST that creates says so, and no other. */
  @Test
  void theDescriptionNamesTheKeyWhereItIsHonoured() {
    JsonNode paths = Description.read("openapi.yaml").root().get("paths");
    Set<String> described = new TreeSet<>();
    Set<String> creating = new TreeSet<>();
    paths
        .properties()
        .forEach(path -> {
          JsonNode post = path.getValue().path("post");
          boolean named =
              post.path("parameters").findValuesAsText("$ref").stream()
                  .anyMatch(ref -> ref.endsWith("/IdempotencyKey"));
          if (named) {
            described.add(path.getKey());
          }
          if (post.path("responses").has("201") || post.path("responses").has("202")) {
            creating.add(path.getKey());
          }
        });
    Set<String> served =
        ContractTest.table().stream()
            .filter(Route::creates)
            .map(route -> route.path().replaceAll(":(\\w+)", "{$1}"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(served, described);
    assertTrue(served.containsAll(creating), () -> creating + " create");
  }

  /** What is made, by the path that makes it. */
  private static Map<String, Map<String, Object>> bodies() throws Exception {
    String conversation = idOf(post(one, "/v1/conversations", "a conversation", Map.of()));
    String collection = idOf(post(one, "/v1/collections", "a collection", Map.of("name", "Shelf")));
    Map<String, Map<String, Object>> bodies = new LinkedHashMap<>();
    bodies.put("/v1/conversations", Map.of("title", "Once"));
    bodies.put("/v1/api-keys", Map.of("name", "once"));
    bodies.put("/v1/collections", Map.of("name", "Once"));
    bodies.put(
        "/v1/users",
        Map.of("email", "once@example.org", "name", "Once", "password", RunningApp.PASSWORD));
    bodies.put("/v1/tenants", Map.of("name", "Once", "plan", "starter"));
    bodies.put("/v1/reminders", Map.of("title", "Once", "scheduled_at", "2199-01-01T10:00:00Z"));
    bodies.put(
        "/v1/conversations/" + conversation + "/turns",
        Map.of("content", "Once", "client_message_id", "once"));
    bodies.put(
        "/v1/collections/" + collection + "/documents",
        Map.of("title", "Once", "source", "once.md", "content", "# Once\n\nUpon a time."));
    return bodies;
  }

  @Test
  void manyAtOnceOnTwoNodesMakeOneThing() throws Exception {
    for (var made : bodies().entrySet()) {
      String key = "once " + made.getKey();
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        for (RunningApp node : List.of(one, two)) {
          asked.add(send(node, made.getKey(), key, made.getValue()));
        }
      }
      Set<String> answers = new TreeSet<>();
      for (var answer : asked) {
        HttpResponse<String> response = answer.get(30, TimeUnit.SECONDS);
        assertTrue(response.statusCode() < 300, made.getKey() + " " + response.body());
        answers.add(response.statusCode() + " " + response.body());
      }
      assertEquals(1, answers.size(), answers::toString);

      Map<String, Object> other = new HashMap<>(made.getValue());
      other.put("metadata", Map.of("other", true));
      HttpResponse<String> mismatch = post(two, made.getKey(), key, other);
      assertEquals(422, mismatch.statusCode(), made.getKey());
      assertEquals("idempotency_mismatch", Json.read(mismatch.body()).get("code").asText());
    }
  }

  @Test
  void keysThatAreTooOldAreDeleted() throws Exception {
    post(one, "/v1/conversations", "young", Map.of());
    post(one, "/v1/conversations", "old", Map.of());
    Instant now = Instant.now();
    age("old", now.minus(Idempotency.KEPT).minusSeconds(60));
    String id =
        one.database()
            .vertx()
            .deployVerticle(
                new IdempotencyVerticle(one.database().database(), InstantSource.fixed(now)),
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    assertEquals(Set.of("young"), keys("young", "old"));
    one.database().vertx().undeploy(id).toCompletionStage().toCompletableFuture().get();
  }

  private static void age(String key, Instant at) throws SQLException {
    try (Connection owner = one.database().owner();
        PreparedStatement update =
            owner.prepareStatement("UPDATE idempotency_key SET created_at = ? WHERE key = ?")) {
      update.setObject(1, OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
      update.setString(2, key);
      assertEquals(1, update.executeUpdate());
    }
  }

  private static Set<String> keys(String... of) throws SQLException {
    Set<String> found = new TreeSet<>();
    try (Connection owner = one.database().owner();
        PreparedStatement select =
            owner.prepareStatement("SELECT key FROM idempotency_key WHERE key = ANY (?)")) {
      select.setArray(1, owner.createArrayOf("text", of));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  private static String idOf(HttpResponse<String> response) {
    assertEquals(201, response.statusCode(), response::body);
    return Json.read(response.body()).get("id").asText();
  }

  private static CompletableFuture<HttpResponse<String>> send(
      RunningApp node, String path, String key, Map<String, Object> body) {
    return HTTP.sendAsync(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(
      RunningApp node, String path, String key, Map<String, Object> body) throws Exception {
    return send(node, path, key, body).get(30, TimeUnit.SECONDS);
  }
}
