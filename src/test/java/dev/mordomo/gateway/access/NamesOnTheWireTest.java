package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients find by its name, against a whole server. */
class NamesOnTheWireTest {
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Got post(Caller caller, String path, Object body) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + path))
            .header("Authorization", "Bearer " + caller.token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private static Got document(
      Caller caller, String collection, String title, String content, String then) {
    return post(
        caller,
        "/v1/collections/" + collection + "/documents",
        Map.of("title", title, "content", content, "source", title, "on_duplicate", then));
  }

  @Test
  void aDuplicateSaysOfWhatAndWhyAndWhatIsDoneWithItIsChosen() {
    Caller caller = house.person("collector", house.tenant, "member");
    String collection =
        caller
            .api()
            .post("/v1/collections", Map.of("name", "Tides", "scope", "user"))
            .get("id")
            .asText();
    String words = "High water is at six in the morning.";
    String first = document(caller, collection, "Tides", words, "refuse").json().get("id").asText();

    Got bySource = document(caller, collection, "Tides", "Low water is at noon.", "refuse");
    assertEquals(409, bySource.status(), bySource.body());
    assertEquals("duplicate", bySource.json().get("code").asText());
    assertEquals(first, bySource.json().get("duplicate_of").asText());
    assertEquals("source", bySource.json().get("reason").asText());
    Got byHash = document(caller, collection, "Ebb", words, "refuse");
    assertEquals("hash", byHash.json().get("reason").asText());
    assertEquals(first, byHash.json().get("duplicate_of").asText());

    Got linked = document(caller, collection, "Ebb", words, "link");
    assertEquals(201, linked.status(), linked.body());
    assertEquals(first, linked.json().get("id").asText());
    Got replaced = document(caller, collection, "Tides", "Low water is at noon.", "replace");
    assertEquals(201, replaced.status(), replaced.body());
    assertEquals(first, replaced.json().get("id").asText());
    Got kept = document(caller, collection, "Tides", "Low water is at noon.", "keep");
    assertEquals(201, kept.status(), kept.body());
    assertTrue(!kept.json().get("id").asText().equals(first));
    Got unknown = document(caller, collection, "Tides", words, "ask");
    assertEquals("on_duplicate", unknown.json().at("/errors/0/field").asText());
  }

  @Test
  void connectTellsWhatRangWhileNobodyWasThere() {
    Caller caller = house.person("forgetful", house.tenant, "member");
    Instant now = Instant.now();
    String reminder = remind(caller, "Cake", now);
    remind(caller, "Bread", now.plus(1, ChronoUnit.HOURS));
    Await.until(
        "it has rung",
        () ->
            caller
                .api()
                .get("/v1/reminders/" + reminder)
                .get("status")
                .asText()
                .equals("triggered"),
        Duration.ofSeconds(30));
    try (WireClient socket = new WireClient(house.port())) {
      socket.send(Json.write(Map.of("id", 1, "connect", Map.of("token", caller.token()))));
      JsonNode connect = socket.next().get("connect");
      assertTrue(connect.get("expires").asBoolean());
      assertTrue(connect.get("ttl").asInt() > 0);
      assertEquals(caller.userId(), connect.at("/data/user_id").asText());
      JsonNode pending = connect.at("/data/pending_reminders");
      assertEquals(1, pending.size(), connect.toString());
      assertEquals(reminder, pending.get(0).get("id").asText());
      assertEquals("Cake", pending.get(0).get("title").asText());
    }
  }

  private static String remind(Caller caller, String title, Instant at) {
    return caller
        .api()
        .post("/v1/reminders", Map.of("title", title, "scheduled_at", at.toString()))
        .get("id")
        .asText();
  }

  @Test
  void aJobIsToldOnItsUsersChannelUntilItIsDone() {
    Caller caller = house.person("exporter", house.tenant, "member");
    try (WireClient socket = WireClient.connected(house.port(), caller.token())) {
      caller.api().post("/v1/exports", Map.of());
      List<String> statuses = new ArrayList<>();
      while (!statuses.contains("done")) {
        JsonNode push = socket.next().get("push");
        if (push.at("/pub/data/type").asText().equals("job.updated")) {
          assertEquals("user:" + caller.userId(), push.get("channel").asText());
          assertTrue(push.at("/pub/data").has("at"));
          statuses.add(push.at("/pub/data/job/status").asText());
        }
      }
      assertEquals("queued", statuses.getFirst());
    }
  }

  @Test
  void spokenWordsAreAMessageOfTheTypeAudio() {
    Caller caller = house.person("speaker", house.tenant, "member");
    String conversation = caller.api().post("/v1/conversations", Map.of()).get("id").asText();
    Map<String, Object> audio = Map.of("duration_ms", 1200, "transcription_model", "whisper-1");
    Map<String, Object> said =
        Map.of("content", "Good morning", "client_message_id", "spoken", "audio", audio);
    String path = "/v1/conversations/" + conversation;
    assertEquals(202, post(caller, path + "/turns", said).status());
    JsonNode message = caller.api().get(path + "/messages").at("/data/0");
    assertEquals("audio", message.get("type").asText());
    assertEquals("Good morning", message.get("content").asText());
    assertEquals(Json.read(Json.write(audio)), message.at("/metadata/audio"));
    Map<String, Object> wrong =
        Map.of("content", "x", "client_message_id", "y", "audio", Map.of("duration_ms", "long"));
    assertEquals(
        "audio.duration_ms",
        post(caller, path + "/turns", wrong).json().at("/errors/0/field").asText());
  }
}
