package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OWASP API4:2023: how much one may ask for. */
class API4UnrestrictedResourceConsumptionTest {
  private static House house;
  private static Caller person;

  @BeforeAll
  static void open() {
    house =
        new House(
            Map.of(
                "limits.body_bytes", "65536",
                "limits.upload_bytes", "100000",
                "limits.frame_bytes", "16384",
                "limits.sockets_per_user", "3",
                "limits.turns_per_minute", "5"));
    person = house.person("greedy", house.tenant, "member");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void bodiesAndDepthAndPages() {
    String long_ = "{\"title\":\"" + "x".repeat(70_000) + "\"}";
    assertEquals(413, Attack.raw(person, "POST", "/v1/conversations", long_).status());
    String deep = "{\"metadata\":" + "{\"a\":".repeat(100) + "1" + "}".repeat(101);
    Got refused = Attack.raw(person, "POST", "/v1/conversations", deep);
    assertEquals(400, refused.status());
    assertEquals("malformed", refused.json().get("code").asText());
    assertEquals(400, Attack.raw(person, "GET", "/v1/conversations?limit=100000", "").status());
    assertEquals(
        400, Attack.raw(person, "POST", "/v1/conversations", "{\"title\":1e999999}").status());
  }

  @Test
  void uploads() {
    String collection =
        person.api().post("/v1/collections", Map.of("name", "mine")).get("id").asText();
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
            + "word ".repeat(40_000)
            + "\r\n--b--\r\n";
    Got got =
        Caller.send(
            java.net.http.HttpRequest.newBuilder(
                    java.net.URI.create(
                        house.app.url() + "/v1/collections/" + collection + "/documents"))
                .header("Authorization", "Bearer " + person.token())
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(form))
                .build());
    assertEquals(413, got.status(), got.body());
  }

  @Test
  void framesAndSockets() {
    List<WireClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        open.add(WireClient.connected(house.port(), person.token()).pongs());
      }
      try (WireClient tooMany = new WireClient(house.port())) {
        tooMany.send("{\"id\":1,\"connect\":{\"token\":\"" + person.token() + "\"}}");
        assertEquals(3504, tooMany.closeCode());
      }
      open.getFirst().send("{\"id\":2,\"ping\":{},\"x\":\"" + "x".repeat(20_000) + "\"}");
      assertEquals(3501, open.getFirst().closeCode());
      open.get(1)
          .send(
              "{\"id\":2,\"rpc\":{\"method\":\"action.report\",\"data\":"
                  + "{\"a\":".repeat(100)
                  + "1"
                  + "}".repeat(102));
      assertEquals(3501, open.get(1).closeCode(), "nested too deep");
    } finally {
      open.forEach(WireClient::close);
    }
  }

  @Test
  void turns() {
    Caller chatty = house.person("chatty", house.tenant, "member");
    String conversation = chatty.api().post("/v1/conversations", Map.of()).get("id").asText();
    int accepted = 0;
    Got got;
    do {
      got =
          Attack.call(
              chatty,
              "POST /v1/conversations/{id}/turns",
              conversation,
              Map.of("content", "hi", "client_message_id", "m" + accepted));
      accepted++;
    } while (got.status() == 202 && accepted < 20);
    assertEquals(429, got.status(), got.body());
    assertTrue(got.headers().containsKey("retry-after"));
    assertTrue(accepted <= 7, "" + accepted);
  }
}
