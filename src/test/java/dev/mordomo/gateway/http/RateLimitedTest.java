package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
}
