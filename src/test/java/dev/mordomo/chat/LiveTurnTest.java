package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.NodeScript;
import dev.mordomo.RunningApp;
import dev.mordomo.TcpProxy;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Turns over real sockets with a real model client: the official client over a network that is cut,
 * two devices of one user, and a model server that behaves badly.
 */
class LiveTurnTest {
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient client;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                "model.retries", "1",
                "model.deadline_first_token", "2s",
                "model.deadline_idle", "2s",
                "identity.access_token_ttl", "8s",
                "identity.address_failures", "1000",
                "limits.ping_seconds", "600"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    client = ApiClient.signIn(app.url());
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  private static int port() {
    return URI.create(app.url()).getPort();
  }

  private static UUID conversation() {
    client = ApiClient.signIn(app.url());
    return UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
  }

  // ── The official client ────────────────────────────────────────────────────────────────────────

  @Test
  void theOfficialClientIsCutInMidAnswerAndResumesWhole() throws Exception {
    UUID conversation = conversation();
    try (TcpProxy proxy = TcpProxy.to(port());
        NodeScript script = script(proxy, conversation)) {
      script.await("subscribed");
      script.tell("ask conta uma história");
      Asked asked = model.next();
      script.await("started");
      asked.say("Era ", "uma ");
      script.await("heard \"Era uma \"");
      proxy.refuse();
      proxy.reset();
      script.await("connecting");
      asked.say("vez ", "um ");
      proxy.heal();
      assertEquals("recovered=true was=true", script.await("subscribed"));
      asked.say("mordomo.").finish();
      JsonNode completed = Json.read(script.await("completed"));
      assertEquals("Era uma vez um mordomo.", completed.get("text").asText());
      assertEquals("Era uma vez um mordomo.", completed.get("content").asText());
      script.tell("end");
      script.awaitEnd();
      assertTrue(script.said().stream().noneMatch(line -> line.startsWith("gap")));
    }
  }

  @Test
  void theOfficialClientIsToldWhenItsPlaceIsGone() throws Exception {
    UUID conversation = conversation();
    try (TcpProxy proxy = TcpProxy.to(port());
        NodeScript script = script(proxy, conversation)) {
      script.await("subscribed");
      script.tell("ask diga algo");
      Asked asked = model.next();
      asked.say("Algo. ");
      script.await("heard \"Algo. \"");
      proxy.refuse();
      proxy.reset();
      script.await("connecting");
      script.tell("newly");
      script.await("ready");
      newEpoch();
      proxy.heal();
      assertEquals("recovered=false was=true", script.await("subscribed"));
      // One read gives the whole truth.
      JsonNode running = client.get("/v1/conversations/" + conversation).get("running_turn");
      assertEquals("Algo. ", running.get("partial_text").asText());
      asked.say("Mais.").finish();
      JsonNode completed = Json.read(script.await("completed"));
      assertEquals("Algo. Mais.", completed.get("content").asText());
      assertEquals("Mais.", completed.get("text").asText());
    }
  }

  @Test
  void theOfficialClientRefreshesItsTokenOnTheLiveSocket() {
    UUID conversation = conversation();
    try (TcpProxy proxy = TcpProxy.to(port());
        NodeScript script = script(proxy, conversation)) {
      script.await("subscribed");
      script.await("token 2");
      script.await("token 3");
      assertFalse(script.said().contains("connecting 1"), script.said().toString());
      assertEquals(1, script.said().stream().filter("connected"::equals).count());
    }
  }

  private static NodeScript script(TcpProxy proxy, UUID conversation) {
    return NodeScript.start(
        "talk.mjs",
        Map.of(
            "URL_HTTP",
            app.url(),
            "PORT_SOCKET",
            String.valueOf(proxy.port()),
            "EMAIL",
            RunningApp.EMAIL,
            "PASSWORD",
            RunningApp.PASSWORD,
            "CONVERSATION",
            conversation.toString()));
  }

  /** As a crash of PostgreSQL leaves it. */
  private static void newEpoch() throws SQLException {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute("TRUNCATE stream_epoch");
    }
  }

  // ── Two devices ────────────────────────────────────────────────────────────────────────────────

  private static Map<String, Object> words(UUID conversation, String content) {
    return new java.util.HashMap<>(
        Map.of(
            "conversation_id",
            conversation,
            "content",
            content,
            "collections",
            List.of(),
            "client_message_id",
            UUID.randomUUID().toString()));
  }

  private static List<JsonNode> answers(UUID conversation) {
    return client
        .get("/v1/conversations/" + conversation + "/messages")
        .get("data")
        .valueStream()
        .filter(message -> message.get("role").asText().equals("assistant"))
        .toList();
  }

  @Test
  void whoInterruptsIsHeardAtOnceAndWhatWasHeardIsKept() throws Exception {
    UUID conversation = conversation();
    try (Device speaker = new Device(port(), client, conversation);
        Device screen = new Device(port(), client, conversation)) {
      speaker.call("turn.start", words(conversation, "conta uma história"));
      Asked first = model.next();
      first.say("Era uma vez um rei.");
      screen.hear("turn.delta");

      Map<String, Object> interruption = words(conversation, "para, outra");
      interruption.put("interrupt", true);
      interruption.put("spoken_chars", 11);
      JsonNode begun = speaker.call("turn.start", interruption);
      assertTrue(begun.has("rpc"), begun::toString);
      first.awaitClosed();
      assertEquals("Era uma vez", screen.hear("turn.cancelled").at("/message/content").asText());
      screen.hear("turn.started");
      model.next().say("Está bem.").finish();
      assertEquals("Está bem.", screen.hear("turn.completed").at("/message/content").asText());
      List<JsonNode> answers = answers(conversation);
      assertEquals("Era uma vez", answers.getFirst().get("content").asText());
      assertTrue(answers.getFirst().get("interrupted").asBoolean());
      assertEquals("Está bem.", answers.getLast().get("content").asText());
    }
  }

  @Test
  void oneDeviceStopsWhatAnotherBegan() throws Exception {
    UUID conversation = conversation();
    try (Device phone = new Device(port(), client, conversation);
        Device screen = new Device(port(), client, conversation)) {
      JsonNode begun = phone.call("turn.start", words(conversation, "fala sem parar"));
      Asked asked = model.next();
      JsonNode stopped =
          screen.call("turn.cancel", Map.of("turn_id", begun.at("/rpc/data/turn_id").asText()));
      assertEquals("cancelled", stopped.at("/rpc/data/status").asText());
      asked.awaitClosed();
      assertEquals("", phone.hear("turn.cancelled").at("/message/content").asText("none"));
    }
  }

  @Test
  void whoIsSwitchedOffIsOutAtOnceAndForGood() {
    client = ApiClient.signIn(app.url());
    JsonNode tenant = client.post("/v1/tenants", Map.of("name", "Prefeitura"));
    JsonNode rui = member(tenant, "rui@example.org");
    member(tenant, "eva@example.org");
    try (WireClient ruis = socket("rui@example.org");
        WireClient evas = socket("eva@example.org")) {
      client.patch("/v1/users/" + rui.get("id").asText(), Map.of("is_active", false));
      assertEquals(3500, ruis.closeCode());
      evas.send("{\"id\":7,\"ping\":{}}");
      assertTrue(evas.next().has("ping"), "who is not meant stays");
      client.patch("/v1/tenants/" + tenant.get("id").asText(), Map.of("status", "suspended"));
      assertEquals(3500, evas.closeCode());
    }
  }

  private static JsonNode member(JsonNode tenant, String email) {
    return client.post(
        "/v1/users",
        Map.of(
            "tenant_id",
            tenant.get("id").asText(),
            "email",
            email,
            "password",
            RunningApp.PASSWORD,
            "name",
            email));
  }

  private static WireClient socket(String email) {
    ApiClient user = ApiClient.signIn(app.url(), email, RunningApp.PASSWORD);
    return WireClient.connected(port(), user.token());
  }

  // ── A model server that behaves badly ──────────────────────────────────────────────────────────

  /** A turn against a model server that always does this; how it failed, as a device heard it. */
  private static JsonNode failing(Behaviour behaviour) {
    UUID conversation = conversation();
    model.always(behaviour);
    try (Device device = new Device(port(), client, conversation)) {
      device.call("turn.start", words(conversation, "olá"));
      JsonNode failed = device.next().at("/push/pub/data");
      while (!failed.path("type").asText().equals("turn.failed")) {
        assertFalse(failed.path("type").asText().equals("turn.completed"), failed::toString);
        failed = device.next().at("/push/pub/data");
      }
      JsonNode known = client.get("/v1/turns/" + failed.get("turn_id").asText());
      assertEquals("failed", known.get("status").asText());
      assertEquals(failed.get("code"), known.at("/error/code"));
      assertEquals(failed.get("retryable"), known.at("/error/retryable"));
      // What was shown is kept, and nothing else.
      List<JsonNode> kept = answers(conversation);
      if (failed.get("message").isNull()) {
        assertTrue(kept.isEmpty(), kept::toString);
      } else {
        assertEquals(failed.at("/message/content"), kept.getLast().get("content"));
        assertTrue(kept.getLast().get("interrupted").asBoolean());
      }
      // The conversation goes on.
      model.always(Behaviour.saying("Agora sim."));
      device.call("turn.start", words(conversation, "de novo"));
      assertEquals("Agora sim.", device.hear("turn.completed").at("/message/content").asText());
      return failed;
    } finally {
      model.always(Behaviour.silence());
      model.forget();
    }
  }

  private static void assertFailed(JsonNode failed, String code, String content) {
    assertEquals(code, failed.get("code").asText(), failed::toString);
    assertTrue(failed.get("retryable").asBoolean(), failed::toString);
    assertEquals(content, failed.at("/message/content").asText(""));
  }

  @Test
  void aModelServerThatRefusesFailsTheTurnAndSaysThatItMayBeTriedAgain() {
    assertFailed(failing(Behaviour.hangUp()), "model_unavailable", "");
    assertFailed(failing(Behaviour.status(401, "{}", Map.of())), "model_error", "");
    assertFailed(
        failing(Behaviour.status(429, "{}", Map.of("Retry-After", "1"))), "model_unavailable", "");
    assertFailed(failing(Behaviour.status(500, "{}", Map.of())), "model_unavailable", "");
  }

  @Test
  void aModelServerThatBreaksOffLeavesWhatItSaid() {
    assertFailed(failing(Behaviour.cutAfter("Metade, ")), "model_error", "Metade, ");
    assertFailed(failing(Behaviour.endAfter("Metade, ")), "model_error", "Metade, ");
    assertFailed(failing(Behaviour.garbageAfter("Metade, ")), "model_error", "Metade, ");
  }

  @Test
  void aModelServerThatFallsSilentIsGivenUp() {
    assertFailed(failing(Behaviour.silence()), "model_timeout", "");
    assertFailed(failing(Behaviour.silenceAfter("Metade, ")), "model_timeout", "Metade, ");
  }
}
