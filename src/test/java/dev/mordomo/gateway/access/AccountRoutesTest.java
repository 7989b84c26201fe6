package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the account's and the administrator's pages read and do. */
class AccountRoutesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Got send(Caller caller, String method, String path) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + path))
            .header("Authorization", "Bearer " + caller.token())
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build());
  }

  private static void say(Caller caller, String words) {
    ApiClient api = caller.api();
    String conversation = api.post("/v1/conversations", Map.of()).get("id").asText();
    String turn =
        api.post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", words, "client_message_id", words))
            .get("turn_id")
            .asText();
    Await.until(
        "it is answered",
        () -> api.get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        PATIENCE);
  }

  @Test
  void aSessionTellsFromWhereItWasUsedLast() {
    house.person("addressed", house.tenant, "member");
    JsonNode tokens =
        ApiClient.of(house.app.url(), "")
            .post(
                "/v1/auth/token",
                Map.of("email", "addressed@example.org", "password", Caller.PASSWORD));
    ApiClient fresh =
        ApiClient.of(
            house.app.url(),
            ApiClient.of(house.app.url(), "")
                .post(
                    "/v1/auth/refresh",
                    Map.of("refresh_token", tokens.get("refresh_token").asText()))
                .get("access_token")
                .asText());
    JsonNode sessions = fresh.get("/v1/me/sessions").get("data");
    assertEquals(2, sessions.size());
    for (JsonNode session : sessions) {
      assertEquals("127.0.0.1", session.get("address").asText());
    }
  }

  @Test
  void everybodySeesWhatTheyUsedAndNothingOfOthers() {
    Caller one = house.person("frugal", house.tenant, "member");
    Caller other = house.person("lavish", house.tenant, "member");
    say(one, "Good morning");
    say(other, "Good evening");
    say(other, "Good night");
    JsonNode byDay = one.api().get("/v1/me/usage");
    JsonNode byModel = one.api().get("/v1/me/usage?by=model");
    assertEquals(1, byDay.at("/totals/calls").asInt());
    assertEquals(byDay.get("totals"), byModel.get("totals"));
    assertEquals(2, other.api().get("/v1/me/usage").at("/totals/calls").asInt());
    Got table = send(one, "GET", "/v1/me/usage?by=model&format=csv");
    assertTrue(table.body().startsWith("model,prompt_tokens,"), table.body());
    assertEquals(2, table.body().strip().lines().count());
    Got refused = send(one, "GET", "/v1/me/usage?by=user");
    assertEquals(400, refused.status());
    assertEquals("by", refused.json().at("/errors/0/field").asText());
  }

  @Test
  void usersAreFoundByNameAndEmail() {
    Caller chief = house.person("seekingchief", house.tenant, "admin");
    house.person("findable", house.tenant, "member");
    house.person("findableelsewhere", house.otherTenant, "member");
    for (String query : List.of("FINDABLE", "dable@exam", "%20findable%20")) {
      JsonNode found = chief.api().get("/v1/users?q=" + query).get("data");
      assertEquals(1, found.size(), query + " " + found);
      assertEquals("findable", found.at("/0/name").asText());
    }
    assertEquals(0, chief.api().get("/v1/users?q=find%25").get("data").size(), "no wildcard");
  }

  @Test
  void anAdministratorSignsAUserOutEverywhere() {
    Caller chief = house.person("endingchief", house.tenant, "admin");
    Caller user = house.person("ended", house.tenant, "member");
    Caller stranger = house.person("endingstranger", house.otherTenant, "admin");
    String path = "/v1/users/" + user.userId() + "/sessions";
    assertEquals(404, send(stranger, "DELETE", path).status());
    assertEquals(404, send(house.person("peer", house.tenant, "member"), "DELETE", path).status());
    assertEquals(200, send(user, "GET", "/v1/me").status());
    assertEquals(204, send(chief, "DELETE", path).status());
    Await.until(
        "the token is refused", () -> send(user, "GET", "/v1/me").status() == 401, PATIENCE);
    assertEquals(200, send(user.again(), "GET", "/v1/me").status());
    String above = "/v1/users/" + house.superuser.userId() + "/sessions";
    assertEquals(404, send(chief, "DELETE", above).status());
  }

  @Test
  void theChainOfTheAuditIsCheckedForOnesTenant() {
    Caller chief = house.person("chainchief", house.tenant, "admin");
    JsonNode own = chief.api().get("/v1/audit/chain").get("data");
    assertEquals(1, own.size());
    assertEquals(house.tenant, own.at("/0/tenant_id").asText());
    assertTrue(own.at("/0/broken").isNull(), own.toString());
    Await.until(
        "the first records of both tenants are sealed",
        () -> house.superuser.api().get("/v1/audit/chain").get("data").size() > 1,
        PATIENCE);
    JsonNode all = house.superuser.api().get("/v1/audit/chain").get("data");
    all.forEach(chain -> assertTrue(chain.get("broken").isNull(), chain.toString()));
    Caller member = house.person("chainmember", house.tenant, "member");
    assertEquals(403, send(member, "GET", "/v1/audit/chain").status());
  }
}
