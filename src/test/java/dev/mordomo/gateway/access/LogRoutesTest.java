package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The superuser searches what the servers log. */
class LogRoutesTest {
  private static House house;

  @BeforeAll
  static void open() {
    house = new House(Map.of("limits.log_lines_per_minute", "20"));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Got get(Caller caller, String query) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + "/v1/logs" + query))
            .header("Authorization", "Bearer " + caller.token())
            .build());
  }

  @Test
  void whatIsLoggedIsFoundByTheSuperuserAlone() {
    String from = Instant.now().toString();
    LoggerFactory.getLogger("zanz.Kettle").warn("the kettle is dry");
    LoggerFactory.getLogger("zanz.Kettle").error("the kettle burns");
    Await.until(
        "both lines are written",
        () -> get(house.superuser, "?source=zanz.").json().get("data").size() == 2,
        Duration.ofSeconds(30));
    JsonNode found =
        get(house.superuser, "?level=ERROR&source=zanz.&text=KETTLE&from=" + from).json();
    assertEquals(1, found.get("data").size());
    assertEquals("the kettle burns", found.at("/data/0/message").asText());
    assertEquals("ERROR", found.at("/data/0/level").asText());
    assertTrue(found.get("next_cursor").isNull());
    JsonNode first = get(house.superuser, "?source=zanz.&limit=1").json();
    JsonNode second =
        get(house.superuser, "?source=zanz.&limit=1&cursor=" + first.get("next_cursor").asText())
            .json();
    assertEquals("the kettle is dry", second.at("/data/0/message").asText());
    assertEquals(403, get(house.person("logchief", house.tenant, "admin"), "").status());
    for (String wrong : java.util.List.of("level=LOUD", "from=now", "text=" + "x".repeat(201))) {
      Got got = get(house.superuser, "?" + wrong);
      assertEquals(400, got.status(), wrong);
      assertEquals(
          wrong.substring(0, wrong.indexOf('=')), got.json().at("/errors/0/field").asText());
    }
    String action =
        house.superuser.api().get("/v1/audit?action=log.read").at("/data/0/action").asText();
    assertEquals("log.read", action, "that it was read is written down");
  }

  @Test
  void nobodyPostsMoreThanTheirShare() throws Exception {
    ApiClient device = house.person("flood", house.tenant, "member").api();
    Map<String, Object> line = Map.of("level", "INFO", "source", "tap", "message", "drip");
    java.net.http.HttpResponse<String> refused = device.tryPost("/v1/logs", line);
    for (int i = 0; i < 100 && refused.statusCode() == 202; i++) {
      refused = device.tryPost("/v1/logs", line);
    }
    assertEquals(429, refused.statusCode());
    assertTrue(refused.body().contains("rate_limited"), refused.body());
    assertTrue(refused.headers().firstValue("Retry-After").isPresent());
  }

  @Test
  void whatADevicePostsIsFoundWithWhoPostedItAndGoesWithThem() throws Exception {
    Caller owner = house.person("kettleowner", house.tenant, "member");
    String key =
        owner
            .api()
            .post("/v1/api-keys", Map.of("name", "Kettle", "scopes", List.of("devices")))
            .get("key")
            .asText();
    ApiClient device = ApiClient.of(house.app.url(), key);
    JsonNode posted =
        device.post(
            "/v1/logs",
            Map.of(
                "level", "ERROR",
                "source", "kettle-7",
                "message", "no water, tell ana@exemplo.com.br",
                "metadata", Map.of("degrees", 97.5, "owner", "529.982.247-25")));
    // Whoever posted it sees what they said; nobody else.
    assertEquals("no water, tell ana@exemplo.com.br", posted.get("message").asText());
    Await.until(
        "it is written",
        () -> get(house.superuser, "?source=kettle-7&level=ERROR").json().get("data").size() == 1,
        Duration.ofSeconds(30));
    JsonNode kept = get(house.superuser, "?source=kettle-7").json().at("/data/0");
    assertEquals("no water, tell [email]", kept.get("message").asText());
    assertEquals(97.5, kept.at("/metadata/degrees").asDouble());
    assertEquals("[cpf]", kept.at("/metadata/owner").asText());
    assertEquals(owner.userId(), kept.get("user_id").asText());
    assertEquals(house.tenant.toString(), kept.get("tenant_id").asText());

    assertFalse(posted.has("node"), posted.toString());
    for (String taken : List.of("dev.mordomo.chat.Turns", " DEV.Mordomo")) {
      var refused =
          device.tryPost(
              "/v1/logs", Map.of("level", "ERROR", "source", taken, "message", "all is lost"));
      assertEquals(400, refused.statusCode());
      assertTrue(refused.body().contains("\"source\""), refused.body());
    }

    assertEquals(403, device.status("GET", "/v1/logs"));
    var wrong = device.tryPost("/v1/logs", Map.of("level", "LOUD", "source", "", "message", "x"));
    assertEquals(400, wrong.statusCode());
    assertTrue(wrong.body().contains("\"level\"") && wrong.body().contains("\"source\""));

    assertEquals(202, house.superuser.api().status("DELETE", "/v1/users/" + owner.userId()));
    Await.until(
        "it is erased",
        () -> get(house.superuser, "?source=kettle-7").json().get("data").isEmpty(),
        Duration.ofSeconds(30));
  }
}
