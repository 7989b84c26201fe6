package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.gateway.access.Caller.Got;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OWASP API6:2023: flows that hurt when a program goes through them: entering, and talking. */
class API6UnrestrictedAccessToSensitiveBusinessFlowsTest {
  private static House house;
  private static Caller nobody;

  @BeforeAll
  static void open() {
    house = new House(Map.of("identity.anonymous_per_minute", "3", "limits.turns_per_minute", "4"));
    nobody = Caller.nobody(house.app.url());
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void nobodySignsThemselvesUp() {
    for (String path : new String[] {"/v1/users", "/v1/tenants", "/v1/api-keys"}) {
      assertEquals(401, Attack.raw(nobody, "POST", path, "{\"name\":\"x\"}").status(), path);
    }
    for (String path : new String[] {"/v1/auth/register", "/v1/auth/signup", "/v1/signup"}) {
      assertEquals(404, Attack.raw(nobody, "POST", path, "{}").status(), path);
    }
  }

  @Test
  void guestsOfOneAddressAreFewAndNoneTalksWithoutEnd() {
    House.Guest guest = house.guest();
    Got got;
    int entered = 1;
    do {
      got = Attack.call(nobody, "POST /v1/auth/anonymous", "", Map.of());
      entered++;
    } while (got.status() == 200 && entered < 20);
    assertEquals(429, got.status());
    assertTrue(entered <= 4, "" + entered);
    String conversation =
        guest.caller().api().post("/v1/conversations", Map.of()).get("id").asText();
    int said = 0;
    do {
      got =
          Attack.call(
              guest.caller(),
              "POST /v1/conversations/{id}/turns",
              conversation,
              Map.of("content", "hi", "client_message_id", "m" + said));
      said++;
    } while (got.status() == 202 && said < 20);
    assertEquals(429, got.status());
    assertTrue(said <= 7, "" + said);
  }
}
