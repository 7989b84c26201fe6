package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients are told of fields over HTTP holds. */
class ProtocolTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Got send(Caller caller, String method, String path, Object body) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + path))
            .header("Authorization", "Bearer " + caller.token())
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private static JsonNode ok(Got got) {
    assertTrue(got.status() / 100 == 2, got.status() + " " + got.body());
    return got.json();
  }

  private static void refused(Got got, int status, String code, String field) {
    assertEquals(status, got.status(), got.body());
    assertEquals(code, got.json().get("code").asText());
    assertEquals(field, got.json().at("/errors/0/field").asText());
  }

  private static String document(Caller caller, String title, String content) {
    String collection =
        ok(send(caller, "POST", "/v1/collections", Map.of("name", title, "scope", "user")))
            .get("id")
            .asText();
    ok(
        send(
            caller,
            "POST",
            "/v1/collections/" + collection + "/documents",
            Map.of("title", title, "content", content, "source", "test:" + title)));
    return collection;
  }

  @Test
  void anEmbeddingWithoutModeIsSearchedByMeaning() {
    Caller caller = house.person("vectorsearcher", house.tenant, "member");
    document(caller, "Garden", "Roses are watered every second day in summer.");
    JsonNode embedded =
        ok(
            send(
                caller,
                "POST",
                "/v1/embeddings",
                Map.of("model", "embedded/gloss-minilm", "input", "watering roses")));
    List<Double> vector = new ArrayList<>();
    embedded.at("/data/0/embedding").forEach(number -> vector.add(number.asDouble()));
    Map<String, Object> asked = new HashMap<>();
    asked.put("embedding", vector);
    asked.put("embedding_model", "embedded/gloss-minilm");
    JsonNode found = ok(send(caller, "POST", "/v1/search", asked));
    assertEquals("Garden", found.at("/hits/0/title").asText());
    asked.put("mode", "hybrid");
    refused(send(caller, "POST", "/v1/search", asked), 400, "invalid", "mode");
  }

  /** As {@code docs/openapi.yaml} has it of {@code threshold}. */
  @Test
  void whereNoThresholdIsGivenTheModelsOwnIsForWordsAndNoneForEmbeddings() {
    Caller caller = house.person("thresholdless", house.tenant, "member");
    document(caller, "Tariff", "The ferry to the island costs seven euros.");
    Map<String, Object> words = new HashMap<>(Map.of("query", "quantum chromodynamics"));
    words.put("mode", "semantic");
    assertEquals(0, ok(send(caller, "POST", "/v1/search", words)).get("hits").size());
    words.put("threshold", 0);
    assertEquals(1, ok(send(caller, "POST", "/v1/search", words)).get("hits").size());
    List<Double> far = new ArrayList<>(Collections.nCopies(384, 0.0));
    far.set(0, 1.0);
    Map<String, Object> vector =
        Map.of("embedding", far, "embedding_model", "embedded/gloss-minilm");
    assertEquals(1, ok(send(caller, "POST", "/v1/search", vector)).get("hits").size());
  }

  @Test
  void theEndOfAConversationIsTheTimeThatIsGiven() {
    Caller caller = house.person("ender", house.tenant, "member");
    String path =
        "/v1/conversations/"
            + ok(send(caller, "POST", "/v1/conversations", Map.of())).get("id").asText();
    Instant at = Instant.now().plus(Duration.ofMinutes(90)).truncatedTo(ChronoUnit.SECONDS);
    JsonNode ended = ok(send(caller, "PATCH", path, Map.of("ended_at", at.toString())));
    assertEquals(at, Instant.parse(ended.get("ended_at").asText()));
    assertEquals(5400, ended.get("duration_seconds").asInt(), 60);
    assertEquals(at, Instant.parse(caller.api().get(path).get("ended_at").asText()));
    JsonNode longAgo =
        ok(send(caller, "PATCH", path, Map.of("ended_at", "2001-02-03T04:05:06+01:00")));
    assertEquals("2001-02-03T03:05:06Z", longAgo.get("ended_at").asText());
    assertEquals(0, longAgo.get("duration_seconds").asInt());
    refused(
        send(caller, "PATCH", path, Map.of("ended_at", "9999-01-01T00:00:00Z")),
        400,
        "invalid",
        "ended_at");
    Map<String, Object> open = new HashMap<>();
    open.put("ended_at", null);
    assertTrue(ok(send(caller, "PATCH", path, open)).get("ended_at").isNull());
  }

  @Test
  void howGoodAConversationWasIsStoredAndCleared() {
    Caller caller = house.person("scorer", house.tenant, "member");
    String path =
        "/v1/conversations/"
            + ok(send(caller, "POST", "/v1/conversations", Map.of())).get("id").asText();
    ok(send(caller, "PATCH", path, Map.of("satisfaction_score", 0.75)));
    assertEquals(0.75, caller.api().get(path).get("satisfaction_score").asDouble());
    ok(send(caller, "PATCH", path, Map.of("title", "Kept")));
    assertEquals(0.75, caller.api().get(path).get("satisfaction_score").asDouble());
    refused(
        send(caller, "PATCH", path, Map.of("satisfaction_score", 1.5)),
        400,
        "invalid",
        "satisfaction_score");
    Map<String, Object> cleared = new HashMap<>();
    cleared.put("satisfaction_score", null);
    ok(send(caller, "PATCH", path, cleared));
    assertTrue(caller.api().get(path).get("satisfaction_score").isNull());
  }

  /** The answer's message, once the turn is over. */
  private static JsonNode answer(Caller caller, String conversation, String words) {
    String turn =
        ok(send(
                caller,
                "POST",
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", words, "client_message_id", words)))
            .get("turn_id")
            .asText();
    Await.until(
        "it is answered",
        () -> caller.api().get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        PATIENCE);
    JsonNode messages =
        caller.api().get("/v1/conversations/" + conversation + "/messages").get("data");
    return messages.get(messages.size() - 1);
  }

  private static String conversation(Caller caller) {
    return ok(send(caller, "POST", "/v1/conversations", Map.of())).get("id").asText();
  }

  @Test
  void feedbackIsReadWithItsMessage() {
    Caller caller = house.person("criticalone", house.tenant, "member");
    String conversation = conversation(caller);
    String id = answer(caller, conversation, "Good morning").get("id").asText();
    String path = "/v1/messages/" + id + "/feedback";
    assertEquals(
        204,
        send(caller, "PUT", path, Map.of("score", 4, "comment", "call me: ana@example.org"))
            .status());
    for (String list :
        List.of("/v1/conversations/" + conversation + "/messages", "/v1/messages?role=assistant")) {
      JsonNode feedback = message(caller, list, id).at("/metadata/feedback");
      assertEquals(4, feedback.get("score").asInt(), list);
      assertEquals("call me: ana@example.org", feedback.get("comment").asText(), list);
    }
    assertEquals(204, send(caller, "PUT", path, Map.of("score", 1)).status());
    JsonNode later = message(caller, "/v1/messages?role=assistant", id).at("/metadata/feedback");
    assertEquals(1, later.get("score").asInt());
    assertTrue(later.get("comment").isNull());
  }

  private static JsonNode message(Caller caller, String list, String id) {
    for (JsonNode message : caller.api().get(list).get("data")) {
      if (message.get("id").asText().equals(id)) {
        return message;
      }
    }
    throw new AssertionError(id + " is not in " + list);
  }

  @Test
  void messagesAreFilteredByAllThatIsPromised() {
    Caller caller = house.person("filterer", house.tenant, "member");
    String greeted = conversation(caller);
    JsonNode greeting = answer(caller, greeted, "Good morning");
    String asked = conversation(caller);
    JsonNode reminding = answer(caller, asked, "Remind me tomorrow at 9 to water the plants");
    String intent = greeting.get("intent").asText();
    String other = reminding.get("intent").asText();
    assertFalse(intent.isEmpty() || other.isEmpty() || intent.equals(other), intent + other);
    assertTrue(reminding.get("confidence").asDouble() > 0);
    assertEquals(4, contents(caller, "").size());
    assertEquals(
        List.of("Remind me tomorrow at 9 to water the plants", "Good morning"),
        contents(caller, "role=user"));
    assertEquals(
        List.of(reminding.get("content").asText()),
        contents(caller, "role=assistant&conversation_id=" + asked));
    assertEquals(List.of(greeting.get("content").asText()), contents(caller, "intent=" + intent));
    assertEquals(List.of(reminding.get("content").asText()), contents(caller, "intent=" + other));
    assertEquals(List.of(), contents(caller, "intent=no_such_intent"));
    String between = greeting.get("created_at").asText();
    String after = Instant.parse(between).plusNanos(1000).toString();
    assertEquals(2, contents(caller, "conversation_id=" + greeted + "&to=" + after).size());
    assertEquals(2, contents(caller, "from=" + after).size());
    assertEquals(3, contents(caller, "from=" + between).size());
    assertEquals(1, contents(caller, "to=" + between).size(), "the end is left out");
    assertEquals(
        List.of(), contents(caller, "conversation_id=00000000-0000-7000-8000-000000000000"));
    refused(send(caller, "GET", "/v1/messages?from=yesterday", Map.of()), 400, "invalid", "from");
    refused(send(caller, "GET", "/v1/messages?role=nobody", Map.of()), 400, "invalid", "role");
  }

  private static List<String> contents(Caller caller, String query) {
    List<String> contents = new ArrayList<>();
    caller
        .api()
        .get("/v1/messages?" + query)
        .get("data")
        .forEach(message -> contents.add(message.get("content").asText()));
    return contents;
  }

  @Test
  void aSearchOfMessagesRefusesWhatItCannotDo() {
    Caller caller = house.person("wordsearcher", house.tenant, "member");
    String path = "/v1/messages/search";
    ok(send(caller, "POST", path, Map.of("query", "roses", "mode", "text")));
    for (String mode : List.of("semantic", "hybrid")) {
      ok(send(caller, "POST", path, Map.of("query", "roses", "mode", mode)));
    }
    ok(send(caller, "POST", path, Map.of("query", "roses", "mode", "text", "threshold", 0.7)));
    ok(send(caller, "POST", path, Map.of("query", "roses", "threshold", 0)));
    Map<String, Object> nothingSaid = new HashMap<>(Map.of("query", "roses"));
    List.of("mode", "threshold", "sentiment", "from", "to", "limit")
        .forEach(name -> nothingSaid.put(name, null));
    ok(send(caller, "POST", path, nothingSaid));
    for (String sentiment : List.of("positive", "neutral", "negative")) {
      ok(send(caller, "POST", path, Map.of("query", "roses", "sentiment", sentiment)));
    }
    for (Map.Entry<String, Object> field :
        Map.<String, Object>of(
                "mode", "meaning", "threshold", 1.5, "sentiment", "glad", "limit", 0, "from", "May")
            .entrySet()) {
      refused(
          send(caller, "POST", path, Map.of("query", "x", field.getKey(), field.getValue())),
          400,
          "invalid",
          field.getKey());
    }
  }

  @Test
  void aMessageThatIsTooLongIsTooLarge() {
    Caller caller = house.person("longwinded", house.tenant, "member");
    String path = "/v1/conversations/" + conversation(caller) + "/turns";
    refused(send(caller, "POST", path, words(32_001)), 413, "too_large", "content");
    Got whole = send(caller, "POST", path, words(1_048_576));
    assertEquals(413, whole.status());
    assertEquals("too_large", whole.json().get("code").asText());
    assertEquals(202, send(caller, "POST", path, words(32_000)).status());
  }

  @Test
  void aMessageThatIsTooLongIsTooLargeOnTheSocket() {
    Caller caller = house.person("longsocket", house.tenant, "member");
    try (WireClient socket = WireClient.connected(house.port(), caller.token())) {
      socket.send(turn(200_000));
      JsonNode error = socket.next().get("error");
      assertEquals(409, error.get("code").asInt());
      assertTrue(error.get("message").asText().startsWith("too_large"), error.toString());
      socket.send(turn(1_048_576));
      assertEquals(3501, socket.closeCode());
    }
  }

  private static Map<String, Object> words(int length) {
    return Map.of("content", "x".repeat(length), "client_message_id", "words " + length);
  }

  private static String turn(int length) {
    return Json.write(
        Map.of("id", 2, "rpc", Map.of("method", "turn.start", "data", words(length))));
  }
}
