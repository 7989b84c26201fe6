package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeProcess;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node in a process of its own is told to stop, in the middle of its work; another goes on. */
class ShutdownTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Vertx vertx;
  private static FakeModelServer model;
  private static TestDatabase database;
  private static RunningApp other;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    database = TestDatabase.create();
    other =
        new RunningApp(
            database,
            Map.of("model.chat", "openai/test", "knowledge.manual", "false"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
  }

  @AfterAll
  static void close() {
    other.close();
    model.close();
    vertx.close().await();
  }

  private static NodeProcess node(String drain) {
    return NodeProcess.start(
        database,
        Map.of(
            "OPENAI_BASE_URL",
            model.openAiUrl(),
            "MORDOMO_MODEL_CHAT",
            "openai/test",
            "MORDOMO_KNOWLEDGE_MANUAL",
            "false",
            "MORDOMO_CHAT_DRAIN",
            drain));
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

  private static WireClient listening(NodeProcess node, ApiClient client, UUID conversation) {
    WireClient socket =
        WireClient.connected(URI.create(node.url()).getPort(), client.token()).pongs();
    socket.send("{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
    reply(socket, 2);
    return socket;
  }

  private static JsonNode reply(WireClient socket, int id) {
    JsonNode line = socket.next();
    while (line.path("id").asInt() != id) {
      line = socket.next();
    }
    return line;
  }

  private static JsonNode hear(WireClient socket, String type) {
    JsonNode data = socket.next().at("/push/pub/data");
    while (!data.path("type").asText().equals(type)) {
      data = socket.next().at("/push/pub/data");
    }
    return data;
  }

  private static JsonNode awaitStatus(ApiClient client, String turn, String status) {
    Await.until(
        "the turn is " + status,
        () -> client.get("/v1/turns/" + turn).get("status").asText().equals(status),
        PATIENCE);
    return client.get("/v1/turns/" + turn);
  }

  private static int readiness(NodeProcess node) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI ready = URI.create(node.url() + "/health/ready");
      return http.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatRunsEndsWhatWaitsIsHandedOverAndSocketsAreToldToComeBack() throws Exception {
    try (NodeProcess node = node("20s")) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      try (WireClient socket = listening(node, client, conversation)) {
        String running = begin(client, conversation, "Conte uma história");
        Asked asked = model.next();
        asked.say("Era uma ");
        hear(socket, "turn.delta");
        String waiting = begin(client, conversation, "E depois?");
        node.askToStop();
        Await.until("balancers leave it out", () -> readiness(node) == 503, PATIENCE);

        // New turns are refused by a code that says: try again, elsewhere.
        socket.send(
            Json.write(
                Map.of(
                    "id",
                    3,
                    "rpc",
                    Map.of(
                        "method",
                        "turn.start",
                        "data",
                        Map.of(
                            "conversation_id", conversation,
                            "content", "mais uma",
                            "client_message_id", "refused")))));
        JsonNode refused = reply(socket, 3);
        assertEquals(506, refused.at("/error/code").asInt(), refused::toString);
        assertTrue(refused.at("/error/temporary").asBoolean());

        // The one that runs gets to its end.
        asked.say("vez.").finish();
        ApiClient there = ApiClient.signIn(other.url());
        awaitStatus(there, running, "completed");
        assertEquals(3001, socket.closeCode());
        node.awaitEnd(PATIENCE);

        // The one that waits is answered by the other node.
        model.next().say("Nada mais.").finish();
        awaitStatus(there, waiting, "completed");
        JsonNode messages =
            there.get("/v1/conversations/" + conversation + "/messages").get("data");
        assertEquals(
            List.of("Era uma vez.", "Nada mais."),
            messages
                .valueStream()
                .filter(message -> message.get("role").asText().equals("assistant"))
                .map(message -> message.get("content").asText())
                .toList());
      }
    }
  }

  @Test
  void whatDoesNotEndInTimeIsMarkedAndKept() throws Exception {
    try (NodeProcess node = node("1s")) {
      ApiClient client = ApiClient.signIn(node.url());
      UUID conversation = conversation(client);
      String turn = begin(client, conversation, "Conte uma história sem fim");
      Asked asked = model.next();
      asked.say("Era uma vez ");
      try (WireClient socket = listening(node, client, conversation)) {
        node.askToStop();
        JsonNode failed = hear(socket, "turn.failed");
        assertEquals("interrupted", failed.get("code").asText());
        assertTrue(failed.get("retryable").asBoolean());
        assertEquals("Era uma vez ", failed.at("/message/content").asText());
        asked.awaitClosed();
        assertEquals(3001, socket.closeCode());
        node.awaitEnd(PATIENCE);
      }
      JsonNode known = awaitStatus(ApiClient.signIn(other.url()), turn, "failed");
      assertEquals("interrupted", known.at("/error/code").asText());
    }
  }
}
