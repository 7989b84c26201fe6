package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeProcess;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.EventSource;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is left of an answer when its server is killed, frozen or cut from its memory in the middle
 * of it: a node in a process of its own, another one in this process, one database.
 */
class NodeFailureTest {
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration TAKEN_WITHIN = LEASE.plusSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Vertx vertx;
  private static FakeModelServer model;
  private static TestDatabase database;
  private static RunningApp other;
  private static Streams streams;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    database = TestDatabase.create();
    streams = new Streams(database.database(), new Bus(vertx));
    other =
        new RunningApp(
            database,
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                "chat.node_lease", LEASE.toSeconds() + "s"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
  }

  @AfterAll
  static void close() {
    other.close();
    model.close();
    vertx.close().await();
  }

  private static NodeProcess node() {
    return NodeProcess.start(
        database,
        Map.of(
            "OPENAI_BASE_URL",
            model.openAiUrl(),
            "MORDOMO_MODEL_CHAT",
            "openai/test",
            "MORDOMO_KNOWLEDGE_MANUAL",
            "false",
            "MORDOMO_CHAT_NODE_LEASE",
            LEASE.toSeconds() + "s"));
  }

  @Test
  void aKilledNodesAnswerIsKeptAsFarAsAnybodyHeardIt() throws Exception {
    try (NodeProcess node = node()) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      try (WireClient socket = listening(node, client, conversation)) {
        String turn = begin(client, conversation, "Conte uma história");
        EventSource stream = events(node.url(), client, turn, Map.of());
        List<Event> followed = new ArrayList<>();
        Asked asked = model.next();
        StringBuilder heard = new StringBuilder();
        for (String piece : List.of("Era ", "uma ", "vez ")) {
          asked.say(piece);
          hear(socket, heard, piece);
        }
        do {
          followed.add(stream.event());
        } while (!followed.getLast().data().path("text").asText().endsWith("vez "));
        for (int i = 0; i < 500; i++) {
          asked.say("palavra-" + i + " ");
        }
        node.kill();

        followed.addAll(stream.rest());
        stream.close();
        Map<String, String> since = Map.of("Last-Event-ID", followed.getLast().id().orElseThrow());
        try (EventSource elsewhere = events(other.url(), client, turn, since)) {
          followed.addAll(elsewhere.rest());
        }
        StreamEvent failed = awaitFailed(conversation);
        drain(socket, heard);
        List<StreamEvent> rows = rows(conversation);
        contiguous(rows);
        assertSame(rows, followed);
        try (EventSource after = events(other.url(), client, turn, since)) {
          List<Event> missed = after.rest();
          assertEquals(followed.subList(followed.size() - missed.size(), followed.size()), missed);
          assertEquals("turn.failed", missed.getLast().type());
        }
        JsonNode payload = Json.read(failed.payload());
        assertEquals(turn, payload.get("turn_id").asText());
        assertEquals("interrupted", payload.get("code").asText());
        assertTrue(payload.get("retryable").asBoolean());

        ApiClient again = ApiClient.signIn(other.url());
        JsonNode known = again.get("/v1/turns/" + turn);
        assertEquals("failed", known.get("status").asText());
        assertTrue(known.at("/error/retryable").asBoolean(), known::toString);
        JsonNode message = answers(again, conversation).getLast();
        assertEquals(said(rows, turn), message.get("content").asText());
        assertEquals(message.get("content"), payload.at("/message/content"));
        assertTrue(message.get("interrupted").asBoolean());
        assertTrue(
            message.get("content").asText().startsWith(heard.toString()),
            "a client heard words that are not kept");

        goOn(again, conversation, turn, message);
        askAndHear(again, conversation, "De novo, por favor");
        contiguous(rows(conversation));
      }
    }
  }

  /** One call at the node that is left: the answer ends whole, and then there is another one. */
  private static void goOn(ApiClient client, UUID conversation, String turn, JsonNode message)
      throws InterruptedException {
    String kept = message.get("content").asText();
    String continued =
        client.post("/v1/turns/" + turn + "/continue", Map.of()).get("turn_id").asText();
    Asked asked = model.next();
    JsonNode told = asked.json().get("messages");
    assertTrue(
        told.valueStream()
            .anyMatch(line ->
                line.get("role").asText().equals("assistant")
                    && line.get("content").asText().equals(kept)),
        told::toString);
    asked.say("e fim.").finish();
    awaitCompleted(client, continued);
    JsonNode whole = answers(client, conversation).getLast();
    assertEquals(kept + "e fim.", whole.get("content").asText());
    assertFalse(whole.get("interrupted").asBoolean());
    // Nothing of it is lost by it either.
    assertEquals(kept, answers(client, conversation).getFirst().get("content").asText());
  }

  /** As above, but the words are answered anew. */
  @Test
  void aKilledNodesAnswerIsMadeAgainByOneCall() throws Exception {
    try (NodeProcess node = node()) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      String turn = begin(client, conversation, "Conte e caia");
      model.next().say("Era ");
      Await.until("it speaks", () -> said(rows(conversation), turn).equals("Era "), PATIENCE);
      node.kill();
      awaitFailed(conversation);
      ApiClient there = client.at(other.url());
      String again =
          there.post("/v1/turns/" + turn + "/regenerate", Map.of()).get("turn_id").asText();
      Asked asked = model.next();
      assertFalse(asked.json().toString().contains("Era "), "what is replaced is not told");
      asked.say("Havia um rei.").finish();
      awaitCompleted(there, again);
      assertEquals(
          List.of("Era ", "Havia um rei."),
          answers(there, conversation).stream().map(m -> m.get("content").asText()).toList());
      contiguous(rows(conversation));
    }
  }

  @Test
  void aFrozenNodeThatWakesUpWritesNotAnotherWord() throws Exception {
    try (NodeProcess node = node()) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      String turn = begin(client, conversation, "Conte outra história");
      Asked asked = model.next();
      asked.say("Era ", "uma ", "vez ");
      Await.until(
          "the words are kept",
          () -> said(rows(conversation), turn).equals("Era uma vez "),
          PATIENCE);
      node.freeze();
      asked.say("um ", "rei ");
      awaitFailed(conversation);
      List<StreamEvent> before = rows(conversation);

      node.wake();
      // It reads what waits at its door, is refused by the fence, and lets go of the model.
      asked.awaitClosed();
      ApiClient woken = ApiClient.signIn(node.url());
      assertEquals("failed", woken.get("/v1/turns/" + turn).get("status").asText());
      assertEquals(before, rows(conversation));
      JsonNode message = answers(woken, conversation).getLast();
      assertEquals("Era uma vez ", message.get("content").asText());
      assertTrue(message.get("interrupted").asBoolean());

      // It may speak again, but in a turn of its own.
      askAndHear(woken, conversation, "E então?");
      List<StreamEvent> after = rows(conversation);
      contiguous(after);
      assertEquals(before, after.subList(0, before.size()));
      assertTrue(
          after.stream().skip(before.size()).noneMatch(event -> event.payload().contains(turn)));
      assertEquals(2, answers(woken, conversation).size());
    }
  }

  @Test
  void aStopAtAnotherNodeClosesTheRequestToTheModelWithinASecond() throws Exception {
    try (NodeProcess node = node()) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      String turn = begin(client, conversation, "Conte sem parar");
      Asked asked = model.next();
      asked.say("Era ");
      Await.until("it speaks", () -> said(rows(conversation), turn).equals("Era "), PATIENCE);
      Thread stop =
          Thread.ofVirtual()
              .start(() -> client.at(other.url()).post("/v1/turns/" + turn + "/cancel", Map.of()));
      Await.until("the request is closed", asked::isClosed, Duration.ofSeconds(1));
      stop.join();
      assertEquals("cancelled", client.get("/v1/turns/" + turn).get("status").asText());
    }
  }

  @Test
  void aStoppedTurnWhoseNodeDoesNotHearOfItIsCancelledAndNotToBeTriedAgain() throws Exception {
    try (NodeProcess node = node()) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      String turn = begin(client, conversation, "Conte e pare");
      Asked asked = model.next();
      asked.say("Um \uD83D\uDE00 dois");
      Await.until(
          "the words are kept",
          () -> said(rows(conversation), turn).equals("Um \uD83D\uDE00 dois"),
          PATIENCE);
      node.freeze();
      ApiClient there = client.at(other.url());
      there.post("/v1/turns/" + turn + "/cancel", Map.of("spoken_chars", 5));
      Await.until(
          "the other node takes the turn",
          () -> rows(conversation).getLast().type().equals("turn.cancelled"),
          TAKEN_WITHIN);
      JsonNode payload = Json.read(rows(conversation).getLast().payload());
      assertEquals(turn, payload.get("turn_id").asText());
      assertEquals("Um \uD83D\uDE00", payload.at("/message/content").asText());
      assertFalse(payload.has("code"), payload::toString);
      JsonNode known = there.get("/v1/turns/" + turn);
      assertEquals("cancelled", known.get("status").asText());
      assertTrue(known.path("error").isMissingNode() || known.path("error").isNull());
      assertEquals(
          "Um \uD83D\uDE00", answers(there, conversation).getLast().get("content").asText());
      List<StreamEvent> before = rows(conversation);
      node.wake();
      asked.awaitClosed();
      assertEquals(before, rows(conversation));
    }
  }

  @Test
  void aCrashOfPostgresMakesANewEpochAndOldPositionsAreRefused() throws SQLException {
    try (TestDatabase crashing = TestDatabase.create()) {
      Streams own = new Streams(crashing.database(), new Bus(crashing.vertx()));
      Scope scope = crashing.tenantWithUser("member");
      UUID channel = scope.userId();
      append(crashing, scope, "a", "b");
      Position old = own.end(channel);
      assertTrue(own.since(scope, channel, old, 10).isPresent());

      try (Connection owner = crashing.owner();
          Statement statement = owner.createStatement()) {
        var kind =
            statement.executeQuery(
                "SELECT relpersistence FROM pg_class WHERE oid = 'stream_epoch'::regclass");
        assertTrue(kind.next());
        // PostgreSQL promises to empty an unlogged table when it recovers; this is what is left.
        assertEquals("u", kind.getString(1));
        statement.execute("TRUNCATE stream_epoch");
      }

      Position now = own.end(channel);
      assertNotEquals(old.epoch(), now.epoch());
      assertTrue(own.since(scope, channel, old, 10).isEmpty());
      var entry = own.enter(scope, channel, Kind.USER, java.util.Optional.of(old), 10);
      assertFalse(entry.orElseThrow().recovered());
      append(crashing, scope, "c");
      assertTrue(own.since(scope, channel, old, 10).isEmpty());
      assertEquals(
          List.of("c"),
          own.since(scope, channel, now, 10).orElseThrow().events().stream()
              .map(StreamEvent::type)
              .toList());
      assertEquals(now.epoch(), own.end(channel).epoch(), "it stays from then on");
    }
  }

  private static void append(TestDatabase into, Scope scope, String... types) {
    List<Draft> drafts = List.of(types).stream().map(type -> new Draft(type, "{}")).toList();
    into.database()
        .as(
            scope,
            connection ->
                Streams.append(
                    connection,
                    scope.userId(),
                    Kind.USER,
                    scope.tenantId(),
                    scope.userId(),
                    drafts,
                    Instant.now()));
  }

  private static UUID conversation(ApiClient client) {
    return UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
  }

  private static String begin(ApiClient client, UUID conversation, String words) {
    return client
        .post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of(
                "content", words,
                "client_message_id", UUID.randomUUID().toString(),
                "collections", List.of()))
        .get("turn_id")
        .asText();
  }

  /** A turn that goes well. */
  private static void askAndHear(ApiClient client, UUID conversation, String words)
      throws InterruptedException {
    String turn = begin(client, conversation, words);
    model.next().say("Pois ", "não.").finish();
    awaitCompleted(client, turn);
    assertEquals("Pois não.", answers(client, conversation).getLast().get("content").asText());
  }

  private static void awaitCompleted(ApiClient client, String turn) {
    Await.until(
        "the turn ends",
        () -> client.get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        PATIENCE);
  }

  private static WireClient listening(NodeProcess node, ApiClient client, UUID conversation) {
    WireClient socket = WireClient.connected(URI.create(node.url()).getPort(), client.token());
    socket.send("{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
    JsonNode reply = socket.next();
    while (!reply.has("id")) {
      reply = socket.next();
    }
    assertTrue(reply.has("subscribe"), reply::toString);
    return socket;
  }

  /** Waits until the socket has heard a piece. */
  private static void hear(WireClient socket, StringBuilder heard, String piece) {
    while (!heard.toString().endsWith(piece)) {
      heard.append(delta(socket.next()));
    }
  }

  /** What came before the end of the connection. */
  private static void drain(WireClient socket, StringBuilder heard) {
    socket.received().forEach(line -> heard.append(delta(line)));
  }

  private static String delta(JsonNode line) {
    return line.at("/push/pub/data/type").asText().equals("turn.delta")
        ? line.at("/push/pub/data/text").asText()
        : "";
  }

  private static EventSource events(
      String url, ApiClient client, String turn, Map<String, String> headers) {
    return EventSource.get(url, "/v1/turns/" + turn + "/events", client.token(), headers);
  }

  /** What was heard over two nodes is what stands in the rows: nothing missing, nothing twice. */
  private static void assertSame(List<StreamEvent> rows, List<Event> followed) {
    assertEquals(
        rows.stream().map(StreamEvent::payload).toList(),
        followed.stream().map(Event::text).toList());
    assertEquals(
        rows.stream().map(row -> String.valueOf(row.offset())).toList(),
        followed.stream()
            .map(event -> event.id().orElseThrow())
            .map(id -> id.substring(id.lastIndexOf(':') + 1))
            .toList());
  }

  private static StreamEvent awaitFailed(UUID conversation) {
    Await.until(
        "the other node takes the turn",
        () -> rows(conversation).getLast().type().equals("turn.failed"),
        TAKEN_WITHIN);
    return rows(conversation).getLast();
  }

  private static List<StreamEvent> rows(UUID conversation) {
    return streams.after(conversation, 0, 10_000);
  }

  private static void contiguous(List<StreamEvent> rows) {
    assertEquals(
        LongStream.rangeClosed(1, rows.size()).boxed().toList(),
        rows.stream().map(StreamEvent::offset).toList());
  }

  /** All deltas of a turn that are in the rows. */
  private static String said(List<StreamEvent> rows, String turn) {
    StringBuilder said = new StringBuilder();
    for (StreamEvent row : rows) {
      JsonNode payload = Json.read(row.payload());
      if (row.type().equals("turn.delta") && payload.get("turn_id").asText().equals(turn)) {
        said.append(payload.get("text").asText());
      }
    }
    return said.toString();
  }

  private static List<JsonNode> answers(ApiClient client, UUID conversation) {
    JsonNode page = client.get("/v1/conversations/" + conversation + "/messages");
    return page.get("data")
        .valueStream()
        .filter(message -> message.get("role").asText().equals("assistant"))
        .toList();
  }
}
