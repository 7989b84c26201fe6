package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.billing.Spender;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** However a turn goes, its message, the report of usage and the quota say the same of its cost. */
class TurnCostTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Behaviour TOOL = Behaviour.calling("call_1", "list_reminders", "{}");

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static Spender ana;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording();
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                "billing.prices", "openai/test=1/4"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ana = Spender.of(ApiClient.signIn(app.url()), app.url(), 1_000_000);
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  private static EventSource say(String conversation) {
    return EventSource.post(
        app.url(),
        "/v1/conversations/" + conversation + "/turns",
        ana.api().token(),
        Map.of(),
        Json.write(Map.of("content", "Conte algo", "client_message_id", Ids.next().toString())));
  }

  /** Cancels it once its model, which then is silent, has said something. */
  private static String cancel(EventSource source) {
    while (true) {
      Event event = source.event();
      if (event.type().equals("turn.delta")) {
        String turn = event.data().get("turn_id").asText();
        ana.api().post("/v1/turns/" + turn + "/cancel", Map.of());
        ends("turn.cancelled", source);
        return turn;
      }
    }
  }

  private static void ends(String how, EventSource source) {
    assertEquals(how, source.rest().getLast().type());
  }

  /** What the nodes have said that they used, of the tenant's quota. */
  private static long used() {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT used FROM token_account WHERE id = '" + ana.tenant() + "'")) {
      return rows.next() ? rows.getLong(1) : 0;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void sumsEqualTheMessagesHoweverTurnsEnd() throws Exception {
    String story = ana.conversation();
    model.then(Behaviour.silenceAfter("Era uma vez um rei."));
    String turn;
    try (EventSource source = say(story)) {
      turn = cancel(source);
    }
    model.then(Behaviour.saying("Há muito tempo."));
    try (EventSource source =
        EventSource.post(
            app.url(), "/v1/turns/" + turn + "/regenerate", ana.api().token(), Map.of(), "{}")) {
      ends("turn.completed", source);
    }

    String tools = ana.conversation();
    model.then(TOOL, Behaviour.saying("Nada há."));
    try (EventSource source = say(tools)) {
      ends("turn.completed", source);
    }
    model.then(TOOL, Behaviour.silenceAfter("Vejo que nada há."));
    try (EventSource source = say(tools)) {
      cancel(source);
    }

    String broken = ana.conversation();
    model.then(Behaviour.cutAfter("Era uma vez"));
    try (EventSource source = say(broken)) {
      ends("turn.failed", source);
    }

    String silent = ana.conversation();
    CompletableFuture<Asked> asked = new CompletableFuture<>();
    model.then(asked::complete);
    try (EventSource source = say(silent)) {
      String stopped = source.event().data().get("turn_id").asText();
      asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      ana.api().post("/v1/turns/" + stopped + "/cancel", Map.of());
      ends("turn.cancelled", source);
    }

    List<String> all = List.of(story, tools, broken, silent);
    ana.sumsEqualTheMessages(app.url(), all);
    List<JsonNode> answers =
        all.stream()
            .flatMap(one -> StreamSupport.stream(ana.messages(one).spliterator(), false))
            .filter(message -> message.get("role").asText().equals("assistant"))
            .toList();
    assertEquals(6, answers.size(), answers::toString);
    for (JsonNode answer : answers) {
      // The provider says 11 of each request that comes to its end; instructions are far more.
      boolean isWhole = !answer.get("interrupted").asBoolean();
      int prompt = answer.at("/tokens/prompt").asInt();
      assertTrue(isWhole ? prompt == 11 || prompt == 22 : prompt > 100, answer.toString());
    }
    long consumed = ana.consumed();
    Await.until("the quota says it too", () -> used() == consumed, PATIENCE);
  }
}
