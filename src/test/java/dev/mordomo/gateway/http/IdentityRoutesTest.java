package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.billing.UserQuotas;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.identity.IdentityConfig;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Identity as clients see it: real tokens, a real server. */
class IdentityRoutesTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String EMAIL = "chief@example.org";
  private static final String PASSWORD = "the password of the chief";
  private static TestDatabase db;
  private static IdentityService identity;
  private static int port;
  private static String chief;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    InstantSource clock = InstantSource.system();
    identity =
        new IdentityService(
            db.vertx(),
            db.database(),
            new Bus(db.vertx()),
            db.keyring(),
            db.outbound(),
            IdentityConfig.from(
                Settings.of(Map.of("identity.argon2_memory_kib", "7168"), Map.of())),
            clock);
    identity.bootstrap(
        Settings.of(
            Map.of(), Map.of("MORDOMO_ADMIN_EMAIL", EMAIL, "MORDOMO_ADMIN_PASSWORD", PASSWORD)));
    GatewayConfig config = GatewayConfig.from(Settings.of(Map.of("gateway.port", "0"), Map.of()));
    HttpGateway gateway =
        new HttpGateway(
            new HttpGateway.Services(
                config,
                db.database(),
                TestDatabase.SECRET,
                db.keyring(),
                clock,
                identity::authenticate,
                TestGateway.limits(db, Map.of(), clock),
                TestGateway.sockets(db, config, clock, identity::authenticate),
                () -> ""),
            Routes.identity(
                identity, new UserQuotas(db.database(), identity.users(), InstantSource.system())));
    db.vertx().deployVerticle(gateway, HttpGateway.deployment(config).setInstances(1)).await();
    port = gateway.port();
    chief = signIn(EMAIL, PASSWORD).get("access_token").asText();
  }

  @AfterAll
  static void close() {
    identity.close().await();
    db.close();
    CLIENT.close();
  }

  private static HttpResponse<String> send(String method, String path, String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode ok(int status, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    return response.body().isEmpty() ? Json.read("{}") : Json.read(response.body());
  }

  private static void refused(int status, String code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(code, Json.read(response.body()).get("code").asText());
  }

  private static JsonNode signIn(String email, String password) {
    String body = Json.write(Map.of("email", email, "password", password));
    return ok(200, send("POST", "/v1/auth/token", "", body));
  }

  @Test
  void aSessionFromSignInToSignOut() {
    JsonNode tokens = signIn(EMAIL, PASSWORD);
    assertEquals("Bearer", tokens.get("token_type").asText());
    assertEquals(900, tokens.get("expires_in").asInt());
    String refresh = Json.write(Map.of("refresh_token", tokens.get("refresh_token").asText()));
    JsonNode next = ok(200, send("POST", "/v1/auth/refresh", "", refresh));
    assertEquals(
        EMAIL,
        ok(200, send("GET", "/v1/me", next.get("access_token").asText(), ""))
            .get("email")
            .asText());
    String last = Json.write(Map.of("refresh_token", next.get("refresh_token").asText()));
    ok(204, send("POST", "/v1/auth/logout", "", last));
    refused(401, "unauthenticated", send("POST", "/v1/auth/refresh", "", last));

    String bearer = signIn(EMAIL, PASSWORD).get("access_token").asText();
    ok(204, send("POST", "/v1/auth/logout", bearer, ""));
    refused(400, "invalid", send("POST", "/v1/auth/logout", "", "{}"));
  }

  @Test
  void whoGuessesGets429WithRetryAfter() {
    String body = Json.write(Map.of("email", "victim@example.org", "password", "a guess"));
    for (int i = 0; i < 5; i++) {
      refused(401, "unauthenticated", send("POST", "/v1/auth/token", "", body));
    }
    HttpResponse<String> slowed = send("POST", "/v1/auth/token", "", body);
    refused(429, "rate_limited", slowed);
    assertTrue(Integer.parseInt(slowed.headers().firstValue("Retry-After").orElse("")) >= 1);
  }

  @Test
  void badRequestsNameTheirFields() {
    for (String body : new String[] {"{}", "{\"email\":7,\"password\":[]}"}) {
      HttpResponse<String> response = send("POST", "/v1/auth/token", "", body);
      refused(400, "invalid", response);
      assertEquals(2, Json.read(response.body()).get("errors").size());
    }
    refused(400, "malformed", send("POST", "/v1/auth/token", "", "nonsense"));
    refused(401, "unauthenticated", send("GET", "/v1/me", "", ""));
    refused(401, "unauthenticated", send("GET", "/v1/me", "garbled", ""));
  }

  @Test
  void thePublishedKeysHoldNoPrivateOne() {
    HttpResponse<String> response = send("GET", "/.well-known/jwks.json", "", "");
    JsonNode key = ok(200, response).get("keys").get(0);
    assertEquals("EC", key.get("kty").asText());
    assertEquals("ES256", key.get("alg").asText());
    assertFalse(key.has("d"));
  }

  @Test
  void anApiKeyWorksUntilItIsRevoked() {
    JsonNode made = ok(201, send("POST", "/v1/api-keys", chief, "{\"name\":\"lamp\"}"));
    String key = made.get("key").asText();
    assertEquals(EMAIL, ok(200, send("GET", "/v1/me", key, "")).get("email").asText());
    JsonNode listed = ok(200, send("GET", "/v1/api-keys", chief, "")).get("data").get(0);
    assertEquals("lamp", listed.get("name").asText());
    assertFalse(listed.has("key"));
    String path = "/v1/api-keys/" + made.get("id").asText();
    ok(204, send("DELETE", path, chief, ""));
    refused(404, "not_found", send("DELETE", path, chief, ""));
    refused(401, "unauthenticated", send("GET", "/v1/me", key, ""));
  }

  @Test
  void aProfileIsReadAndChanged() {
    JsonNode me =
        ok(
            200,
            send(
                "PATCH",
                "/v1/me",
                chief,
                "{\"locale\":\"en-GB\",\"time_zone\":\"Europe/Lisbon\",\"avatar\":null}"));
    assertEquals("en-GB", me.get("locale").asText());
    assertTrue(me.get("avatar").isNull());
    assertFalse(me.has("password_hash"));
    refused(400, "invalid", send("PATCH", "/v1/me", chief, "{\"time_zone\":\"Moon\"}"));
    refused(400, "invalid", send("PATCH", "/v1/me", chief, "{\"password\":\"long enough\"}"));
  }

  @Test
  void tenantsAndTheirUsers() {
    JsonNode tenant =
        ok(201, send("POST", "/v1/tenants", chief, "{\"name\":\"City\",\"token_quota\":5}"));
    assertEquals("starter", tenant.get("plan").asText());
    String id = tenant.get("id").asText();
    ok(
        201,
        send(
            "POST",
            "/v1/users",
            chief,
            Json.write(
                Map.of(
                    "tenant_id", id,
                    "email", "boss@city.example",
                    "password", "the password of the boss",
                    "name", "Boss",
                    "role", "admin"))));
    String boss =
        signIn("boss@city.example", "the password of the boss").get("access_token").asText();
    JsonNode users = ok(200, send("GET", "/v1/users", boss, ""));
    assertEquals(1, users.get("data").size());
    assertTrue(users.get("next_cursor").isNull());

    String chiefsTenant = ok(200, send("GET", "/v1/me", chief, "")).get("tenant_id").asText();
    for (String other : new String[] {chiefsTenant, UUID.randomUUID().toString(), "x"}) {
      refused(404, "not_found", send("GET", "/v1/tenants/" + other, boss, ""));
      refused(404, "not_found", send("PATCH", "/v1/tenants/" + other, boss, "{}"));
      refused(404, "not_found", send("GET", "/v1/tenants/" + other + "/usage", boss, ""));
    }
    String usage = "/v1/tenants/" + id + "/usage";
    JsonNode report = ok(200, send("GET", usage + "?by=model", boss, ""));
    assertEquals("model", report.get("by").asText());
    assertEquals(0, report.get("totals").get("calls").asInt());
    refused(400, "invalid", send("GET", usage + "?by=moon", boss, ""));
    refused(403, "forbidden", send("PATCH", "/v1/tenants/" + id, boss, "{\"plan\":\"pro\"}"));
    refused(403, "forbidden", send("POST", "/v1/tenants", boss, "{\"name\":\"Mine\"}"));

    String member = Json.write(Map.of("email", "clerk@city.example", "name", "Clerk"));
    JsonNode clerk = ok(201, send("POST", "/v1/users", boss, member));
    assertEquals("operator", clerk.get("role").asText());
    refused(409, "conflict", send("POST", "/v1/users", boss, member));
    String path = "/v1/users/" + clerk.get("id").asText();
    assertFalse(
        ok(200, send("PATCH", path, boss, "{\"is_active\":false}")).get("is_active").asBoolean());
    refused(403, "forbidden", send("PATCH", path, boss, "{\"role\":\"superuser\"}"));
  }
}
