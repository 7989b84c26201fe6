package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OpenAI's clients send no key: they count their attempts at a request. A retry is the same turn,
 * whenever it comes and wherever; what is said twice is two.
 */
class RetriedCompletionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp one;
  private static RunningApp two;
  private static String token = "";

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.saying("Sim."));
    one =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat",
                "openai/test",
                "knowledge.manual",
                "false",
                "database.statement_timeout",
                "60s"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
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

  @AfterEach
  void answering() {
    model.always(Behaviour.saying("Sim."));
    model.forget();
  }

  @Test
  void whileTheFirstRunsItGoesOnWithIt() throws Exception {
    model.forget();
    model.always(Behaviour.silence());
    // Its head comes with the first word.
    var opening = CompletableFuture.supplyAsync(() -> streamed(one, 0, "Runs"));
    Asked asked = model.next().say("Era ");
    try (EventSource first = opening.get(30, TimeUnit.SECONDS)) {
      assertEquals("Era ", until(first, "Era "));
      try (EventSource retry = streamed(two, 1, "Runs")) {
        // What was said before it came is told again.
        assertEquals("Era ", until(retry, "Era "));
        asked.say("uma vez.").finish();
        assertEquals("uma vez.", until(first, "uma vez."));
        assertEquals("uma vez.", until(retry, "uma vez."));
      }
    }
    assertEquals(1, turns("Runs"));
  }

  private static EventSource streamed(RunningApp node, int count, String words) {
    return EventSource.post(
        node.url(),
        "/v1/chat/completions",
        token,
        Map.of("x-stainless-retry-count", String.valueOf(count)),
        Json.write(
            Map.of(
                "model",
                "mordomo",
                "stream",
                true,
                "messages",
                List.of(Map.of("role", "user", "content", words)))));
  }

  /** What is said until all of it has been. */
  private static String until(EventSource source, String all) {
    StringBuilder said = new StringBuilder();
    while (said.length() < all.length()) {
      said.append(source.event().data().at("/choices/0/delta/content").asText(""));
    }
    return said.toString();
  }

  @Test
  void afterItHasEndedItRepeatsIt() throws Exception {
    HttpResponse<String> first = answered(attempt(one, 0, "Ended"));
    for (RunningApp node : List.of(two, one)) {
      HttpResponse<String> retry = answered(attempt(node, 1, "Ended"));
      assertEquals(first.body(), retry.body());
      assertEquals(turnOf(first), turnOf(retry));
    }
    assertEquals(1, turns("Ended"));
  }

  @Test
  void beforeTheFirstHasBegunThereIsOneTurn() throws Exception {
    CompletableFuture<HttpResponse<String>> first;
    CompletableFuture<HttpResponse<String>> retry;
    try (Connection owner = one.database().owner();
        Statement lock = owner.createStatement()) {
      owner.setAutoCommit(false);
      lock.execute("LOCK TABLE turn IN SHARE MODE");
      first = attempt(one, 0, "Early");
      awaitStanding(1);
      retry = attempt(two, 1, "Early");
      awaitStanding(2);
      owner.commit();
    }
    assertEquals(turnOf(answered(first)), turnOf(answered(retry)));
    assertEquals(1, turns("Early"));
  }

  @Test
  void twoAtOnceAtTwoNodesAreOneTurnThoughNothingCameBefore() throws Exception {
    for (int round = 0; round < 5; round++) {
      String words = "At once " + round;
      Set<String> ids = new TreeSet<>();
      var retries = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      for (RunningApp node : List.of(one, two, one, two)) {
        retries.add(attempt(node, 1, words));
      }
      for (var retry : retries) {
        ids.add(turnOf(answered(retry)));
      }
      assertEquals(1, ids.size(), ids::toString);
      assertEquals(1, turns(words));
    }
  }

  /** The first never came, or was refused: the second attempt is the first one here. */
  @Test
  void withNothingBeforeItIsATurnAndItsRetryTheSame() throws Exception {
    String second = turnOf(answered(attempt(one, 1, "Alone")));
    assertEquals(second, turnOf(answered(attempt(two, 2, "Alone"))));
    assertEquals(1, turns("Alone"));
  }

  @Test
  void theSameWordsSaidTwiceAreTwoTurnsAndARetryIsTheLatter() throws Exception {
    String first = turnOf(answered(attempt(one, 0, "Twice")));
    String second = turnOf(answered(attempt(two, 0, "Twice")));
    assertNotEquals(first, second);
    assertEquals(second, turnOf(answered(attempt(one, 1, "Twice"))));
    assertEquals(2, turns("Twice"));
  }

  /** What the first one began is known before it begins, also when its node gets no further. */
  @Test
  void anUnansweredFirstIsAnsweredAnewAsTheSameWords() throws Exception {
    model.always(Behaviour.status(400, "{\"error\":{\"message\":\"no\"}}", Map.of()));
    HttpResponse<String> first = attempt(one, 0, "Failed").get(30, TimeUnit.SECONDS);
    assertTrue(first.statusCode() >= 400, first::body);
    model.always(Behaviour.saying("Sim."));
    assertEquals("Sim.", said(answered(attempt(two, 1, "Failed"))));
    assertEquals(1, questions("Failed"));
  }

  private static CompletableFuture<HttpResponse<String>> attempt(
      RunningApp node, int count, String words) {
    return HTTP.sendAsync(
        CountedAttempt.of(node.url(), token, count, words), BodyHandlers.ofString());
  }

  private static HttpResponse<String> answered(CompletableFuture<HttpResponse<String>> asked)
      throws Exception {
    HttpResponse<String> answer = asked.get(30, TimeUnit.SECONDS);
    assertEquals(200, answer.statusCode(), answer::body);
    return answer;
  }

  private static String said(HttpResponse<String> answer) {
    return Json.read(answer.body()).at("/choices/0/message/content").asText();
  }

  private static String turnOf(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Turn-Id").orElseThrow();
  }

  private static void awaitStanding(int many) {
    Await.until(
        many + " wait for the table",
        () ->
            count(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = ?::regclass AND"
                        + " database = (SELECT oid FROM pg_database WHERE datname ="
                        + " current_database())",
                    "turn")
                >= many,
        PATIENCE);
  }

  private static long turns(String words) {
    return count(
        "SELECT count(*) FROM turn t JOIN message m ON m.id = t.user_message_id WHERE m.content ="
            + " ?",
        words);
  }

  private static long questions(String words) {
    return count("SELECT count(*) FROM message WHERE role = 'user' AND content = ?", words);
  }

  private static long count(String sql, String parameter) {
    try (Connection owner = one.database().owner();
        PreparedStatement select = owner.prepareStatement(sql)) {
      select.setString(1, parameter);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
