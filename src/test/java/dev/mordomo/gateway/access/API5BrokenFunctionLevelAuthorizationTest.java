package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API5:2023: functions of administrators. Every cell of docs/roles.md is tried by {@link
 * RolesTest}; here are the ways around.
 */
class API5BrokenFunctionLevelAuthorizationTest {
  private static House house;
  private static Caller member;

  @BeforeAll
  static void open() {
    house = new House();
    member = house.person("plain", house.tenant, "member");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void aMemberCallsNoFunctionOfAnAdministratorWhateverTheyName() {
    RolesTable roles = RolesTable.http();
    int tried = 0;
    for (Operation operation : Operation.all()) {
      if (roles.cell(operation.name(), "member").equals("no")) {
        int status =
            Attack.call(member, operation.name(), Ids.next().toString(), Map.of()).status();
        assertTrue(Set.of(403, 404).contains(status), operation.name() + " " + status);
        tried++;
      }
    }
    assertTrue(tried > 5, "" + tried);
  }

  @Test
  void noHeaderOrSpellingIsAWayAround() {
    String body = "{\"name\":\"mine\"}";
    assertEquals(403, Attack.raw(member, "POST", "/v1/tenants", body).status());
    for (String header :
        new String[] {"X-HTTP-Method-Override", "X-Original-URL", "X-Forwarded-User", "X-Role"}) {
      assertEquals(
          403, Attack.raw(member, "POST", "/v1/tenants", body, header, "superuser").status());
    }
    for (String path :
        new String[] {
          "/v1/tenants/", "/v1//tenants", "/V1/tenants", "/v1/tenants;x", "/v1/%74enants"
        }) {
      int status = Attack.raw(member, "POST", path, body).status();
      assertTrue(Set.of(403, 404, 405).contains(status), path + " " + status);
    }
    assertEquals(
        405, Attack.raw(member, "PUT", "/v1/tenants", body).status(), "a method of no operation");
  }

  @Test
  void aTokensRoleIsNotWhatItSaysButWhatTheUserHas() {
    Caller admin = house.person("once", house.tenant, "admin");
    assertEquals(200, Attack.call(admin, "GET /v1/users", "", Map.of()).status());
    house.superuser.api().patch("/v1/users/" + admin.userId(), Map.of("role", "member"));
    dev.mordomo.Await.until(
        "the old token is a member's",
        () -> Attack.call(admin, "GET /v1/users", "", Map.of()).status() == 403,
        java.time.Duration.ofSeconds(30));
  }
}
