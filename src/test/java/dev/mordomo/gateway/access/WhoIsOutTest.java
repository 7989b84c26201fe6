package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who was switched off is out on every node: the second node here shares the database and no bus,
 * so that whatever is said there is lost. Pings are an hour apart: it is not they that tell.
 */
class WhoIsOutTest {
  /**
   * Nobody would be out without the table of changes, and the pings are an hour apart. That it is
   * read often enough for the five seconds that are promised is AccessWatchTest's; a busy machine
   * takes longer.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static House house;
  private static RunningApp second;
  private static int number;

  @BeforeAll
  static void open() {
    house =
        new House(
            Map.of(
                "limits.ping_seconds", "3600",
                // An answer that lasts until its reader is out.
                "model.word_pause", "10m",
                "chat.drain", "1s"));
    second = house.app.besides();
  }

  @AfterAll
  static void close() {
    second.close();
    house.close();
  }

  private static Caller someone() {
    return house.person("person" + ++number, house.tenant, "member");
  }

  /** At the node that does not hear the first one. */
  private static WireClient socket(String token) {
    return WireClient.connected(URI.create(second.url()).getPort(), token).pongs();
  }

  private static int status(String token) {
    return Caller.send(
            HttpRequest.newBuilder(URI.create(second.url() + "/v1/me"))
                .header("Authorization", "Bearer " + token)
                .build())
        .status();
  }

  private static void awaitRefused(String token) {
    Await.until("it is refused", () -> status(token) == 401, PATIENCE);
  }

  private static void assertOut(WireClient socket) {
    Await.until("it is closed", socket::isOver, PATIENCE);
    assertEquals(3500, socket.closeCode());
  }

  private static ApiClient root() {
    return house.superuser.api();
  }

  @Test
  void aDeactivatedUser() {
    Caller person = someone();
    String key = key(person);
    try (WireClient browser = socket(person.token());
        WireClient lamp = socket(key)) {
      assertEquals(200, status(person.token()));
      root().patch("/v1/users/" + person.userId(), Map.of("is_active", false));
      assertOut(browser);
      assertOut(lamp);
      awaitRefused(person.token());
      awaitRefused(key);
    }
  }

  @Test
  void aUserWhomSomebodySwitchesOffInTheDatabase() throws SQLException {
    Caller person = someone();
    try (WireClient browser = socket(person.token());
        Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "UPDATE app_user SET is_active = false WHERE id = '" + person.userId() + "'");
      assertOut(browser);
    }
  }

  private static String key(Caller person) {
    return person.api().post("/v1/api-keys", Map.of("name", "lamp")).get("key").asText();
  }

  @Test
  void aSuspendedTenantAndNoOther() {
    String tenant = root().post("/v1/tenants", Map.of("name", "Debtor")).get("id").asText();
    Caller person = house.person("debtor", tenant, "admin");
    String key = key(person);
    Caller neighbour = someone();
    String turn = longTurn(person);
    try (WireClient theirs = socket(person.token());
        WireClient lamp = socket(key);
        Reader browser = new Reader(stream(person.token(), "/v1/turns/" + turn + "/events"));
        Reader script = new Reader(stream(key, "/v1/turns/" + turn + "/events"));
        WireClient others = socket(neighbour.token())) {
      browser.awaitBegun();
      script.awaitBegun();
      root().patch("/v1/tenants/" + tenant, Map.of("status", "suspended"));
      assertOut(theirs);
      assertOut(lamp);
      browser.awaitCut();
      script.awaitCut();
      awaitRefused(person.token());
      awaitRefused(key);
      others.send("{\"id\":5,\"ping\":{}}");
      assertEquals(5, others.next().get("id").asInt());
    }
  }

  @Test
  void oneSessionThatItsUserEndsAndNoOther() {
    Caller person = someone();
    Caller phone = person.again();
    String id = "";
    for (JsonNode session : person.api().get("/v1/me/sessions").get("data")) {
      id = session.get("is_current").asBoolean() ? id : session.get("id").asText();
    }
    try (WireClient lost = socket(phone.token());
        WireClient kept = socket(person.token())) {
      Operation end =
          Operation.all().stream()
              .filter(o -> o.name().equals("DELETE /v1/me/sessions/{id}"))
              .findFirst()
              .orElseThrow();
      assertEquals(204, person.call(end, id, n -> java.util.Optional.empty(), Map.of()).status());
      assertEquals(404, person.call(end, id, n -> java.util.Optional.empty(), Map.of()).status());
      assertOut(lost);
      awaitRefused(phone.token());
      assertEquals(200, status(person.token()));
      kept.send("{\"id\":5,\"ping\":{}}");
      assertEquals(5, kept.next().get("id").asInt());
      assertEquals(1, person.api().get("/v1/me/sessions").get("data").size());
    }
  }

  @Test
  void whoSignsOutEverywhere() {
    Caller person = someone();
    Caller phone = person.again();
    try (WireClient one = socket(phone.token());
        WireClient two = socket(person.token())) {
      Caller.send(
          HttpRequest.newBuilder(URI.create(house.app.url() + "/v1/auth/logout"))
              .header("Authorization", "Bearer " + person.token())
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"everywhere\":true}"))
              .build());
      assertOut(one);
      assertOut(two);
      awaitRefused(phone.token());
    }
  }

  @Test
  void aRevokedKey() {
    Caller person = someone();
    JsonNode key = person.api().post("/v1/api-keys", Map.of("name", "lamp"));
    String turn = longTurn(person);
    try (WireClient lamp = socket(key.get("key").asText());
        Reader script =
            new Reader(stream(key.get("key").asText(), "/v1/turns/" + turn + "/events"));
        WireClient browser = socket(person.token())) {
      script.awaitBegun();
      Operation revoke =
          Operation.all().stream()
              .filter(o -> o.name().equals("DELETE /v1/api-keys/{id}"))
              .findFirst()
              .orElseThrow();
      person.call(revoke, key.get("id").asText(), n -> java.util.Optional.empty(), Map.of());
      assertOut(lamp);
      script.awaitCut();
      browser.send("{\"id\":5,\"ping\":{}}");
      assertEquals(5, browser.next().get("id").asInt());
    }
  }

  @Test
  void aKeyThatHasEnded() {
    Caller person = someone();
    Instant end = Instant.now().plusSeconds(5);
    String key =
        person
            .api()
            .post("/v1/api-keys", Map.of("name", "visit", "expires_at", end.toString()))
            .get("key")
            .asText();
    String turn = longTurn(person);
    try (WireClient lamp = socket(key);
        Reader script = new Reader(stream(key, "/v1/turns/" + turn + "/events"));
        Reader browser = new Reader(stream(person.token(), "/v1/turns/" + turn + "/events"))) {
      script.awaitBegun();
      browser.awaitBegun();
      script.awaitCut();
      assertFalse(Instant.now().isBefore(end), "not before its end");
      assertOut(lamp);
      awaitRefused(key);
      assertFalse(browser.over.isDone(), "its user is not out");
    }
  }

  @Test
  void whoHasAnotherRoleConnectsAnewWithIt() {
    Caller person = house.person("demoted", house.tenant, "admin");
    try (WireClient browser = socket(person.token())) {
      root().patch("/v1/users/" + person.userId(), Map.of("role", "member"));
      assertEquals(3005, browser.closeCode(), "its client comes back");
    }
    socket(person.token()).close();
    Operation users =
        Operation.all().stream()
            .filter(o -> o.name().equals("GET /v1/users"))
            .findFirst()
            .orElseThrow();
    Await.until(
        "the role is the new one",
        () -> person.call(users, "", n -> java.util.Optional.empty(), Map.of()).status() == 403,
        PATIENCE);
  }

  private static final Map<String, Object> GREETING =
      Map.of("content", "Good morning", "client_message_id", "1");

  private static ApiClient at(Caller person) {
    return ApiClient.of(second.url(), person.token());
  }

  private static String conversation(Caller person) {
    return at(person).post("/v1/conversations", Map.of()).get("id").asText();
  }

  /** One that is being answered for minutes. */
  private static String longTurn(Caller person) {
    return at(person)
        .post("/v1/conversations/" + conversation(person) + "/turns", GREETING)
        .get("turn_id")
        .asText();
  }

  private static HttpRequest.Builder stream(String token, String path) {
    return HttpRequest.newBuilder(URI.create(second.url() + path))
        .header("Authorization", "Bearer " + token)
        .header("Accept", "text/event-stream");
  }

  /** Who reads a stream of events. */
  private static final class Reader implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CompletableFuture<Void> over;

    Reader(HttpRequest.Builder request) {
      over =
          client
              .sendAsync(request.build(), BodyHandlers.ofLines())
              .thenAcceptAsync(
                  answer -> answer.body().forEach(line -> begun.countDown()),
                  work -> Thread.ofVirtual().start(work));
    }

    void awaitBegun() {
      Await.until("it has begun", () -> begun.getCount() == 0, PATIENCE);
      assertFalse(over.isDone(), "the answer lasts for minutes");
    }

    /** Broken off, and not ended as an answer ends. */
    void awaitCut() {
      Await.until("it is cut", over::isDone, PATIENCE);
      assertTrue(over.isCompletedExceptionally());
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }

  @Test
  void whoFollowsAnAnswerAsItComes() {
    Caller person = someone();
    HttpRequest.Builder request =
        stream(person.token(), "/v1/conversations/" + conversation(person) + "/turns")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(GREETING)));
    try (Reader reader = new Reader(request)) {
      reader.awaitBegun();
      root().patch("/v1/users/" + person.userId(), Map.of("is_active", false));
      reader.awaitCut();
      awaitRefused(person.token());
    }
  }

  /** Whether it comes in pieces or whole. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWaitsForACompletion(boolean inPieces) {
    Caller person = someone();
    Map<String, Object> wanted =
        Map.of(
            "model",
            "mordomo",
            "stream",
            inPieces,
            "messages",
            List.of(Map.of("role", "user", "content", "Good morning")));
    HttpRequest.Builder request =
        stream(person.token(), "/v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(wanted)));
    try (Reader reader = new Reader(request)) {
      Await.until(
          "it is being answered",
          () ->
              !at(person).get("/v1/conversations").get("data").isEmpty()
                  && (!inPieces || reader.begun.getCount() == 0),
          PATIENCE);
      assertFalse(reader.over.isDone(), "the answer lasts for minutes");
      root().patch("/v1/users/" + person.userId(), Map.of("is_active", false));
      reader.awaitCut();
      awaitRefused(person.token());
    }
  }

  /** Known when they asked, and out before there was a stream that could have been cut. */
  @ParameterizedTest
  @ValueSource(strings = {"/v1/conversations/%s/turns", "/v1/chat/completions"})
  void whoIsSwitchedOffWhileTheirQuestionIsTaken(String path) throws SQLException {
    Caller person = someone();
    String conversation = conversation(person);
    Map<String, Object> completion =
        Map.of(
            "model", "mordomo", "messages", List.of(Map.of("role", "user", "content", "Good day")));
    boolean isTurn = path.contains("%s");
    HttpRequest.Builder request =
        stream(person.token(), path.formatted(conversation))
            .header("Content-Type", "application/json")
            .header("X-Conversation-Id", conversation)
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(isTurn ? GREETING : completion)));
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      owner.setAutoCommit(false);
      statement.execute("SELECT FROM conversation WHERE id = '" + conversation + "' FOR UPDATE");
      try (Reader reader = new Reader(request)) {
        Await.until("it waits", () -> isWaitedFor(statement), PATIENCE);
        root().patch("/v1/users/" + person.userId(), Map.of("is_active", false));
        awaitRefused(person.token());
        assertFalse(reader.over.isDone(), "it has not begun");
        owner.rollback();
        reader.awaitCut();
      }
    }
  }

  private static boolean isWaitedFor(Statement statement) {
    try (ResultSet waiting =
        statement.executeQuery(
            "SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")) {
      return waiting.next();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
