package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer that broke off is made again, or continued, with one call. */
class AgainTest {
  private static final BlockingQueue<Asked> requests = new LinkedBlockingQueue<>();
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording();
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of("model.chat", "openai/test"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ana = ApiClient.signIn(app.url());
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  @BeforeEach
  void forget() {
    requests.clear();
  }

  /** A turn whose answer stops after these words. */
  private record Broken(String conversation, String turn) {}

  private static Broken broken(String said) throws Exception {
    String conversation =
        ana.post("/v1/conversations", Map.of("collections", List.of())).get("id").asText();
    model.then(asked -> {
      asked.say(said);
      requests.add(asked);
    });
    try (EventSource source = say(conversation, "Conte uma história")) {
      next();
      while (true) {
        Event event = source.event();
        if (event.type().equals("turn.delta")) {
          String turn = event.data().get("turn_id").asText();
          ana.post("/v1/turns/" + turn + "/cancel", Map.of());
          assertEquals("turn.cancelled", source.rest().getLast().type());
          return new Broken(conversation, turn);
        }
      }
    }
  }

  private static Asked next() throws InterruptedException {
    Asked next = requests.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the model server was not asked");
    }
    return next;
  }

  private static EventSource say(String conversation, String words) {
    return EventSource.post(
        app.url(),
        "/v1/conversations/" + conversation + "/turns",
        ana.token(),
        Map.of(),
        Json.write(Map.of("content", words, "client_message_id", Ids.next().toString())));
  }

  private static EventSource again(String turn, String how) {
    return EventSource.post(
        app.url(), "/v1/turns/" + turn + "/" + how, ana.token(), Map.of(), "{}");
  }

  private static Behaviour recorded(Behaviour behaviour) {
    return asked -> {
      requests.add(asked);
      behaviour.answer(asked);
    };
  }

  private static List<JsonNode> messages(String conversation) {
    List<JsonNode> messages = new ArrayList<>();
    ana.get("/v1/conversations/" + conversation + "/messages").get("data").forEach(messages::add);
    return messages;
  }

  /** What the model was told, without its instructions. */
  private static List<String> told(Asked asked) {
    List<String> told = new ArrayList<>();
    asked
        .json()
        .get("messages")
        .forEach(message -> {
          if (!message.get("role").asText().equals("system")) {
            told.add(message.get("role").asText() + ": " + message.get("content").asText());
          }
        });
    return told;
  }

  @Test
  void anAnswerIsMadeAgainOverTheSameWords() throws Exception {
    Broken broken = broken("Era uma ");
    model.then(recorded(Behaviour.saying("Há muito tempo.")));
    List<Event> events;
    try (EventSource source = again(broken.turn(), "regenerate")) {
      events = source.rest();
    }
    assertEquals(List.of("user: Conte uma história"), told(next()));
    JsonNode started = events.get(1).data();
    assertEquals("turn.started", started.get("type").asText());
    assertEquals(broken.turn(), started.get("replaces").asText());
    List<JsonNode> messages = messages(broken.conversation());
    assertEquals(messages.getFirst().get("id"), started.at("/message/id"), "the same words");
    assertEquals(3, messages.size());
    String turn = started.get("turn_id").asText();
    assertEquals(turn, messages.get(1).at("/metadata/superseded_by").asText());
    assertEquals("Era uma ", messages.get(1).get("content").asText());
    assertEquals("Há muito tempo.", messages.get(2).get("content").asText());

    // What was replaced is no part of the conversation any more.
    model.then(recorded(Behaviour.saying("Fim.")));
    try (EventSource source = say(broken.conversation(), "E depois?")) {
      source.rest();
    }
    assertEquals(
        List.of("user: Conte uma história", "assistant: Há muito tempo.", "user: E depois?"),
        told(next()));
    refused(409, turn, "regenerate");
  }

  @Test
  void anAnswerIsContinuedWhereItStopped() throws Exception {
    Broken broken = broken("Era uma ");
    model.then(recorded(Behaviour.saying("vez.")));
    List<Event> events;
    try (EventSource source = again(broken.turn(), "continue")) {
      events = source.rest();
    }
    List<String> told = told(next());
    assertEquals("user: Conte uma história", told.getFirst());
    assertEquals("assistant: Era uma ", told.get(1));
    assertEquals(3, told.size());
    StringBuilder heard = new StringBuilder();
    events.stream()
        .filter(event -> event.type().equals("turn.delta"))
        .forEach(event -> heard.append(event.data().get("text").asText()));
    assertEquals("Era uma vez.", heard.toString());
    JsonNode answer = messages(broken.conversation()).getLast();
    assertEquals("Era uma vez.", answer.get("content").asText());
    assertFalse(answer.get("interrupted").asBoolean());
  }

  @Test
  void manyCallsAtOnceAreOneTurn() throws Exception {
    Broken broken = broken("Era ");
    model.then(recorded(Behaviour.saying("Uma só.")));
    int before = model.requests();
    Set<String> turns = new TreeSet<>();
    try (WireClient socket = WireClient.connected(URI.create(app.url()).getPort(), ana.token())) {
      for (int i = 2; i < 5; i++) {
        socket.send(
            """
            {"id":%d,"rpc":{"method":"turn.regenerate","data":{"turn_id":"%s"}}}
            """
                .formatted(i, broken.turn())
                .strip());
      }
      for (int replies = 0; replies < 3; ) {
        JsonNode line = socket.next();
        if (line.has("id")) {
          turns.add(line.at("/rpc/data/turn_id").asText(line.toString()));
          replies++;
        }
      }
    }
    turns.add(
        ana.post("/v1/turns/" + broken.turn() + "/regenerate", Map.of()).get("turn_id").asText());
    next();
    assertEquals(1, turns.size(), turns::toString);
    try (EventSource source = again(broken.turn(), "regenerate")) {
      assertEquals("turn.completed", source.rest().getLast().type());
    }
    assertEquals(before + 1, model.requests());
    assertEquals(3, messages(broken.conversation()).size());
  }

  @Test
  void whatWasSaidStaysUntilThereIsANewAnswer() throws Exception {
    Broken broken = broken("Era ");
    model.then(Behaviour.status(400, "{}", Map.of()));
    try (EventSource source = again(broken.turn(), "regenerate")) {
      assertEquals("turn.failed", source.rest().getLast().type());
    }
    List<JsonNode> messages = messages(broken.conversation());
    assertEquals(2, messages.size());
    assertTrue(messages.getLast().at("/metadata/superseded_by").isMissingNode());
  }

  @Test
  void onlyTheLastTurnOfOnesOwnOnceItHasEnded() throws Exception {
    Broken broken = broken("Era ");
    model.then(asked -> requests.add(asked));
    try (EventSource running = say(broken.conversation(), "E?")) {
      Asked asked = next();
      String turn = running.event().data().get("turn_id").asText();
      refused(409, broken.turn(), "continue");
      refused(409, turn, "regenerate");
      asked.say("fim").finish();
      running.rest();
    }
    refused(404, Ids.next().toString(), "regenerate");
    refused(404, Ids.next().toString(), "continue");
  }

  private static void refused(int status, String turn, String how) {
    try (EventSource source = again(turn, how)) {
      assertEquals(status, source.status(), source::body);
    }
  }
}
