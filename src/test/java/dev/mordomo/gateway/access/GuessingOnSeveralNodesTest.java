package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two servers on one database, and one that begins later: what one has slowed, all slow. */
class GuessingOnSeveralNodesTest {
  private static Got guess(RunningApp at, String email) {
    return Attack.call(
        Caller.nobody(at.url()),
        "POST /v1/auth/token",
        "",
        Map.of("email", email, "password", "a wrong guess"));
  }

  @Test
  void neitherAnotherNodeNorARestartGivesAnythingToWhoGuesses() {
    try (House house =
        new House(Map.of("identity.account_failures", "4", "identity.anonymous_per_minute", "4"))) {
      house.person("known", House.TENANT, "member");
      for (String email : List.of("known@example.org", "nobody@example.org")) {
        try (RunningApp second = house.app.besides()) {
          List<RunningApp> both = List.of(house.app, second);
          for (int i = 0; i < 4; i++) {
            assertEquals(401, guess(both.get(i % 2), email).status(), email);
          }
          // As if it had gone on for so long that the wait is longer than this test.
          house
              .app
              .database()
              .database()
              .callSystem(
                  "UPDATE sign_in_failure SET failures = failures + 9"
                      + " WHERE key = sha256(convert_to('account ' || $1, 'UTF8'))",
                  Tuple.of(email));
          both.forEach(node -> assertEquals(429, guess(node, email).status(), email));
        }
        try (RunningApp restarted = house.app.besides()) {
          Got slowed = guess(restarted, email);
          assertEquals(429, slowed.status(), email);
          String after = String.valueOf(slowed.headers().get("retry-after"));
          long wait = Long.parseLong(after.replaceAll("\\D", ""));
          assertTrue(wait > 60 && wait <= 512, email + " " + wait);
        }
      }
    }
  }

  @Test
  void guestsOfOneAddressAreFewOnAllNodesTogether() {
    try (House house = new House(Map.of("identity.anonymous_per_minute", "6"));
        RunningApp second = house.app.besides()) {
      int entered = 0;
      Got got;
      do {
        got =
            Attack.call(
                Caller.nobody((entered % 2 == 0 ? house.app : second).url()),
                "POST /v1/auth/anonymous",
                "",
                Map.of());
        entered += got.status() == 200 ? 1 : 0;
      } while (got.status() == 200 && entered < 12);
      assertEquals(429, got.status(), got.body());
      // Six, and what flows in meanwhile: one in ten seconds.
      assertTrue(entered >= 5 && entered <= 8, "" + entered);
    }
  }
}
