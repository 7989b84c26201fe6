package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Turns over server-sent events, in front of the whole house. */
class TurnEventsTest {
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording();
    app = app(Map.of());
    ana = ApiClient.signIn(app.url());
  }

  private static RunningApp app(Map<String, String> more) {
    Map<String, String> settings = new java.util.HashMap<>(more);
    settings.put("model.chat", "openai/test");
    return new RunningApp(
        TestDatabase.create(), settings, Map.of("OPENAI_BASE_URL", model.openAiUrl()));
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  /** The next request says this and waits for the test. */
  private static CompletableFuture<Asked> hold(String... pieces) {
    CompletableFuture<Asked> held = new CompletableFuture<>();
    model.then(asked -> {
      if (pieces.length > 0) {
        asked.say(pieces);
      }
      held.complete(asked);
    });
    return held;
  }

  private static Asked asked(CompletableFuture<Asked> held) throws Exception {
    return held.get(20, TimeUnit.SECONDS);
  }

  private static String conversation(ApiClient client) {
    return client.post("/v1/conversations", Map.of("collections", List.of())).get("id").asText();
  }

  private static String words(String clientMessageId) {
    return Json.write(Map.of("content", "Conte algo", "client_message_id", clientMessageId));
  }

  private static EventSource say(String conversation, String clientMessageId) {
    return EventSource.post(
        app.url(),
        "/v1/conversations/" + conversation + "/turns",
        ana.token(),
        Map.of(),
        words(clientMessageId));
  }

  private static EventSource events(String turn, Optional<String> since) {
    return EventSource.get(
        app.url(),
        "/v1/turns/" + turn + "/events",
        ana.token(),
        since.map(id -> Map.of("Last-Event-ID", id)).orElse(Map.of()));
  }

  private static String text(List<Event> events) {
    return events.stream()
        .filter(event -> event.type().equals("turn.delta"))
        .map(event -> event.data().get("text").asText())
        .collect(Collectors.joining());
  }

  private static void contiguous(List<Event> events) {
    List<Long> offsets =
        events.stream()
            .map(event -> event.id().orElseThrow())
            .map(id -> Long.valueOf(id.substring(id.indexOf(':') + 1)))
            .toList();
    for (int i = 1; i < offsets.size(); i++) {
      assertEquals(offsets.get(i - 1) + 1, offsets.get(i), offsets::toString);
    }
  }

  /** Reads on until a delta holds this. */
  private static Event until(EventSource source, List<Event> heard, String piece) {
    while (true) {
      Event event = source.event();
      heard.add(event);
      if (text(List.of(event)).contains(piece)) {
        return event;
      }
    }
  }

  @Test
  void theIdsComeFirstThenTheEventsAsPublished() {
    model.then(Behaviour.saying("Era uma vez, ", "e foi."));
    String conversation = conversation(ana);
    List<Event> all;
    try (EventSource source = say(conversation, "first")) {
      assertEquals(200, source.status());
      all = source.rest();
    }
    JsonNode ids = all.getFirst().data();
    assertEquals("turn.accepted", ids.get("type").asText());
    assertEquals(conversation, ids.get("conversation_id").asText());
    contiguous(all);
    assertEquals("turn.started", all.get(1).type());
    assertEquals(ids.get("message_id"), all.get(1).data().at("/message/id"));
    assertEquals("turn.completed", all.getLast().type());
    assertEquals("Era uma vez, e foi.", text(all));
    assertEquals("Era uma vez, e foi.", all.getLast().data().at("/message/content").asText());
    for (Event event : all) {
      assertEquals(ids.get("turn_id"), event.data().get("turn_id"), event::text);
    }
    // As they were published: what is replayed is the same, to the letter.
    try (EventSource again = events(ids.get("turn_id").asText(), Optional.empty())) {
      assertEquals(all.subList(1, all.size()), again.rest());
    }
  }

  @Test
  void aCutConnectionResumesExactly() throws Exception {
    CompletableFuture<Asked> held = hold("um ");
    String conversation = conversation(ana);
    List<Event> heard = new ArrayList<>();
    EventSource source = say(conversation, "cut");
    Asked asked = asked(held);
    Event last = until(source, heard, "um");
    source.close();
    asked.say("dois ");
    String turn = last.data().get("turn_id").asText();
    try (EventSource resumed = events(turn, last.id())) {
      last = until(resumed, heard, "dois");
    }
    try (EventSource resumed = events(turn, last.id())) {
      asked.say("três").finish();
      heard.addAll(resumed.rest());
    }
    contiguous(heard);
    assertEquals("um dois três", text(heard));
    JsonNode end = heard.getLast().data();
    assertEquals("turn.completed", end.get("type").asText());
    assertEquals("um dois três", end.at("/message/content").asText());
    try (EventSource all = events(turn, heard.getLast().id())) {
      assertEquals(204, all.status(), "nothing more comes");
    }
    try (EventSource ahead =
        events(turn, Optional.of(heard.getFirst().id().orElseThrow() + "99"))) {
      assertFalse(ahead.event().data().get("recovered").asBoolean(true));
    }
  }

  @Test
  void theSameMessageAttachesToTheSameTurn() throws Exception {
    CompletableFuture<Asked> held = hold("só ");
    String conversation = conversation(ana);
    int before = model.requests();
    List<Event> first = new ArrayList<>();
    List<Event> second = new ArrayList<>();
    try (EventSource one = say(conversation, "twice")) {
      Asked asked = asked(held);
      until(one, first, "só");
      try (EventSource two = say(conversation, "twice")) {
        until(two, second, "só");
        asked.say("uma").finish();
        first.addAll(one.rest());
        second.addAll(two.rest());
      }
    }
    assertEquals(first.subList(1, first.size()), second.subList(1, second.size()));
    assertEquals(first.getFirst().data().get("turn_id"), second.getFirst().data().get("turn_id"));
    assertEquals(before + 1, model.requests());
    try (EventSource resumed =
        EventSource.post(
            app.url(),
            "/v1/conversations/" + conversation + "/turns",
            ana.token(),
            Map.of("Last-Event-ID", first.get(2).id().orElseThrow()),
            words("twice"))) {
      List<Event> rest = resumed.rest();
      assertEquals(first.subList(3, first.size()), rest.subList(1, rest.size()));
    }
  }

  @Test
  void anIdempotencyKeyIsHonouredForStreamsToo() throws Exception {
    String path = "/v1/conversations/" + conversation(ana) + "/turns";
    Map<String, String> key = Map.of("Idempotency-Key", "stream-key");
    List<Event> first;
    try (EventSource one = EventSource.post(app.url(), path, ana.token(), key, words("k"))) {
      first = one.rest();
    }
    try (EventSource two = EventSource.post(app.url(), path, ana.token(), key, words("k"))) {
      assertEquals(first, two.rest());
    }
    try (EventSource other = EventSource.post(app.url(), path, ana.token(), key, words("l"))) {
      assertEquals(422, other.status());
      assertEquals("idempotency_mismatch", Json.read(other.body()).get("code").asText());
    }
  }

  @Test
  void aTurnThatIsNotOnesOwnIsLikeOneThatDoesNotExist() {
    String own = own();
    ana.post(
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
    String bia =
        ana.post(
                "/v1/auth/token",
                Map.of("email", "bia@example.org", "password", RunningApp.PASSWORD))
            .get("access_token")
            .asText();
    String path = "/v1/turns/" + own + "/events";
    try (EventSource foreign = EventSource.get(app.url(), path, bia, Map.of());
        EventSource unknown = events(Ids.next().toString(), Optional.empty());
        EventSource noId = events("x", Optional.empty())) {
      assertEquals(404, foreign.status());
      JsonNode told = Json.read(foreign.body());
      for (EventSource same : List.of(unknown, noId)) {
        assertEquals(404, same.status());
        assertEquals(told.get("detail"), Json.read(same.body()).get("detail"));
      }
    }
  }

  /** A turn that has ended. */
  private static String own() {
    try (EventSource source = say(conversation(ana), Ids.next().toString())) {
      return source.rest().getLast().data().get("turn_id").asText();
    }
  }

  @Test
  void aBadLastEventIdIsNamed() {
    String turn = own();
    for (String bad : List.of("x", "epoch:", "epoch:-1", "epoch:1x", ":1", "e:" + "9".repeat(30))) {
      try (EventSource source = events(turn, Optional.of(bad))) {
        assertEquals(400, source.status(), bad);
        assertEquals("Last-Event-ID", Json.read(source.body()).at("/errors/0/field").asText());
      }
    }
  }

  @Test
  void whatIsNotKeptAnyMoreSaysReload() throws SQLException {
    String turn = own();
    JsonNode known = ana.get("/v1/turns/" + turn);
    String some;
    try (EventSource source = events(turn, Optional.empty())) {
      some = source.event().id().orElseThrow();
    }
    try (Connection owner = app.database().owner();
        PreparedStatement drop = owner.prepareStatement("DELETE FROM event WHERE channel_id = ?")) {
      drop.setObject(1, UUID.fromString(known.get("conversation_id").asText()));
      drop.executeUpdate();
    }
    for (Optional<String> since : List.of(Optional.<String>empty(), Optional.of(some))) {
      try (EventSource source = events(turn, since)) {
        List<Event> all = source.rest();
        assertEquals(1, all.size());
        JsonNode told = all.getFirst().data();
        assertEquals("turn.unrecovered", told.get("type").asText());
        assertFalse(told.get("recovered").asBoolean(true));
        assertEquals(known.get("conversation_id"), told.get("conversation_id"));
      }
    }
    try (EventSource source = events(turn, Optional.of("otherepoch:1"))) {
      assertEquals("turn.unrecovered", source.event().type());
    }
  }

  @Test
  void aSlowReaderIsCutOffAndResumes() throws Exception {
    int pieces = 160;
    String piece = "x".repeat(64 * 1024);
    CompletableFuture<Asked> held = hold();
    String conversation = conversation(ana);
    List<Event> heard = new ArrayList<>();
    try (EventSource slow =
        EventSource.open(
            app.url(),
            "POST",
            "/v1/conversations/" + conversation + "/turns",
            ana.token(),
            Map.of(),
            words("slow"),
            4096)) {
      heard.add(slow.event());
      Asked asked = asked(held);
      String turn = heard.getFirst().data().get("turn_id").asText();
      for (int i = 0; i < pieces; i++) {
        asked.say(piece);
      }
      asked.finish();
      // Others hear all of it before the slow one reads on.
      List<Event> all = new ArrayList<>(whole(turn, Optional.empty()));
      heard.addAll(slow.rest());
      assertFalse(heard.getLast().type().equals("turn.completed"), "it was cut off");
      heard.addAll(whole(turn, heard.getLast().id()));
      assertEquals(all.size(), heard.size() - 1);
      for (int i = 0; i < all.size(); i++) {
        assertTrue(all.get(i).equals(heard.get(i + 1)), "the event at " + i);
      }
      assertEquals(pieces * piece.length(), text(all).length());
    }
  }

  /** All events up to the turn's end, over as many connections as it takes. */
  private static List<Event> whole(String turn, Optional<String> since) {
    List<Event> heard = new ArrayList<>();
    while (heard.isEmpty() || !heard.getLast().type().equals("turn.completed")) {
      Optional<String> last = heard.isEmpty() ? since : heard.getLast().id();
      try (EventSource source = events(turn, last)) {
        heard.addAll(source.rest());
      }
    }
    return heard;
  }

  @Test
  void aStreamIsKeptAliveAndEndsWithItsToken() throws Exception {
    try (RunningApp brief =
        app(
            Map.of(
                "identity.access_token_ttl",
                "3s",
                "gateway.expiry_grace",
                "0s",
                "limits.ping_seconds",
                "1"))) {
      ApiClient client = ApiClient.signIn(brief.url());
      CompletableFuture<Asked> held = hold();
      String path = "/v1/conversations/" + conversation(client) + "/turns";
      try (EventSource source =
          EventSource.post(brief.url(), path, client.token(), Map.of(), words("brief"))) {
        List<Event> all = new ArrayList<>();
        for (var next = source.next(); next.isPresent(); next = source.next()) {
          all.add(next.get());
        }
        assertEquals("turn.started", all.get(1).type());
        assertTrue(all.subList(2, all.size()).stream().allMatch(e -> e.text().isEmpty()));
        assertTrue(all.size() > 2, "comments came");
      }
      try (EventSource late =
          EventSource.get(
              brief.url(), "/v1/turns/" + Ids.next() + "/events", client.token(), Map.of())) {
        assertEquals(401, late.status());
        assertEquals("token_expired", Json.read(late.body()).get("code").asText());
      }
      asked(held);
    }
  }
}
