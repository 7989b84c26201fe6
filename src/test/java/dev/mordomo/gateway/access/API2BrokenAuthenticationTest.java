package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.ApiClient;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API2:2023: guessing, forging and replaying. That an unknown user costs as much as a wrong
 * password, {@code SessionsTest} counts in hashes; forged tokens are in {@code ForgedTokensTest}.
 */
class API2BrokenAuthenticationTest {
  private static House house;
  private static Caller nobody;

  @BeforeAll
  static void open() {
    house = new House();
    nobody = Caller.nobody(house.app.url());
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Got guess(House at, String email) {
    return Attack.call(
        Caller.nobody(at.app.url()),
        "POST /v1/auth/token",
        "",
        Map.of("email", email, "password", "a wrong guess"));
  }

  @Test
  void whoGuessesLearnsNothingAndIsSlowedPerAccountAndAddress() {
    try (House guarded = new House(Map.of("identity.address_failures", "8"))) {
      guarded.person("guessed", house.tenant, "member");
      Got wrong = guess(guarded, "guessed@example.org");
      Got unknown = guess(guarded, "nobody@example.org");
      assertEquals(401, wrong.status());
      assertEquals(unknown, wrong, "byte for byte");
      int guesses = 0;
      while (guess(guarded, "guessed@example.org").status() == 401) {
        guesses++;
      }
      assertTrue(guesses < 5, "of one account: " + guesses);
      int others = 0;
      Got last = guess(guarded, "other0@example.org");
      while (last.status() == 401) {
        others++;
        last = guess(guarded, "other" + others + "@example.org");
      }
      assertEquals(429, last.status());
      assertTrue(others < 8, "from one address: " + others);
      assertTrue(last.headers().containsKey("retry-after"));
    }
  }

  @Test
  void aTokenThatIsNotOursIsNone() {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String real = house.superuser.token();
    String claims = real.split("\\.")[1];
    String none =
        base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + claims
            + ".";
    for (String token :
        new String[] {
          none,
          real.substring(0, real.lastIndexOf('.') + 1),
          real.substring(0, real.length() - 4) + "AAAA",
          "mk_" + "A".repeat(43),
          "x",
          "a".repeat(9000)
        }) {
      Got got = Attack.raw(nobody.with(token), "GET", "/v1/me", "");
      assertTrue(got.status() == 401 || got.status() == 431, token.length() + " " + got.status());
    }
    assertEquals(
        401, Attack.raw(nobody, "GET", "/v1/me", "", "Authorization", "Basic YTpi").status());
  }

  @Test
  void aCopiedRefreshTokenEndsTheSession() {
    Caller person = house.person("copied", house.tenant, "member");
    var tokens =
        ApiClient.of(house.app.url(), "")
            .post(
                "/v1/auth/token",
                Map.of("email", "copied@example.org", "password", Caller.PASSWORD));
    Map<String, String> stolen = Map.of("refresh_token", tokens.get("refresh_token").asText());
    Got owners = Attack.call(nobody, "POST /v1/auth/refresh", "", stolen);
    assertEquals(200, owners.status());
    assertEquals(401, Attack.call(nobody, "POST /v1/auth/refresh", "", stolen).status());
    Map<String, String> next =
        Map.of("refresh_token", Json.read(owners.body()).get("refresh_token").asText());
    assertEquals(401, Attack.call(nobody, "POST /v1/auth/refresh", "", next).status());
    assertEquals(200, Attack.raw(person, "GET", "/v1/me", "").status(), "another session");
  }

  @Test
  void aPasswordIsChangedByWhoKnowsIt() {
    Caller person = house.person("changes", house.tenant, "member");
    Map<String, String> blind = Map.of("password", "a new long password");
    assertEquals(400, Attack.call(person, "PATCH /v1/me", "", blind).status());
    Map<String, String> wrong =
        Map.of("password", "a new long password", "current_password", "not this one");
    assertEquals(400, Attack.call(person, "PATCH /v1/me", "", wrong).status());
  }
}
