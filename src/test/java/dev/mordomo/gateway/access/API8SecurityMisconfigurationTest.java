package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
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

  @Test
  void methodsOfDebuggingAreNotServed() {
    for (String method : List.of("TRACE", "TRACK", "PROPFIND")) {
      int status = Attack.raw(nobody, method, "/v1/me", "").status();
      assertTrue(status >= 400 && status < 600 && status != 500, method + status);
    }
  }
}
