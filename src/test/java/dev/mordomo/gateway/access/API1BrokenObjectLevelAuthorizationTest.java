package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API1:2023: ids of others' things, in paths and in bodies. Every route and command is walked
 * by {@link IsolationWalkTest}; here is what an attacker would try first.
 */
class API1BrokenObjectLevelAuthorizationTest {
  private static House house;
  private static Belongings theirs;
  private static Caller attacker;

  @BeforeAll
  static void open() {
    house = new House();
    theirs = Belongings.of(house.person("victim", house.tenant, "member"), house.app.database());
    attacker = house.person("attacker", house.tenant, "operator");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void readingChangingAndDeletingByIdFindsNothingAndChangesNothing() {
    Rows before = Rows.of(house.app.database(), theirs.owner());
    for (String kind : List.of("conversations", "reminders", "collections")) {
      for (String method : List.of("GET", "PATCH")) {
        Got got =
            Attack.call(attacker, method + " /v1/" + kind + "/{id}", theirs.id(kind), Map.of());
        assertEquals(404, got.status(), method + kind);
      }
    }
    for (String kind : List.of("conversations", "documents", "api-keys")) {
      assertEquals(
          404,
          Attack.call(attacker, "DELETE /v1/" + kind + "/{id}", theirs.id(kind), Map.of())
              .status());
    }
    assertEquals(before, Rows.of(house.app.database(), theirs.owner()));
  }

  @Test
  void anAnswerRestsOnNoDocumentOfAnotherThatTheQuestionNames() {
    ApiClient api = attacker.api();
    String conversation = api.post("/v1/conversations", Map.of()).get("id").asText();
    String turn =
        api.post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of(
                    "content",
                    "Where does the treasure lie?",
                    "client_message_id",
                    "1",
                    "collections",
                    List.of(theirs.id("collections"))))
            .get("turn_id")
            .asText();
    Await.until(
        "it is answered",
        () -> api.get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        Duration.ofSeconds(30));
    JsonNode answer = api.get("/v1/conversations/" + conversation + "/messages").get("data").get(1);
    assertEquals(0, answer.get("references").size());
    assertFalse(answer.toString().contains("bridge"), answer.toString());
  }
}
