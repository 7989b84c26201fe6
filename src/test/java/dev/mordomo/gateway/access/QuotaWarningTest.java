package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A tenant's administrator hears of 80 and of 100 % of the quota, once each, and no member does.
 */
class QuotaWarningTest {
  private static final Map<String, String> WORDS =
      Map.of("model", "mordomo", "input", "good morning ".repeat(40));

  @Test
  void bothAreHeardByWhoeverAdministersIt() {
    try (House house = new House(Map.of("billing.block", "100"))) {
      String tenant =
          house
              .superuser
              .api()
              .post("/v1/tenants", Map.of("name", "Small", "token_quota", 1_000))
              .get("id")
              .asText();
      Caller boss = house.person("boss", tenant, "admin");
      Caller hand = house.person("hand", tenant, "member");
      try (WireClient bosses = WireClient.connected(house.port(), boss.token()).pongs();
          WireClient hands = WireClient.connected(house.port(), hand.token()).pongs()) {
        Got got;
        int answered = 0;
        do {
          got = Attack.call(hand, "POST /v1/embeddings", "", WORDS);
          answered++;
        } while (got.status() == 200);
        assertEquals(429, got.status(), got.body());
        assertTrue(answered > 3, "" + answered);
        assertEquals(429, Attack.call(hand, "POST /v1/embeddings", "", WORDS).status());
        List<Integer> heard = new ArrayList<>();
        while (heard.size() < 2) {
          JsonNode event = bosses.next().at("/push/pub/data");
          if (event.path("type").asText().equals("quota.warning")) {
            heard.add(event.at("/quota/percent").asInt());
          }
        }
        assertEquals(List.of(80, 100), heard);
        hands.send("{\"id\":7,\"ping\":{}}");
        JsonNode line = hands.next();
        while (line.path("id").asInt() != 7) {
          assertTrue(!line.toString().contains("quota.warning"), line.toString());
          line = hands.next();
        }
      }
    }
  }
}
