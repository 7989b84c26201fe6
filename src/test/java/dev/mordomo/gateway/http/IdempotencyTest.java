package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.CreatingPosts.Made;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.net.http.HttpClient;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private static CreatingPosts posts;

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
    posts = new CreatingPosts(one, token);
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
    Set<String> served = CreatingPosts.served();
    assertEquals(served, described);
    assertTrue(served.containsAll(creating), () -> creating + " create");
  }

  @Test
  void manyAtOnceOnTwoNodesMakeOneThing() throws Exception {
    Map<String, Made> all = posts.all("once");
    assertEquals(CreatingPosts.served(), all.keySet(), "each way of making something is tried");
    for (Made made : all.values()) {
      String key = "once " + made.path();
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        for (RunningApp node : List.of(one, two)) {
          asked.add(posts.send(node, made.path(), key, made.body()));
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
      HttpResponse<String> mismatch = posts.post(two, made.path(), key, other);
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
    String collection =
        CreatingPosts.idOf(posts.post(one, "/v1/collections", "files", Map.of("name", "Files")));
    String path = "/v1/collections/" + collection + "/documents";
    HttpResponse<String> first =
        posts.upload(one, path, "a file", "a", "# A file\n\nOf its own words.");
    assertEquals(201, first.statusCode(), first::body);
    HttpResponse<String> again =
        posts.upload(two, path, "a file", "b", "# A file\n\nOf its own words.");
    assertEquals(201, again.statusCode(), again::body);
    assertEquals(first.body(), again.body());
    assertEquals(
        422,
        posts.upload(two, path, "a file", "a", "# Another file\n\nOf other words.").statusCode());
    JsonNode there = ApiClient.of(one.url(), token).get(path).get("data");
    assertEquals(1, there.size(), there::toString);
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
    return HTTP.send(
        CountedAttempt.of(node.url(), token, count, "An attempt"), BodyHandlers.ofString());
  }

  private static String turnOf(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Turn-Id").orElseThrow();
  }

  @Test
  void aKeyLivesForADay() throws Exception {
    Map<String, Object> body = Map.of("title", "Again");
    Instant day = Instant.now().minus(Duration.ofHours(24));
    String first = CreatingPosts.idOf(posts.post(one, "/v1/conversations", "a day", body));
    age("a day", day.plusSeconds(60));
    assertEquals(first, CreatingPosts.idOf(posts.post(two, "/v1/conversations", "a day", body)));
    // Nobody has swept it, and yet it is not known any more.
    age("a day", day.minusSeconds(60));
    assertNotEquals(first, CreatingPosts.idOf(posts.post(two, "/v1/conversations", "a day", body)));
  }

  @Test
  void keysThatAreTooOldAreDeleted() throws Exception {
    posts.post(one, "/v1/conversations", "young", Map.of());
    posts.post(one, "/v1/conversations", "old", Map.of());
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
}
