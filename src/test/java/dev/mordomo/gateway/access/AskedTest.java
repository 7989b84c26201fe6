package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An administrator reads who asked what, when, at what cost, on which documents. */
class AskedTest {
  private static House house;
  private static String document;

  @BeforeAll
  static void open() {
    house = new House();
    document = house.document(house.person("asked.writer", house.tenant, "operator"), "tenant");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static JsonNode audit(Caller who, String query) {
    return who.api().get("/v1/audit?action=turn.ask&" + query).get("data");
  }

  /** A turn that has ended. */
  private static JsonNode turn(Caller who, String words) {
    String conversation = who.api().post("/v1/conversations", Map.of()).get("id").asText();
    String turn =
        who.api()
            .post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", words, "client_message_id", "one " + conversation))
            .get("turn_id")
            .asText();
    Await.until(
        "the turn ends",
        () -> who.api().get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        Duration.ofSeconds(20));
    return who.api().get("/v1/turns/" + turn);
  }

  @Test
  void whoAskedWhatWhenAtWhatCostOnWhichDocuments() {
    Caller chief = house.person("asked.chief", house.tenant, "admin");
    Caller asker = house.person("asked.asker", house.tenant, "member");
    Caller foreign = house.person("asked.foreign", house.otherTenant, "admin");
    JsonNode turn = turn(asker, "Is the bridge old?");

    JsonNode found = audit(chief, "actor_id=" + asker.userId());
    assertEquals(1, found.size(), found.toString());
    JsonNode record = found.get(0);
    assertEquals("user", record.at("/actor/kind").asText());
    assertEquals(asker.userId(), record.at("/actor/id").asText());
    assertFalse(record.at("/actor/credential").asText().isEmpty(), record.toString());
    assertEquals("127.0.0.1", record.get("address").asText());
    assertEquals("ok", record.get("result").asText());
    assertEquals("turn", record.at("/target/type").asText());
    assertEquals(turn.get("id").asText(), record.at("/target/id").asText());
    JsonNode details = record.get("details");
    assertEquals("completed", details.get("outcome").asText());
    assertTrue(details.get("prompt_tokens").asLong() > 0, details.toString());
    assertEquals(document, details.at("/documents/0").asText(), details.toString());
    assertFalse(record.toString().contains("bridge"), "the words are in the message alone");
    JsonNode messages =
        asker
            .api()
            .get("/v1/conversations/" + details.get("conversation_id").asText() + "/messages")
            .get("data");
    assertTrue(messages.toString().contains(details.get("question_id").asText()));
    assertTrue(messages.toString().contains(details.get("answer_id").asText()));

    for (String id :
        new String[] {
          turn.get("id").asText(),
          document,
          details.get("conversation_id").asText(),
          details.get("question_id").asText()
        }) {
      // Others may have asked about the same document.
      String theirs = "actor_id=" + asker.userId() + "&target_id=" + id;
      assertEquals(1, audit(chief, theirs).size(), id);
      assertEquals(1, audit(house.superuser, theirs).size(), id);
      assertEquals(0, audit(foreign, "target_id=" + id).size(), id);
    }
    assertEquals(0, audit(chief, "actor_id=" + asker.userId() + "&result=failed").size());
    assertEquals(0, audit(chief, "actor_id=" + asker.userId() + "&to=2026-01-01T00:00:00Z").size());
    assertEquals(0, audit(chief, "actor_id=" + asker.userId() + "&target_type=user").size());
  }

  @Test
  void whoSearchedWhatAndWhatWasFound() {
    Caller chief = house.person("searched.chief", house.tenant, "admin");
    Caller asker = house.person("searched.asker", house.tenant, "member");
    JsonNode found =
        asker
            .api()
            .post(
                "/v1/search", Map.of("query", "the old bridge of maria@example.org", "limit", 50));
    String query = "/v1/audit?action=search.ask&actor_id=" + asker.userId();
    Await.until(
        "it is recorded",
        () -> chief.api().get(query).get("data").size() == 1,
        Duration.ofSeconds(20));
    JsonNode record = chief.api().get(query).get("data").get(0);
    assertEquals(found.get("id").asText(), record.at("/target/id").asText());
    assertEquals("search", record.at("/target/type").asText());
    assertEquals("127.0.0.1", record.get("address").asText());
    assertFalse(record.toString().contains("bridge"), "the words are the asker's");
    assertEquals("the old bridge of [email]", words(record.get("id").asText()));
    assertEquals(
        found.get("hits").findValuesAsText("document_id").stream().distinct().toList(),
        Json.read(
            record.at("/details/documents").toString(), new TypeReference<List<String>>() {}));
  }

  /** As it is kept, for the asker's export. */
  private static String words(String id) {
    return house
        .app
        .database()
        .database()
        .callSystem("SELECT query FROM asked WHERE id = $1", Tuple.of(UUID.fromString(id)))
        .iterator()
        .next()
        .getString(0);
  }

  @Test
  void withAnApiKeyAndOverTheSocketToo() {
    Caller chief = house.person("asked.boss", house.tenant, "admin");
    Caller asker = house.person("asked.keyed", house.tenant, "member");
    JsonNode key =
        asker.api().post("/v1/api-keys", Map.of("name", "mine", "scopes", List.of("chat")));
    turn(asker.with(key.get("key").asText()), "good morning");
    JsonNode record = audit(chief, "actor_id=" + asker.userId()).get(0);
    assertEquals("key", record.at("/actor/kind").asText());
    assertEquals(key.get("id").asText(), record.at("/actor/credential").asText());

    Caller live = house.person("asked.live", house.tenant, "member");
    try (WireClient socket = WireClient.connected(house.port(), live.token()).pongs()) {
      socket.send(
          "{\"id\":2,\"rpc\":{\"method\":\"turn.start\",\"data\":{\"content\":\"good morning\","
              + "\"client_message_id\":\"asked live\"}}}");
      Await.until(
          "it is recorded",
          () -> audit(chief, "actor_id=" + live.userId()).size() == 1,
          Duration.ofSeconds(20));
    }
    JsonNode said = audit(chief, "actor_id=" + live.userId()).get(0);
    assertEquals("127.0.0.1", said.get("address").asText());
    assertFalse(said.at("/actor/credential").asText().isEmpty(), said.toString());
  }

  @Test
  void inTheFormOfOpenAiAsAStreamAgainAndAsAGuestToo() {
    Caller chief = house.person("asked.head", house.tenant, "admin");
    Caller asker = house.person("asked.openai", house.tenant, "member");
    // The whole assistant, a model by its name, and both ways of answering.
    for (String model : List.of("mordomo", "embedded/extractive")) {
      for (boolean stream : new boolean[] {false, true}) {
        assertEquals(200, completion(asker, model, stream).status(), model);
      }
    }
    assertEquals(4, asked(chief, asker).size());
    for (JsonNode record : asked(chief, asker)) {
      assertEquals("embedded/extractive", record.at("/details/model").asText());
      assertEquals("127.0.0.1", record.get("address").asText());
      assertTrue(record.at("/details/prompt_tokens").asLong() > 0, record.toString());
    }

    Caller reader = house.person("asked.reader", house.tenant, "member");
    String conversation = reader.api().post("/v1/conversations", Map.of()).get("id").asText();
    Caller.Got streamed =
        Attack.raw(
            reader,
            "POST",
            "/v1/conversations/" + conversation + "/turns",
            "{\"content\":\"good morning\",\"client_message_id\":\"1\"}",
            "Accept",
            "text/event-stream");
    assertTrue(streamed.body().contains("turn.completed"), streamed.body());
    String first = asked(chief, reader).get(0).at("/target/id").asText();
    reader.api().post("/v1/turns/" + first + "/regenerate", Map.of());
    Await.until(
        "the other answer is recorded too",
        () -> asked(chief, reader).size() == 2,
        Duration.ofSeconds(20));

    Caller guest = house.guest().caller();
    turn(guest, "good morning");
    JsonNode byGuest = asked(chief, guest).get(0);
    assertEquals("user", byGuest.at("/actor/kind").asText());
    assertEquals("127.0.0.1", byGuest.get("address").asText());
  }

  private static JsonNode asked(Caller chief, Caller who) {
    return audit(chief, "actor_id=" + who.userId());
  }

  private static Caller.Got completion(Caller who, String model, boolean stream) {
    return Attack.raw(
        who,
        "POST",
        "/v1/chat/completions",
        Json.write(
            Map.of(
                "model",
                model,
                "stream",
                stream,
                "messages",
                List.of(Map.of("role", "user", "content", "good morning")))));
  }
}
