package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The superuser searches what the servers log. */
class LogRoutesTest {
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
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
}
