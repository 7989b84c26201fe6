package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.access.Caller.Got;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OWASP API3:2023: members of an object that are not one's to set, or to see. */
class API3BrokenObjectPropertyLevelAuthorizationTest {
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void whatIsNotOnesToSetIsNotSet() {
    Caller member = house.person("member", house.tenant, "member");
    JsonNode before = member.api().get("/v1/me");
    Got got =
        Attack.call(
            member,
            "PATCH /v1/me",
            "",
            Map.of(
                "id",
                "01900000-0000-7000-8000-000000000000",
                "role",
                "superuser",
                "tenant_id",
                house.otherTenant,
                "email",
                "root@example.org",
                "is_active",
                false,
                "metadata",
                Map.of("admin", true),
                "token_quota",
                1));
    assertEquals(200, got.status());
    assertEquals(before, member.api().get("/v1/me"));
  }

  @Test
  void anAdministratorGivesNoRoleAboveTheirOwnAndNoOtherTenant() {
    Caller admin = house.person("admin", house.tenant, "admin");
    String member = house.person("raised", house.tenant, "member").userId();
    Map<String, String> raise = Map.of("role", "superuser");
    assertEquals(403, Attack.call(admin, "PATCH /v1/users/{id}", member, raise).status());
    assertEquals(403, Attack.call(admin, "POST /v1/users", "", raise).status());
    assertEquals(
        400,
        Attack.call(admin, "POST /v1/users", "", Map.of("tenant_id", house.otherTenant)).status());
    Map<String, Object> elsewhere = Map.of("tenant_id", house.otherTenant, "name", "moved");
    assertEquals(200, Attack.call(admin, "PATCH /v1/users/{id}", member, elsewhere).status());
    assertEquals(house.tenant, admin.api().get("/v1/users/" + member).get("tenant_id").asText());
    assertEquals(
        403,
        Attack.call(admin, "PATCH /v1/tenants/{id}", house.tenant, Map.of("token_quota", 9_000_000))
            .status());
  }

  @Test
  void secretsAreInNoAnswer() {
    Caller person = house.person("secretive", house.tenant, "admin");
    String key = person.api().post("/v1/api-keys", Map.of("name", "lamp")).get("key").asText();
    for (Operation operation : Operation.all()) {
      if (operation.method().equals("GET") && operation.kind().isEmpty()) {
        String body = Attack.call(person, operation.name(), "", Map.of()).body();
        for (String secret :
            new String[] {key, "argon2", "password_hash", "key_hash", "token_hash"}) {
          assertFalse(body.contains(secret), operation.name() + " holds " + secret);
        }
      }
    }
  }
}
