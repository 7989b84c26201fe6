package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often requests are answered, by two servers on one database. */
class RateLimitedTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PASSWORD = "correct horse battery";
  private static RunningApp first;
  private static RunningApp second;
  private static ApiClient superuser;

  @BeforeAll
  static void open() {
    first =
        new RunningApp(
            Map.of(
                "knowledge.manual", "false",
                "limits.requests_per_minute", "20",
                "limits.key_requests_per_minute", "10",
                "limits.tenant_requests_per_minute", "50",
                "limits.address_requests_per_minute", "200"));
    second = first.besides();
    superuser = ApiClient.signIn(first.url());
  }

  @AfterAll
  static void close() {
    second.close();
    first.close();
  }

  private static String tenant() {
    return superuser
        .post("/v1/tenants", Map.of("name", "Tenant", "token_quota", 1000))
        .get("id")
        .asText();
  }

  private static ApiClient user(String tenant) {
    String email = UUID.randomUUID() + "@example.org";
    superuser.post(
        "/v1/users",
        Map.of("tenant_id", tenant, "email", email, "password", PASSWORD, "name", "Ana"));
    return ApiClient.signIn(first.url(), email, PASSWORD);
  }

  private static HttpResponse<String> get(String url, String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    return HTTP.send(
        (token.isEmpty() ? request : request.header("Authorization", "Bearer " + token)).build(),
        BodyHandlers.ofString());
  }

  /** Asks both servers in turn until one refuses. */
  private static int answered(String token, int most) throws Exception {
    for (int i = 0; i < most; i++) {
      HttpResponse<String> got = get((i % 2 == 0 ? first : second).url() + "/v1/models", token);
      if (got.statusCode() == 429) {
        assertRefused(got);
        return i;
      }
      assertEquals(200, got.statusCode(), got.body());
    }
    return most;
  }

  private static void assertRefused(HttpResponse<String> got) {
    JsonNode problem = Json.read(got.body());
    String code =
        problem.has("error") ? problem.at("/error/code").asText() : problem.get("code").asText();
    assertEquals("rate_limited", code);
    long wait = Long.parseLong(got.headers().firstValue("Retry-After").orElseThrow());
    assertTrue(wait >= 1 && wait <= 6, wait + " s");
  }

  @Test
  void aUserAndAKeyAndATenantEachHaveTheirLimit() throws Exception {
    String tenant = tenant();
    ApiClient ana = user(tenant);
    // As many as there are, and what flows in meanwhile.
    int byToken = answered(ana.token(), 100);
    assertTrue(byToken >= 20 && byToken <= 30, "by a user " + byToken);

    ApiClient bia = user(tenant);
    String key = bia.post("/v1/api-keys", Map.of("name", "Phone")).get("key").asText();
    int byKey = answered(key, 100);
    assertTrue(byKey >= 10 && byKey <= 16, "by a key " + byKey);
    assertEquals(200, get(first.url() + "/v1/me", bia.token()).statusCode(), "by the same user");

    int ofTenant = 0;
    for (ApiClient one : List.of(user(tenant), user(tenant), user(tenant))) {
      ofTenant += answered(one.token(), 25);
    }
    assertTrue(ofTenant < 60, "of a tenant " + ofTenant);
    assertEquals(5, answered(user(tenant()).token(), 5), "of another tenant");
  }

  @Test
  void anAddressHasItsLimitAndHealthIsNeverRefused() throws Exception {
    try (RunningApp app =
        new RunningApp(
            Map.of("knowledge.manual", "false", "limits.address_requests_per_minute", "10"))) {
      int answered = 0;
      HttpResponse<String> got = get(app.url() + "/v1/auth/offered", "");
      while (got.statusCode() == 200 && answered < 100) {
        answered++;
        got = get(app.url() + "/v1/auth/offered", "");
      }
      assertTrue(answered >= 10 && answered <= 14, "" + answered);
      assertRefused(got);
      assertEquals(200, get(app.url() + "/health/live", "").statusCode());
    }
  }

  private static HttpResponse<String> from(String client, String url, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).header("X-Forwarded-For", client);
    return HTTP.send(
        (body.isEmpty()
                ? request
                : request
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)))
            .build(),
        BodyHandlers.ofString());
  }

  /** How many of so many requests are answered, each of which says it is of another client. */
  private static int answeredToClients(RunningApp app, int requests) throws Exception {
    int answered = 0;
    for (int i = 0; i < requests; i++) {
      String client = "8.8.8.8, 203.0.113." + i;
      if (from(client, app.url() + "/v1/auth/offered", "").statusCode() == 200) {
        answered++;
      }
    }
    return answered;
  }

  @Test
  void behindATrustedProxyEachClientHasItsOwnLimit() throws Exception {
    Map<String, String> settings =
        Map.of(
            "knowledge.manual", "false",
            "limits.address_requests_per_minute", "10",
            "identity.address_failures", "3",
            "gateway.trusted_proxies", "127.0.0.0/8");
    try (RunningApp app = new RunningApp(settings)) {
      assertEquals(40, answeredToClients(app, 40));
      int ofOne = 0;
      for (int i = 0; i < 40; i++) {
        String client = i + ".8.8.8, 198.51.100.7, 127.0.0.1";
        ofOne += from(client, app.url() + "/v1/auth/offered", "").statusCode() == 200 ? 1 : 0;
      }
      assertTrue(ofOne >= 10 && ofOne <= 14, "of one client " + ofOne);

      // Wrong passwords slow down the client that tried them, and the audit names it.
      String wrong = Json.write(Map.of("email", "nobody@example.org", "password", "wrong one"));
      int tries = 0;
      while (from("198.51.100.8", app.url() + "/v1/auth/token", wrong).statusCode() == 401) {
        tries++;
        assertTrue(tries < 20, "it is never slowed down");
      }
      String right = Json.write(Map.of("email", RunningApp.EMAIL, "password", RunningApp.PASSWORD));
      HttpResponse<String> signedIn = from("198.51.100.9", app.url() + "/v1/auth/token", right);
      assertEquals(200, signedIn.statusCode(), signedIn.body());
      String audit =
          get(
                  app.url() + "/v1/audit?limit=100",
                  Json.read(signedIn.body()).get("access_token").asText())
              .body();
      assertTrue(audit.contains("198.51.100.8") && audit.contains("198.51.100.9"), audit);
    }
  }

  @Test
  void aHeaderFromAnybodyElseIsIgnored() throws Exception {
    Map<String, String> settings =
        Map.of(
            "knowledge.manual", "false",
            "limits.address_requests_per_minute", "10",
            "gateway.trusted_proxies", "10.0.0.0/8");
    try (RunningApp app = new RunningApp(settings)) {
      int answered = answeredToClients(app, 40);
      assertTrue(answered >= 10 && answered <= 14, "" + answered);
    }
  }

  private static JsonNode reply(WireClient socket, int id) {
    while (true) {
      JsonNode said = socket.next();
      if (said.path("id").asInt() == id) {
        return said;
      }
    }
  }

  @Test
  void commandsOnSocketsCountAsRequestsDo() throws Exception {
    ApiClient ana = user(tenant());
    String history = ",\"history\":{\"channel\":\"user:%s\",\"limit\":0}}";
    String own = history.formatted(ana.get("/v1/me").get("id").asText());
    try (WireClient here = connected(first, ana);
        WireClient there = connected(second, ana)) {
      int answered = 0;
      int id = 10;
      JsonNode said = Json.read("{}");
      while (!said.has("error") && answered < 100) {
        WireClient socket = id % 2 == 0 ? here : there;
        socket.send("{\"id\":" + id + own);
        said = reply(socket, id++);
        answered++;
      }
      assertTrue(answered >= 10 && answered <= 30, "" + answered);
      assertEquals(111, said.at("/error/code").asInt(), said.toString());
      assertTrue(said.at("/error/temporary").asBoolean());
      // A call of a service says so as a service does. Now and then one is admitted: time passes.
      JsonNode call = Json.read("{\"error\":{\"code\":404}}");
      for (int tried = 500; tried < 600 && call.at("/error/code").asInt() != 413; tried++) {
        here.send(
            "{\"id\":%d,\"rpc\":{\"method\":\"reminder.cancel\",\"data\":{\"reminder_id\":\"%s\"}}}"
                .formatted(tried, UUID.randomUUID()));
        call = reply(here, tried);
      }
      assertTrue(call.at("/error/message").asText().startsWith("rate_limited"), call.toString());
      // The sockets stay, unless somebody goes on and on, though one by one.
      here.send("{\"id\":700,\"ping\":{}}");
      assertTrue(reply(here, 700).has("ping"));
      int refused = 0;
      for (id = 1000; id < 3000 && !there.isOver(); id++) {
        there.send("{\"id\":" + id + own);
        refused +=
            there.poll(Duration.ofSeconds(2)).filter(r -> r.has("error")).isPresent() ? 1 : 0;
      }
      assertEquals(3013, there.closeCode());
      assertTrue(refused >= 90, "after " + refused);
    }
  }

  private static WireClient connected(RunningApp app, ApiClient who) {
    return WireClient.connected(URI.create(app.url()).getPort(), who.token()).pongs();
  }
}
