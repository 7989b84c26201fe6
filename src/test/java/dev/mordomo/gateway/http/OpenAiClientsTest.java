package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeScript;
import dev.mordomo.RunningApp;
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
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official clients of the OpenAI interface against the whole house, see openai.mjs. */
class OpenAiClientsTest {
  private static final String EMBEDDING = "embedded/gloss-minilm";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final BlockingQueue<Asked> held = new LinkedBlockingQueue<>();
  private static final AtomicInteger down = new AtomicInteger();
  private static final AtomicInteger slow = new AtomicInteger();
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static String key = "";

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording().always(OpenAiClientsTest::answer);
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of("model.chat", "openai/test", "model.retries", "0", "chat.queued_turns", "0"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ApiClient admin = ApiClient.signIn(app.url());
    admin.post(
        "/v1/users",
        Map.of(
            "email",
            "bia@example.org",
            "name",
            "Bia",
            "password",
            RunningApp.PASSWORD,
            "role",
            "member"));
    key =
        ApiClient.signIn(app.url(), "bia@example.org", RunningApp.PASSWORD)
            .post("/v1/api-keys", Map.of("name", "test"))
            .get("key")
            .asText();
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  private static Map<String, String> environment(String name) {
    return Map.of("BASE", app.url(), "KEY", key, "CASE", name, "EMBEDDING", EMBEDDING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whole",
        "stream",
        "plain",
        "tools",
        "embeddings",
        "models",
        "errors",
        "aisdk",
        "langchain"
      })
  void theClientsAreContent(String name) {
    assertTrue(NodeScript.run("openai.mjs", environment(name)).contains("passed"));
    held.clear();
  }

  @Test
  void whoLeavesCancelsTheTurnAndItsUpstreamRequest() throws Exception {
    held.clear();
    int before = cancelled();
    try (NodeScript script = NodeScript.start("openai.mjs", environment("abort"))) {
      Asked streamed = next();
      script.await("aborted");
      streamed.awaitClosed();
      Asked whole = next();
      script.tell("abort");
      script.await("aborted");
      whole.awaitClosed();
      script.awaitEnd();
    }
    Await.until("both turns are cancelled", () -> cancelled() == before + 2, PATIENCE);
  }

  private static int cancelled() {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT count(*) FROM turn t JOIN message m ON m.id = t.user_message_id
                WHERE t.status = 'cancelled' AND m.content = 'wait'
                """)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aRetryIsTheSameTurn() throws Exception {
    held.clear();
    try (NodeScript script = NodeScript.start("openai.mjs", environment("retries"))) {
      script.await("second attempt");
      Asked first = next();
      try {
        first.say("at ", "last").finish();
      } catch (IllegalStateException e) {
        // The retry came too late for it, and was answered anew.
      }
      script.awaitEnd();
    }
  }

  @Test
  void embeddingsAreInTheLedger() throws SQLException {
    NodeScript.run("openai.mjs", environment("embeddings"));
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*), min(prompt_tokens) FROM usage WHERE model = '"
                    + EMBEDDING
                    + "' AND turn_id IS NULL")) {
      rows.next();
      assertTrue(rows.getInt(1) >= 4, "a row a call");
      assertTrue(rows.getInt(2) > 0);
    }
  }

  private static Asked next() throws InterruptedException {
    Asked next = held.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the model server was not asked");
    }
    return next;
  }

  // ── The model ──────────────────────────────────────────────────────────────────────────────────

  private static void answer(Asked asked) {
    JsonNode messages = asked.json().get("messages");
    JsonNode last = messages.get(messages.size() - 1);
    boolean hasResult = last.get("role").asText().equals("tool");
    behaviour(asked, words(messages), hasResult ? last.get("content").asText() : "").answer(asked);
  }

  private static Behaviour behaviour(Asked asked, String words, String result) {
    return switch (words) {
      case "hello" -> Behaviour.saying("Hello, ", "world");
      case "what did I say?" -> Behaviour.saying(history(asked));
      case "system?" -> Behaviour.saying(asked.json().at("/messages/0/content").asText());
      case "tools?" -> Behaviour.saying(tools(asked));
      case "choice?" -> Behaviour.saying(asked.json().path("tool_choice").asText());
      case "weather" ->
          result.isEmpty()
              ? Behaviour.calling("call_upstream", "get_weather", "{\"city\":\"Porto\"}")
              : Behaviour.saying("It is ", result.replace("\"", ""));
      case "remind me" ->
          result.isEmpty()
              ? Behaviour.calling(
                  "call_own",
                  "create_reminder",
                  "{\"title\":\"cake\",\"scheduled_at\":\"2199-01-01T10:00:00Z\"}")
              : Behaviour.saying(
                  "Reminder set: ", result.contains("\"success\"") ? "success" : result);
      case "refuse" -> Behaviour.status(400, "{\"error\":{\"message\":\"no\"}}", Map.of());
      case "break" -> Behaviour.cutAfter("half ");
      case "wait" ->
          waiting -> {
            waiting.say("one ");
            held.add(waiting);
          };
      case "down once" ->
          down.getAndIncrement() == 0
              ? Behaviour.status(503, "{}", Map.of())
              : Behaviour.saying("up again");
      case "slow once" -> slow.getAndIncrement() == 0 ? held::add : Behaviour.saying("at ", "last");
      default -> Behaviour.saying("ok");
    };
  }

  private static String words(JsonNode messages) {
    String words = "";
    for (JsonNode message : messages) {
      words = message.get("role").asText().equals("user") ? content(message) : words;
    }
    return words;
  }

  private static String content(JsonNode message) {
    return message.get("content").asText();
  }

  private static String history(Asked asked) {
    JsonNode messages = asked.json().get("messages");
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < messages.size() - 1; i++) {
      if (!messages.get(i).get("role").asText().equals("system")) {
        said.append(said.isEmpty() ? "" : " ")
            .append(messages.get(i).get("role").asText())
            .append(':')
            .append(content(messages.get(i)));
      }
    }
    return said.toString();
  }

  private static String tools(Asked asked) {
    JsonNode tools = asked.json().path("tools");
    return tools.isEmpty()
        ? "none"
        : StreamSupport.stream(tools.spliterator(), false)
            .map(tool -> tool.at("/function/name").asText())
            .sorted()
            .collect(Collectors.joining(" "));
  }
}
