package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code turn.cancel} over a socket, with a model server that really is asked: whatever a turn is
 * at, the request is closed and every device is told within a second.
 */
class LiveStopTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /** No stop takes longer, however busy the machine: what is not stopped goes on for minutes. */
  private static final Duration AT_MOST = Duration.ofSeconds(8);

  private static final List<Duration> STOPS = new ArrayList<>();
  private static final int DIMENSIONS = 8;

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient client;
  private UUID conversation;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "model.embedding", "openai/embed-test",
                "model.embedding_dimensions", String.valueOf(DIMENSIONS),
                "model.reranker", "http/rerank-test",
                "model.reranker_url", model.openAiUrl() + "/rerank",
                "model.reranker_deadline", "1m",
                "knowledge.manual", "false",
                "limits.ping_seconds", "600"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    client = ApiClient.signIn(app.url());
    String shelf =
        client
            .post("/v1/collections", Map.of("name", "Contos", "scope", "user"))
            .get("id")
            .asText();
    model.always(Behaviour.embedding(DIMENSIONS));
    client.post(
        "/v1/collections/" + shelf + "/documents",
        Map.of("title", "Contos", "content", "Conte um conto e aumente um ponto."));
    model.always(Behaviour.silence());
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
    // Of all phases' stops the middle one, since a busy machine may hold up any.
    Duration middle = STOPS.stream().sorted().skip(STOPS.size() / 2).findFirst().orElseThrow();
    assertTrue(middle.compareTo(AT_ONCE) < 0, () -> "stopped after " + STOPS);
  }

  @BeforeEach
  void begin() {
    model.forget();
    conversation = UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
  }

  private Device device() {
    return new Device(URI.create(app.url()).getPort(), client, conversation);
  }

  /**
   * @param search whether documents are looked through first
   */
  private String start(Device device, boolean search) {
    Map<String, Object> words =
        new HashMap<>(
            Map.of(
                "conversation_id",
                conversation,
                "content",
                "Conte",
                "client_message_id",
                UUID.randomUUID().toString()));
    if (!search) {
      words.put("collections", List.of());
    }
    return device.call("turn.start", words).at("/rpc/data/turn_id").asText();
  }

  /**
   * @param asked whose connection is closed by it
   */
  private void stop(Device phone, Device screen, String turn, Optional<Asked> asked, String kept)
      throws Exception {
    long from = System.nanoTime();
    JsonNode stopped = screen.call("turn.cancel", Map.of("turn_id", turn));
    for (Device device : List.of(phone, screen)) {
      JsonNode told = device.hear("turn.cancelled");
      assertEquals(turn, told.get("turn_id").asText());
      assertEquals(kept, told.at("/message/content").asText(""));
    }
    if (asked.isPresent()) {
      asked.get().awaitClosed();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(AT_MOST) < 0, () -> "after " + took);
    STOPS.add(took);
    assertEquals("cancelled", stopped.at("/rpc/data/status").asText(), stopped::toString);
    JsonNode known = client.get("/v1/turns/" + turn);
    assertEquals("cancelled", known.get("status").asText());
    // Stopped again, by whomever: it is as it was.
    assertEquals(
        "cancelled",
        phone.call("turn.cancel", Map.of("turn_id", turn)).at("/rpc/data/status").asText());
    // And the next turn is not in its way.
    String next = start(phone, false);
    model.next().say("Sim.").finish();
    assertEquals(next, screen.hear("turn.completed").get("turn_id").asText());
  }

  private static long usage(String turn) throws SQLException {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM usage WHERE turn_id = '" + turn + "'")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void whileItRetrieves() throws Exception {
    int before = model.requests();
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, true);
      Asked asked = model.next();
      assertEquals("/v1/embeddings", asked.path());
      stop(phone, screen, turn, Optional.of(asked), "");
      assertEquals(0, usage(turn), "no model has answered");
      assertEquals(before + 2, model.requests(), "what was stopped asks no model later");
    }
  }

  @Test
  void whileWhatItFoundIsReadOnceMore() throws Exception {
    model.then(Behaviour.embedding(DIMENSIONS));
    int before = model.requests();
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, true);
      assertEquals("/v1/embeddings", model.next().path());
      Asked asked = model.next();
      assertEquals("/v1/rerank", asked.path());
      stop(phone, screen, turn, Optional.of(asked), "");
      assertEquals(0, usage(turn), "no model has answered");
      assertEquals(before + 3, model.requests(), "what was stopped asks no model later");
    }
  }

  @Test
  void whileItsQuestionIsRewritten() throws Exception {
    model.rewriting(Behaviour.silence());
    try (Device phone = device();
        Device screen = device()) {
      start(phone, false);
      model.next().say("Era uma vez.").finish();
      for (Device device : List.of(phone, screen)) {
        device.hear("turn.completed");
      }
      String turn = start(phone, true);
      stop(phone, screen, turn, Optional.of(model.nextRewriting()), "");
      assertEquals(1, usage(turn), "the request had left");
    }
  }

  @Test
  void beforeTheServerAnswers() throws Exception {
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, false);
      stop(phone, screen, turn, Optional.of(model.next()), "");
      assertEquals(1, usage(turn));
    }
  }

  @Test
  void beforeTheFirstWord() throws Exception {
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, false);
      stop(phone, screen, turn, Optional.of(model.next().begin()), "");
      assertEquals(1, usage(turn));
    }
  }

  @Test
  void whileItSpeaks() throws Exception {
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, false);
      Asked asked = model.next().say("Era uma vez");
      screen.hear("turn.delta");
      stop(phone, screen, turn, Optional.of(asked), "Era uma vez");
      assertEquals(1, usage(turn));
    }
  }

  @Test
  void whileAToolSearches() throws Exception {
    model.then(
        Behaviour.embedding(DIMENSIONS),
        Behaviour.status(503, "", Map.of()),
        Behaviour.calling("call_1", "search_documents", "{\"query\":\"um ponto\"}"));
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, true);
      for (String path : List.of("/v1/embeddings", "/v1/rerank", "/v1/chat/completions")) {
        assertEquals(path, model.next().path());
      }
      Asked asked = model.next();
      assertEquals("/v1/embeddings", asked.path());
      stop(phone, screen, turn, Optional.of(asked), "");
      assertEquals(1, usage(turn));
    }
  }

  @Test
  void whileItCallsATool() throws Exception {
    try (Device phone = device();
        Device screen = device()) {
      String turn = start(phone, false);
      Asked asked = model.next().say("Vou lembrar. ");
      asked.write(Behaviour.beginningOfACall("create_reminder"));
      screen.hear("turn.delta");
      stop(phone, screen, turn, Optional.of(asked), "Vou lembrar. ");
      assertEquals(1, usage(turn));
      assertTrue(client.get("/v1/reminders").get("data").isEmpty(), "half a call is none");
    }
  }
}
