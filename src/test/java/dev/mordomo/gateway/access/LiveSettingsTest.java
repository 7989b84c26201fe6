package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.FakeModelServer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Settings that change while the server runs, on two nodes that share no bus. */
class LiveSettingsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What is promised, and a little for a busy machine. */
  private static final Duration PROMISED = Duration.ofSeconds(8);

  private static Vertx vertx;
  private static FakeModelServer models;
  private static House house;
  private static RunningApp second;
  private static Caller chief;
  private static Caller stranger;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    models = FakeModelServer.start(vertx);
    house =
        new House(
            Map.of(),
            Map.of(
                "OPENAI_BASE_URL",
                models.openAiUrl(),
                "OPENAI_API_KEY",
                "sk-test",
                "MORDOMO_CHAT_INSTRUCTIONS",
                "Be kind."));
    second = house.app.besides();
    chief = house.person("livechief", house.tenant, "admin");
    stranger = house.person("livestranger", house.otherTenant, "admin");
  }

  @AfterAll
  static void close() {
    second.close();
    house.close();
    models.close();
    vertx.close().await();
  }

  private static Map<String, JsonNode> all(ApiClient client) {
    Map<String, JsonNode> all = new HashMap<>();
    client
        .get("/v1/config")
        .get("data")
        .forEach(entry -> all.put(entry.get("key").asText(), entry));
    return all;
  }

  private static String value(ApiClient client, String key) {
    JsonNode entry = client.get("/v1/config/" + key);
    return entry.get("value").asText() + " by " + entry.get("source").asText();
  }

  private static Got change(Caller caller, String method, String path, Object body) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + path))
            .header("Authorization", "Bearer " + caller.token())
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private static Got patch(Caller caller, Map<String, ?> body) {
    return change(caller, "PATCH", "/v1/config", body);
  }

  private static void reset(Caller caller, String... keys) {
    Map<String, Object> body = new HashMap<>();
    for (String key : keys) {
      body.put(key, null);
    }
    assertEquals(200, patch(caller, body).status());
  }

  @Test
  void everybodySeesWhatHoldsAndWhereItWasSet() {
    Map<String, JsonNode> all = all(house.person("livemember", house.tenant, "member").api());
    assertTrue(
        all.keySet()
            .containsAll(
                Set.of(
                    "brain.model",
                    "brain.temperature",
                    "brain.max_tokens",
                    "wake_word.sensitivity",
                    "tts.voice")),
        all.toString());
    ApiClient root = house.superuser.api();
    JsonNode instructions = root.get("/v1/config/brain.instructions");
    assertEquals("Be kind.", instructions.get("value").asText());
    assertEquals("environment", instructions.get("source").asText());
    assertTrue(instructions.get("locked").asBoolean());
    assertFalse(root.get("/v1/config/brain.temperature").get("locked").asBoolean());
    assertFalse(all.toString().contains("sk-test"));
  }

  @Test
  void aChangeHoldsOnEveryNodeAndIsTakenBack() {
    ApiClient there = ApiClient.of(second.url(), house.superuser.token());
    assertEquals(200, patch(house.superuser, Map.of("wake_word.sensitivity", 0.25)).status());
    assertEquals("0.25 by installation", value(house.superuser.api(), "wake_word.sensitivity"));
    Await.until(
        "the other node knows",
        () -> value(there, "wake_word.sensitivity").equals("0.25 by installation"),
        PROMISED);
    JsonNode entry = there.get("/v1/config/wake_word.sensitivity");
    assertEquals(house.superuser.userId(), entry.get("updated_by").asText());
    reset(house.superuser, "wake_word.sensitivity");
    Await.until(
        "and that it is over",
        () -> value(there, "wake_word.sensitivity").equals("0.7 by default"),
        PROMISED);
  }

  @Test
  void aChangeWhoseNotificationWasLostHoldsAllTheSame() throws SQLException {
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      // As a change is whose notification nobody heard.
      statement.execute(
          "INSERT INTO config_value VALUES (gen_random_uuid(), 'brain.max_tokens', '"
              + house.otherTenant
              + "', '77', '"
              + stranger.userId()
              + "', now())");
    }
    for (String url : java.util.List.of(house.app.url(), second.url())) {
      Await.until(
          "each node looks by itself",
          () -> value(stranger.api().at(url), "brain.max_tokens").equals("77 by tenant"),
          PROMISED);
    }
    reset(stranger, "brain.max_tokens");
  }

  @Test
  void howOftenIsChangedByTheSuperuserForAll() throws Exception {
    String limit = "limits.key_requests_per_minute";
    Got refused = patch(stranger, Map.of(limit, 0));
    assertEquals(400, refused.status());
    assertEquals(limit, refused.json().at("/errors/0/field").asText());
    assertEquals(200, patch(house.superuser, Map.of(limit, 3)).status());
    try {
      Await.until(
          "the other node knows",
          () ->
              value(ApiClient.of(second.url(), house.superuser.token()), limit)
                  .equals("3 by installation"),
          PROMISED);
      String key =
          house.superuser.api().post("/v1/api-keys", Map.of("name", "K")).get("key").asText();
      ApiClient there = ApiClient.of(second.url(), key);
      int answered = 0;
      while (there.status("GET", "/v1/models") == 200 && answered < 50) {
        answered++;
      }
      assertTrue(answered >= 3 && answered <= 5, "" + answered);
    } finally {
      reset(house.superuser, limit);
    }
  }

  @Test
  void everyKeyThatIsWrongIsNamedAndNothingIsChanged() {
    Map<String, Object> wrong = new HashMap<>();
    wrong.put("brain.temperature", 2.5);
    wrong.put("brain.max_tokens", "many");
    wrong.put("brain.model", "nowhere/nothing");
    wrong.put("brain.instructions", "Be rude.");
    wrong.put("database.pool_size", 1);
    wrong.put("tts.voice", "another");
    Got got = patch(house.superuser, wrong);
    assertEquals(400, got.status());
    Map<String, String> said = new HashMap<>();
    got.json()
        .get("errors")
        .forEach(error -> said.put(error.get("field").asText(), error.get("detail").asText()));
    assertEquals(
        Set.of(
            "brain.temperature",
            "brain.max_tokens",
            "brain.model",
            "brain.instructions",
            "database.pool_size"),
        new TreeSet<>(said.keySet()));
    assertTrue(
        String.valueOf(said.get("brain.instructions")).contains("MORDOMO_CHAT_INSTRUCTIONS"));
    assertEquals(
        "default", house.superuser.api().get("/v1/config/tts.voice").get("source").asText());
    assertEquals(
        404, change(house.superuser, "PUT", "/v1/config/none", Map.of("value", 1)).status());
    Got without = change(house.superuser, "PUT", "/v1/config/tts.voice", Map.of("voice", 1));
    assertEquals("value", without.json().at("/errors/0/field").asText());
  }

  @Test
  void anAdministratorChangesTheTenantAlone() {
    assertEquals(200, patch(chief, Map.of("tts.voice", "of the tenant")).status());
    assertEquals("of the tenant by tenant", value(chief.api(), "tts.voice"));
    assertEquals("pt_BR-faber-medium by default", value(stranger.api(), "tts.voice"));
    assertEquals(200, patch(house.superuser, Map.of("tts.voice", "of all")).status());
    assertEquals("of the tenant by tenant", value(chief.api(), "tts.voice"));
    assertEquals("of all by installation", value(stranger.api(), "tts.voice"));
    reset(chief, "tts.voice");
    assertEquals("of all by installation", value(chief.api(), "tts.voice"));
    reset(house.superuser, "tts.voice");
    Caller operator = house.person("liveoperator", house.tenant, "operator");
    assertEquals(403, patch(operator, Map.of("tts.voice", "mine")).status());
  }

  @Test
  void aDeletedTenantsSettingsAreGoneWithIt() throws SQLException {
    String tenant =
        house.superuser.api().post("/v1/tenants", Map.of("name", "Brief")).get("id").asText();
    Caller brief = house.person("livebrief", tenant, "admin");
    assertEquals(200, patch(brief, Map.of("tts.voice", "of the brief")).status());
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute("UPDATE tenant SET deleted_at = now() WHERE id = '" + tenant + "'");
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT count(*) FROM config_value WHERE tenant_id = '" + tenant + "'")) {
        rows.next();
        assertEquals(0, rows.getInt(1));
      }
    }
  }

  @Test
  void theNextTurnUsesWhatWasChanged() throws InterruptedException {
    assertEquals(
        200,
        patch(
                stranger,
                Map.of(
                    "brain.model",
                    "openai/live",
                    "brain.temperature",
                    0.125,
                    "brain.max_tokens",
                    321))
            .status());
    models.forget();
    String conversation =
        stranger.api().post("/v1/conversations", Map.of("title", "x")).get("id").asText();
    stranger
        .api()
        .post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of("content", "Hello", "client_message_id", "live"));
    JsonNode asked = models.next().json();
    assertEquals("live", asked.get("model").asText());
    assertEquals(0.125, asked.get("temperature").asDouble());
    assertTrue(asked.toString().contains("321"), asked.toString());
    assertTrue(asked.toString().contains("Be kind."), asked.toString());
    reset(stranger, "brain.model", "brain.temperature", "brain.max_tokens");
  }

  @Test
  void whoeverIsConnectedHearsItOnceWhereverTheyAre() throws SQLException {
    Caller person = house.person("livelistener", house.tenant, "member");
    try (WireClient here = WireClient.connected(house.port(), person.token()).pongs();
        WireClient there =
            WireClient.connected(URI.create(second.url()).getPort(), person.token()).pongs()) {
      assertEquals(200, patch(chief, Map.of("wake_word.sensitivity", 0.5)).status());
      for (WireClient socket : java.util.List.of(here, there)) {
        JsonNode data = socket.next().at("/push/pub/data");
        while (!data.path("type").asText().equals("config.updated")) {
          data = socket.next().at("/push/pub/data");
        }
        assertEquals("wake_word.sensitivity", data.at("/config/key").asText());
        assertEquals(0.5, data.at("/config/value").asDouble());
        assertTrue(data.at("/config/updated_by").isNull());
      }
      // By now both nodes have told; a second one would stand in the channel.
      Await.until(
          "the other node knows",
          () ->
              value(ApiClient.of(second.url(), person.token()), "wake_word.sensitivity")
                  .startsWith("0.5"),
          PATIENCE);
      try (Connection owner = house.app.database().owner();
          Statement statement = owner.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT count(*) FROM event WHERE type = 'config.updated' AND channel_id = '"
                      + person.userId()
                      + "'")) {
        rows.next();
        assertEquals(1, rows.getInt(1));
      }
    } finally {
      reset(chief, "wake_word.sensitivity");
    }
  }
}
