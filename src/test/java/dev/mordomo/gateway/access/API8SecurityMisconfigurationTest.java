package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OWASP API8:2023: headers, origins, and what errors tell. */
class API8SecurityMisconfigurationTest {
  private static final Pattern INLINE =
      Pattern.compile(
          "(?is)<script(?![^>]*\\bsrc=)[^>]*>\\s*\\S|<style|\\sstyle=|\\son[a-z]+=|javascript:");
  private static House house;
  private static Caller nobody;
  private static Caller person;

  @BeforeAll
  static void open() {
    house = new House(Map.of("gateway.cors_origins", "https://app.example.org"));
    nobody = Caller.nobody(house.app.url());
    person = house.person("person", house.tenant, "member");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void everyKindOfAnswerHasTheHeaders() {
    for (Got got :
        List.of(
            Attack.raw(nobody, "GET", "/", ""),
            Attack.raw(nobody, "GET", "/docs", ""),
            Attack.raw(nobody, "GET", "/health/live", ""),
            Attack.raw(nobody, "GET", "/no/such/thing", ""),
            Attack.raw(nobody, "DELETE", "/v1/me", ""),
            Attack.raw(nobody, "GET", "/v1/me", ""),
            Attack.raw(person, "GET", "/v1/me", ""),
            Attack.raw(person, "POST", "/v1/conversations", "{"))) {
      String policy = got.headers().getOrDefault("content-security-policy", "");
      assertTrue(policy.contains("default-src 'self'"), policy);
      for (String loose :
          List.of("unsafe-inline", "unsafe-eval", "unsafe-hashes", "script-src *")) {
        assertFalse(policy.contains(loose), policy);
      }
      assertTrue(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"));
      assertEquals("[nosniff]", got.headers().get("x-content-type-options"));
      assertEquals("[DENY]", got.headers().get("x-frame-options"));
      assertEquals("[no-referrer]", got.headers().get("referrer-policy"));
      assertTrue(got.headers().containsKey("permissions-policy"));
      assertFalse(got.headers().containsKey("server"));
      assertFalse(got.headers().containsKey("x-powered-by"));
    }
    assertEquals(
        "[no-store]", Attack.raw(person, "GET", "/v1/me", "").headers().get("cache-control"));
  }

  @Test
  void thePagesNeedNothingInline() {
    for (String page : List.of("/", "/docs")) {
      String html = Attack.raw(nobody, "GET", page, "").body();
      var found = INLINE.matcher(html);
      assertFalse(found.find(), () -> page + ": " + found.group());
    }
  }

  @Test
  void otherOriginsAreLetInByNameAlone() {
    for (String origin :
        List.of("https://evil.example.org", "null", "https://app.example.org.evil.org")) {
      Got got = Attack.raw(person, "GET", "/v1/me", "", "Origin", origin);
      assertFalse(got.headers().containsKey("access-control-allow-origin"), origin);
      Assertions.assertThrows(
          CompletionException.class, () -> new WireClient(house.port(), "Origin", origin).close());
    }
    Got known = Attack.raw(person, "GET", "/v1/me", "", "Origin", "https://app.example.org");
    assertEquals("[https://app.example.org]", known.headers().get("access-control-allow-origin"));
    assertFalse(known.headers().containsKey("access-control-allow-credentials"));
    new WireClient(house.port(), "Origin", "https://app.example.org").close();
  }

  @Test
  void errorsTellNothingOfTheInside() {
    for (Got got :
        List.of(
            Attack.raw(person, "POST", "/v1/conversations", "{"),
            Attack.raw(person, "POST", "/v1/conversations", "[]"),
            Attack.raw(person, "POST", "/v1/conversations", "{\"title\":{\"a\":1}}"),
            Attack.raw(
                person, "POST", "/v1/search", "{\"query\":\"' OR 1=1 --\",\"filter\":{\"x\":1}}"),
            Attack.raw(person, "GET", "/v1/conversations?cursor=%27%3B--", ""),
            Attack.raw(person, "GET", "/v1/conversations/%00", ""),
            Attack.raw(person, "GET", "/..%2f..%2fetc/passwd", ""))) {
      assertTrue(got.status() >= 400 && got.status() < 500, got.toString());
      for (String inside :
          List.of(
              "Exception",
              "\tat ",
              "dev.mordomo",
              "java.",
              "io.vertx",
              "SQL",
              "postgres",
              "SELECT ")) {
        assertFalse(got.body().contains(inside), got.body());
      }
    }
  }

  /** Also by what runs on after its request: an action, a job, a turn. */
  @Test
  void whatBreaksInsideIsToldAsOurFaultAlone() throws SQLException {
    try (House broken = new House()) {
      Caller unlucky = broken.person("unlucky", broken.tenant, "operator");
      broken.document(unlucky, "user");
      sql(broken, "ALTER TABLE reminder ADD CONSTRAINT inside CHECK (title = '') NOT VALID");
      turn(unlucky, "Lembre-me de regar a horta amanhã às 9h");
      JsonNode action = unlucky.api().get("/v1/actions").at("/data/0");
      assertEquals("failed", action.path("status").asText(), action.toString());
      assertHoldsNothingInside(action);

      sql(broken, "ALTER TABLE consent RENAME TO inside");
      String export = unlucky.api().post("/v1/exports", Map.of()).get("id").asText();
      Await.until(
          "its job fails",
          () -> !unlucky.api().get("/v1/jobs").at("/data/0/error").isNull(),
          PATIENCE);
      assertHoldsNothingInside(unlucky.api().get("/v1/jobs"));
      assertHoldsNothingInside(unlucky.api().get("/v1/exports/" + export));

      sql(
          broken,
          """
          DO $$ BEGIN EXECUTE (SELECT format('ALTER FUNCTION %s RENAME TO inside', oid::regprocedure)
            FROM pg_proc WHERE proname = 'search_chunks'); END $$
          """);
      JsonNode turn = turn(unlucky, "Onde fica a ponte?");
      assertEquals("failed", turn.get("status").asText(), turn.toString());
      assertHoldsNothingInside(turn);
      String events = "/v1/turns/" + turn.get("id").asText() + "/events";
      assertHoldsNothingInside(Attack.raw(unlucky, "GET", events, "").body());
      assertHoldsNothingInside(unlucky.api().get("/v1/messages"));
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static JsonNode turn(Caller who, String words) {
    String conversation = who.api().post("/v1/conversations", Map.of()).get("id").asText();
    String turn =
        who.api()
            .post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", words, "client_message_id", words))
            .get("turn_id")
            .asText();
    Await.until(
        "it has ended",
        () -> !who.api().get("/v1/turns/" + turn).get("ended_at").isNull(),
        PATIENCE);
    return who.api().get("/v1/turns/" + turn);
  }

  private static void assertHoldsNothingInside(Object told) {
    String text = told.toString();
    for (String inside : List.of("inside", "ERROR", "refused", "search_chunks", "(42", "(23")) {
      assertFalse(text.contains(inside), text);
    }
  }

  private static void sql(House house, String sql) throws SQLException {
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void methodsOfDebuggingAreNotServed() {
    for (String method : List.of("TRACE", "TRACK", "PROPFIND")) {
      int status = Attack.raw(nobody, method, "/v1/me", "").status();
      assertTrue(status >= 400 && status < 600 && status != 500, method + status);
    }
  }
}
