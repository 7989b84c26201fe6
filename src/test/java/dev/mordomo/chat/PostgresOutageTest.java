package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.PostgresServer;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL goes away for ten seconds under load, and comes back: after a stop in good order,
 * after a crash that takes commits with it, and after it has stood still with all its connections
 * open.
 */
class PostgresOutageTest {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration AWAY = Duration.ofSeconds(10);
  private static final Duration STATEMENT = Duration.ofSeconds(4);
  private static final Duration CONNECTION = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int TALKS = 4;
  private static final int ASKERS = 4;
  private static final Duration PACE = Duration.ofMillis(250);

  private static Vertx vertx;
  private static FakeModelServer model;
  private static PostgresServer postgres;
  private static RunningApp app;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    postgres = new PostgresServer();
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                "chat.node_lease", LEASE.toSeconds() + "s",
                "database.statement_timeout", STATEMENT.toSeconds() + "s",
                "database.connect_timeout", CONNECTION.toSeconds() + "s",
                "limits.turns_per_minute", "100000",
                "limits.ping_seconds", "600"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl(), "DATABASE_URL", postgres.url()));
  }

  @AfterAll
  static void close() {
    app.close();
    postgres.close();
    model.close();
    vertx.close().await();
  }

  /** One conversation, its running turn, and a device that listens. */
  private static final class Talk implements AutoCloseable {
    private final ApiClient client;
    private final UUID conversation;
    private final String turn;
    private final Asked asked;
    private final WireClient socket;
    private final StringBuilder said = new StringBuilder();
    private final StringBuilder heard = new StringBuilder();
    private JsonNode ended = com.fasterxml.jackson.databind.node.NullNode.instance;
    private long offset;
    private String epoch = "";

    private Talk(ApiClient client) throws InterruptedException {
      this.client = client;
      conversation = UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
      socket = WireClient.connected(URI.create(app.url()).getPort(), client.token());
      JsonNode reply = subscribe("");
      epoch = reply.at("/subscribe/epoch").asText();
      offset = reply.at("/subscribe/offset").asLong();
      turn = begin(client, conversation, "Conte " + conversation);
      asked = model.next();
    }

    private JsonNode subscribe(String recover) {
      socket.send(
          "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:"
              + conversation
              + "\""
              + recover
              + "}}");
      JsonNode reply = socket.next();
      while (!reply.path("id").asText().equals("2")) {
        reply = socket.next();
      }
      return reply;
    }

    private void say(String word) {
      said.append(word);
      asked.say(word);
    }

    /** Hears what comes next on the conversation's channel, and gives its type. */
    private String hear() {
      JsonNode line = socket.next();
      while (!line.at("/push/channel").asText().startsWith("conversation:")) {
        line = socket.next();
      }
      assertFalse(line.get("push").has("unsubscribe"), line::toString);
      JsonNode pub = line.at("/push/pub");
      assertEquals(++offset, pub.get("offset").asLong(), "contiguous");
      String type = pub.at("/data/type").asText();
      if (type.equals("turn.delta")) {
        heard.append(pub.at("/data/text").asText());
      } else if (type.equals("turn.completed") || type.equals("turn.failed")) {
        ended = pub.get("data");
      }
      return type;
    }

    private void hearAWord() {
      while (heard.isEmpty()) {
        hear();
      }
    }

    private void hearToTheEnd() {
      while (ended.isNull()) {
        hear();
      }
    }

    private JsonNode answer() {
      List<JsonNode> messages = new ArrayList<>();
      client
          .get("/v1/conversations/" + conversation + "/messages")
          .get("data")
          .forEach(messages::add);
      return messages.getLast();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static String begin(ApiClient client, UUID conversation, String words) {
    return client
        .post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of("content", words, "client_message_id", "id " + words, "collections", List.of()))
        .get("turn_id")
        .asText();
  }

  private static int readiness() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(app.url() + "/health/ready"))
                  .timeout(PATIENCE)
                  .build(),
              BodyHandlers.ofString())
          .statusCode();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<Talk> talks(ApiClient client) throws InterruptedException {
    List<Talk> talks = new ArrayList<>();
    for (int i = 0; i < TALKS; i++) {
      talks.add(new Talk(client));
    }
    return talks;
  }

  /** The models go on talking, whatever the database does. */
  private static Thread talking(List<Talk> talks, AtomicBoolean enough) {
    return Thread.ofVirtual()
        .start(() -> {
          for (int i = 0; !enough.get(); i++) {
            for (Talk talk : talks) {
              talk.say("palavra-" + i + " ");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
          }
        });
  }

  /** Users who go on asking, each in a conversation of their own, and note what they were told. */
  private static final class Asking implements AutoCloseable {
    private final ApiClient client;
    private final List<UUID> conversations = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean enough = new AtomicBoolean();

    /** The turns by their words. */
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();

    /** The conversations of words that were not taken. */
    private final Map<String, UUID> refused = new ConcurrentHashMap<>();

    private Asking(ApiClient client) {
      this.client = client;
      for (int i = 0; i < ASKERS; i++) {
        UUID conversation =
            UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
        conversations.add(conversation);
        threads.execute(() -> ask(conversation));
      }
      Await.until("they are heard", () -> acknowledged.size() > ASKERS, PATIENCE);
    }

    private void ask(UUID conversation) {
      for (int i = 0; !enough.get(); i++) {
        String words = "pergunta " + i + " de " + conversation;
        if (!isTaken(conversation, words)) {
          refused.put(words, conversation);
        }
        LockSupport.parkNanos(PACE.toNanos());
      }
    }

    private boolean isTaken(UUID conversation, String words) {
      try {
        var answer =
            client.tryPost(
                "/v1/conversations/" + conversation + "/turns",
                Map.of(
                    "content",
                    words,
                    "client_message_id",
                    words,
                    "model",
                    "embedded/extractive",
                    "collections",
                    List.of()));
        if (answer.statusCode() != 202) {
          return false;
        }
        acknowledged.put(words, Json.read(answer.body()).get("turn_id").asText());
        return true;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** Whoever was refused asks again; then each was heard once, and each was answered once. */
    private void assertNothingIsLostOrDoubled() throws Exception {
      int before = acknowledged.size();
      Await.until("they are heard again", () -> acknowledged.size() > before + ASKERS, PATIENCE);
      enough.set(true);
      threads.close();
      assertFalse(refused.isEmpty(), "nobody was refused while the database was away");
      for (var one : refused.entrySet()) {
        Await.until("it is taken", () -> isTaken(one.getValue(), one.getKey()), PATIENCE);
      }
      for (String turn : acknowledged.values()) {
        Await.until("the turn ends", () -> status(client, turn).equals("completed"), PATIENCE);
      }
      for (UUID conversation : conversations) {
        List<String> wanted =
            acknowledged.keySet().stream()
                .filter(words -> words.endsWith(conversation.toString()))
                .sorted()
                .toList();
        List<JsonNode> all = messages(client, conversation);
        assertEquals(wanted, contents(all, "user").stream().sorted().toList());
        assertEquals(wanted.size(), contents(all, "assistant").size());
      }
    }

    private static List<String> contents(List<JsonNode> messages, String role) {
      return messages.stream()
          .filter(message -> message.get("role").asText().equals(role))
          .map(message -> message.get("content").asText())
          .toList();
    }

    @Override
    public void close() {
      enough.set(true);
      threads.close();
    }
  }

  private static List<JsonNode> messages(ApiClient client, UUID conversation) {
    List<JsonNode> messages = new ArrayList<>();
    String path = "/v1/conversations/" + conversation + "/messages?limit=100";
    JsonNode page = client.get(path);
    page.get("data").forEach(messages::add);
    while (!page.path("next_cursor").isNull() && page.has("next_cursor")) {
      page = client.get(path + "&cursor=" + page.get("next_cursor").asText());
      page.get("data").forEach(messages::add);
    }
    return messages;
  }

  private static String status(ApiClient client, String turn) {
    return client.get("/v1/turns/" + turn).get("status").asText();
  }

  private static void awayAndBack(Runnable stop, Runnable start) {
    assertEquals(200, readiness());
    stop.run();
    try {
      Await.until("readiness says so", () -> readiness() == 503, PATIENCE);
      long from = System.nanoTime();
      Await.until(
          "it was away for ten seconds", () -> System.nanoTime() - from > AWAY.toNanos(), PATIENCE);
      assertEquals(503, readiness());
    } finally {
      start.run();
    }
    Await.until("readiness says so", () -> readiness() == 200, PATIENCE);
  }

  /** Each device has heard all that was said, on the socket that it had, and may ask on. */
  private static void assertWholeAndOpen(ApiClient client, List<Talk> talks) throws Exception {
    for (Talk talk : talks) {
      talk.say("fim.");
      talk.asked.finish();
      talk.hearToTheEnd();
      assertEquals("turn.completed", talk.ended.get("type").asText(), talk.ended::toString);
      assertEquals(talk.said.toString(), talk.heard.toString());
      assertEquals(talk.said.toString(), talk.answer().get("content").asText());
      assertEquals(2, messages(client, talk.conversation).size());
      assertEquals("completed", status(client, talk.turn));
      // And the next turn of the same conversation runs.
      String next = begin(client, talk.conversation, "E depois? " + talk.conversation);
      model.next().say("Nada.").finish();
      Await.until("the next turn ends", () -> status(client, next).equals("completed"), PATIENCE);
      talk.close();
    }
  }

  /** What is asserted of the talks, after PostgreSQL was away and they had talked on. */
  @FunctionalInterface
  private interface Afterwards {
    void check(List<Talk> talks) throws Exception;
  }

  /**
   * Users ask and are answered; PostgreSQL goes and comes back; they go on, and nothing is lost.
   */
  private static void whileTheyTalk(
      ApiClient client, Runnable stop, Runnable start, Afterwards afterwards) throws Exception {
    List<Talk> talks = talks(client);
    AtomicBoolean enough = new AtomicBoolean();
    Thread talking = talking(talks, enough);
    talks.forEach(Talk::hearAWord);
    try (Asking asking = new Asking(client)) {
      awayAndBack(stop, start);
      // It speaks on after it.
      enough.set(true);
      talking.join();
      afterwards.check(talks);
      asking.assertNothingIsLostOrDoubled();
    }
  }

  @Test
  void afterAStopInGoodOrderNobodyHasLostAWordOrASocket() throws Exception {
    ApiClient client = ApiClient.signIn(app.url());
    whileTheyTalk(
        client, postgres::stop, postgres::start, talks -> assertWholeAndOpen(client, talks));
  }

  @Test
  void afterItStoodStillNobodyHasLostAWordOrASocketAndNothingIsDoubled() throws Exception {
    ApiClient client = ApiClient.signIn(app.url());
    AtomicLong waited = new AtomicLong();
    whileTheyTalk(
        client,
        () -> {
          postgres.freeze();
          long from = System.nanoTime();
          assertThrows(AssertionError.class, () -> client.get("/v1/conversations"));
          waited.set(System.nanoTime() - from);
        },
        postgres::wake,
        talks -> {
          Duration bound = STATEMENT.plus(CONNECTION.multipliedBy(2)).plusSeconds(5);
          assertTrue(
              waited.get() < bound.toNanos(), "waited for " + waited.get() / 1_000_000 + " ms");
          assertWholeAndOpen(client, talks);
        });
  }

  @Test
  void afterACrashTheEpochIsNewAndTheAnswersAreWhole() throws Exception {
    ApiClient client = ApiClient.signIn(app.url());
    whileTheyTalk(
        client,
        postgres::crash,
        postgres::start,
        talks -> talks.forEach(talk -> assertWholeInANewEpoch(client, talk)));
  }

  /** All that it said was stored and heard, and then lost; it has nothing to say any more. */
  @Test
  void aTurnThatEndsWithoutAWordAfterACrashIsWhole() throws Exception {
    ApiClient client = ApiClient.signIn(app.url());
    Talk talk = new Talk(client);
    for (String word : List.of("Era ", "uma ", "vez ")) {
      talk.say(word);
      while (!talk.heard.toString().equals(talk.said.toString())) {
        talk.hear();
      }
    }
    postgres.crash();
    postgres.start();
    assertTrue(
        replayedRows(talk.conversation) < talk.offset, "the crash has taken something with it");
    endsWholeInANewEpoch(client, talk);
  }

  private static long replayedRows(UUID conversation) throws SQLException {
    try (Connection owner =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/mordomo",
                "mordomo",
                "mordomo");
        PreparedStatement count =
            owner.prepareStatement("SELECT count(*) FROM event WHERE channel_id = ?")) {
      count.setObject(1, conversation);
      try (ResultSet rows = count.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private static void assertWholeInANewEpoch(ApiClient client, Talk talk) {
    talk.say("fim.");
    endsWholeInANewEpoch(client, talk);
  }

  private static void endsWholeInANewEpoch(ApiClient client, Talk talk) {
    talk.asked.finish();
    Await.until("the turn ends", () -> status(client, talk.turn).equals("completed"), PATIENCE);
    assertEquals(talk.said.toString(), talk.answer().get("content").asText());
    // The old place in the stream is worth nothing now, and the client is told so.
    try (WireClient again = WireClient.connected(URI.create(app.url()).getPort(), client.token())) {
      again.send(
          "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:%s\",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d}}"
              .formatted(talk.conversation, talk.epoch, talk.offset));
      JsonNode reply = reply(again, 2);
      assertFalse(reply.at("/subscribe/recovered").asBoolean(), reply::toString);
      assertTrue(reply.at("/subscribe/was_recovering").asBoolean(), reply::toString);
      assertNotEquals(talk.epoch, reply.at("/subscribe/epoch").asText());
    }
    // From the beginning of the new epoch all of it can be read, and no word is missing.
    assertEquals(talk.said.toString(), replayed(client, talk));
    talk.close();
  }

  /** Past what is pushed meanwhile on the user's own channel. */
  private static JsonNode reply(WireClient socket, int id) {
    JsonNode line = socket.next();
    while (line.path("id").asInt() != id) {
      line = socket.next();
    }
    return line;
  }

  /** All deltas of the turn that are in the channel, by the history command. */
  private static String replayed(ApiClient client, Talk talk) {
    StringBuilder said = new StringBuilder();
    try (WireClient socket =
        WireClient.connected(URI.create(app.url()).getPort(), client.token())) {
      long after = 0;
      while (true) {
        socket.send(
            "{\"id\":3,\"history\":{\"channel\":\"conversation:%s\",\"limit\":500,\"since\":{\"offset\":%d}}}"
                .formatted(talk.conversation, after));
        JsonNode page = reply(socket, 3).at("/history/publications");
        if (page.isEmpty()) {
          return said.toString();
        }
        for (JsonNode pub : page) {
          assertEquals(++after, pub.get("offset").asLong(), "contiguous");
          if (pub.at("/data/type").asText().equals("turn.delta")) {
            said.append(pub.at("/data/text").asText());
          }
        }
      }
    }
  }
}
