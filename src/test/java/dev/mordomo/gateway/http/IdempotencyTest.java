package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
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
import java.time.Duration;
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
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp one;
  private static RunningApp two;
  private static String token = "";

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording().always(Behaviour.cutAfter("Metade, "));
    one =
        new RunningApp(
                TestDatabase.create(),
                Map.of("model.offered", "openai/test"),
                Map.of("OPENAI_BASE_URL", model.openAiUrl()))
            .withManual();
    two = one.besides();
    token = ApiClient.signIn(one.url()).token();
  }

  @AfterAll
  static void close() {
    two.close();
    one.close();
    model.close();
    vertx.close().await();
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
    Set<String> served = served();
    assertEquals(served, described);
    assertTrue(served.containsAll(creating), () -> creating + " create");
  }

  private static Set<String> served() {
    return ContractTest.table().stream()
        .filter(Route::creates)
        .map(route -> route.path().replaceAll(":(\\w+)", "{$1}"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** One way of making something. */
  private record Made(String path, Map<String, Object> body) {}

  /** What is made, by the path that makes it. */
  private static Map<String, Made> made() throws Exception {
    Map<String, Made> all = new LinkedHashMap<>();
    for (var plain :
        Map.<String, Map<String, Object>>of(
                "/v1/conversations",
                Map.of("title", "Once"),
                "/v1/api-keys",
                Map.of("name", "once"),
                "/v1/collections",
                Map.of("name", "Once"),
                "/v1/users",
                Map.of(
                    "email", "once@example.org", "name", "Once", "password", RunningApp.PASSWORD),
                "/v1/tenants",
                Map.of("name", "Once", "plan", "starter"),
                "/v1/reminders",
                Map.of("title", "Once", "scheduled_at", "2199-01-01T10:00:00Z"),
                "/v1/exports",
                Map.of(),
                "/v1/me/consents",
                Map.of("purpose", "personal_data"),
                "/v1/jobs",
                Map.of("type", "retention"),
                "/v1/logs",
                Map.of("level", "INFO", "source", "kitchen", "message", "once"))
            .entrySet()) {
      all.put(plain.getKey(), new Made(plain.getKey(), plain.getValue()));
    }
    all.put(
        "/v1/chat/completions",
        new Made(
            "/v1/chat/completions",
            Map.of(
                "model",
                "mordomo",
                "messages",
                List.of(Map.of("role", "user", "content", "Once")))));
    String collection = idOf(post(one, "/v1/collections", "a collection", Map.of("name", "Shelf")));
    all.put(
        "/v1/collections/{id}/documents",
        new Made(
            "/v1/collections/" + collection + "/documents",
            Map.of("title", "Once", "source", "once.md", "content", "# Once\n\nUpon a time.")));
    all.put(
        "/v1/conversations/{id}/turns",
        new Made(turns(), Map.of("content", "Once", "client_message_id", "once")));
    for (String again : List.of("regenerate", "continue")) {
      all.put(
          "/v1/turns/{id}/" + again,
          new Made("/v1/turns/" + broken(again) + "/" + again, Map.of()));
    }
    return all;
  }

  private static String turns() throws Exception {
    String key = "a conversation " + Ids.next();
    return "/v1/conversations/"
        + idOf(post(one, "/v1/conversations", key, Map.of("collections", List.of())))
        + "/turns";
  }

  /** A turn whose answer broke off. */
  private static String broken(String words) throws Exception {
    Map<String, Object> said =
        Map.of("content", words, "client_message_id", words, "model", "openai/test");
    String turn =
        Json.read(post(one, turns(), "broken " + words, said).body()).get("turn_id").asText();
    ApiClient client = ApiClient.of(one.url(), token);
    Await.until(
        "it breaks off",
        () -> client.get("/v1/turns/" + turn).get("status").asText().equals("failed"),
        Duration.ofSeconds(20));
    return turn;
  }

  @Test
  void manyAtOnceOnTwoNodesMakeOneThing() throws Exception {
    Map<String, Made> all = made();
    assertEquals(served(), all.keySet(), "each way of making something is tried");
    for (Made made : all.values()) {
      String key = "once " + made.path();
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        for (RunningApp node : List.of(one, two)) {
          asked.add(send(node, made.path(), key, made.body()));
        }
      }
      Set<String> answers = new TreeSet<>();
      for (var answer : asked) {
        HttpResponse<String> response = answer.get(30, TimeUnit.SECONDS);
        assertTrue(response.statusCode() < 300, made.path() + " " + response.body());
        answers.add(response.statusCode() + " " + response.body());
      }
      assertEquals(1, answers.size(), answers::toString);

      Map<String, Object> other = new HashMap<>(made.body());
      other.put("metadata", Map.of("other", true));
      HttpResponse<String> mismatch = post(two, made.path(), key, other);
      assertEquals(422, mismatch.statusCode(), made.path());
      JsonNode said = Json.read(mismatch.body());
      assertEquals(
          "idempotency_mismatch",
          said.path("error").path("code").asText(said.path("code").asText()));
    }
  }

  /** A file that is sent again is the same one, whatever stands between its parts. */
  @Test
  void aFileThatIsSentAgainIsOneDocument() throws Exception {
    String collection = idOf(post(one, "/v1/collections", "files", Map.of("name", "Files")));
    String path = "/v1/collections/" + collection + "/documents";
    HttpResponse<String> first = upload(one, path, "a", "# A file\n\nOf its own words.");
    assertEquals(201, first.statusCode(), first::body);
    HttpResponse<String> again = upload(two, path, "b", "# A file\n\nOf its own words.");
    assertEquals(201, again.statusCode(), again::body);
    assertEquals(first.body(), again.body());
    assertEquals(422, upload(two, path, "a", "# Another file\n\nOf other words.").statusCode());
    JsonNode there = ApiClient.of(one.url(), token).get(path).get("data");
    assertEquals(1, there.size(), there::toString);
  }

  private static HttpResponse<String> upload(
      RunningApp node, String path, String boundary, String text) throws Exception {
    String body =
        """
        --%1$s
        Content-Disposition: form-data; name="file"; filename="once.md"
        Content-Type: text/markdown

        %2$s
        --%1$s--
        """
            .formatted(boundary, text);
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .header("Idempotency-Key", "a file")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** OpenAI's clients send no key: they count their attempts. */
  @Test
  void anotherAttemptAtAnotherNodeIsTheSameTurn() throws Exception {
    HttpResponse<String> first = attempt(one, 0);
    assertEquals(200, first.statusCode(), first::body);
    HttpResponse<String> second = attempt(two, 1);
    assertEquals(first.body(), second.body());
    assertEquals(turnOf(first), turnOf(second));
    // The same words said once more are no attempt.
    assertNotEquals(turnOf(first), turnOf(attempt(two, 0)));
  }

  private static HttpResponse<String> attempt(RunningApp node, int count) throws Exception {
    Map<String, Object> body =
        Map.of(
            "model",
            "mordomo",
            "messages",
            List.of(Map.of("role", "user", "content", "An attempt")));
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(node.url() + "/v1/chat/completions"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("x-stainless-retry-count", String.valueOf(count))
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private static String turnOf(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Turn-Id").orElseThrow();
  }

  @Test
  void aKeyLivesForADay() throws Exception {
    Map<String, Object> body = Map.of("title", "Again");
    Instant day = Instant.now().minus(Duration.ofHours(24));
    String first = idOf(post(one, "/v1/conversations", "a day", body));
    age("a day", day.plusSeconds(60));
    assertEquals(first, idOf(post(two, "/v1/conversations", "a day", body)));
    // Nobody has swept it, and yet it is not known any more.
    age("a day", day.minusSeconds(60));
    assertNotEquals(first, idOf(post(two, "/v1/conversations", "a day", body)));
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
