package dev.mordomo.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Somebody of a tenant that has so many tokens, whose administrator they are. */
public record Spender(String tenant, String id, ApiClient api) {
  /** Of a new tenant. */
  public static Spender of(ApiClient superuser, String url, long quota) {
    String tenant =
        superuser
            .post("/v1/tenants", Map.of("name", "Tenant", "token_quota", quota))
            .get("id")
            .asText();
    String email = UUID.randomUUID() + "@example.org";
    String id =
        superuser
            .post(
                "/v1/users",
                Map.of(
                    "tenant_id", tenant,
                    "email", email,
                    "password", "correct horse battery",
                    "name", "Ana",
                    "role", "admin"))
            .get("id")
            .asText();
    return new Spender(tenant, id, ApiClient.signIn(url, email, "correct horse battery"));
  }

  /** A new one, answered without documents. */
  public String conversation() {
    return api.post("/v1/conversations", Map.of("collections", List.of())).get("id").asText();
  }

  /** What the tenant has spent in its period. */
  public long consumed() {
    return api.get("/v1/tenants/" + tenant).get("tokens_consumed").asLong();
  }

  /**
   * Usage by day, user and model, as JSON and as CSV, says what all messages of the tenant say
   * together. Prices are {@code openai/test=1/4}.
   *
   * @param url where the CSV is asked for
   * @param conversations all of the tenant's
   */
  public void sumsEqualTheMessages(String url, List<String> conversations)
      throws IOException, InterruptedException {
    long prompt = 0;
    long completion = 0;
    Map<String, Long> byModel = new HashMap<>();
    for (String conversation : conversations) {
      for (JsonNode message : messages(conversation)) {
        if (message.get("role").asText().equals("assistant")) {
          JsonNode tokens = message.get("tokens");
          prompt += tokens.get("prompt").asLong();
          completion += tokens.get("completion").asLong();
          byModel.merge(
              message.get("model").asText(),
              tokens.get("prompt").asLong() + tokens.get("completion").asLong(),
              Long::sum);
          if (message.get("metadata").has("cut_by")) {
            assertEquals("length", message.get("metadata").get("finish_reason").asText());
            assertEquals("quota", message.get("metadata").get("cut_by").asText());
          }
        }
      }
    }
    assertEquals(prompt + completion, consumed());
    String path = "/v1/tenants/" + tenant + "/usage";
    for (String by : List.of("day", "user", "model")) {
      JsonNode report = api.get(path + "?by=" + by);
      assertEquals(prompt, report.get("totals").get("prompt_tokens").asLong(), by);
      assertEquals(completion, report.get("totals").get("completion_tokens").asLong(), by);
      long cost = prompt + 4 * completion;
      assertEquals(cost, Math.round(report.get("totals").get("cost").asDouble() * 1e6), by);
    }
    for (JsonNode row : api.get(path + "?by=model").get("rows")) {
      assertEquals(
          byModel.get(row.get("key").asText()),
          row.get("prompt_tokens").asLong() + row.get("completion_tokens").asLong());
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> table =
          http.send(
              HttpRequest.newBuilder(URI.create(url + path + "?by=user&format=csv"))
                  .header("Authorization", "Bearer " + api.token())
                  .build(),
              BodyHandlers.ofString());
      String[] lines = table.body().split("\r\n");
      assertEquals("user,prompt_tokens,completion_tokens,calls,cost,kind", lines[0]);
      assertEquals(2, lines.length);
      assertTrue(lines[1].startsWith(id + "," + prompt + "," + completion + ","), lines[1]);
      assertTrue(lines[1].endsWith(",chat"), lines[1]);
      assertTrue(table.headers().firstValue("Content-Type").orElseThrow().startsWith("text/csv"));
    }
  }

  /** In the order of the conversation. */
  public JsonNode messages(String conversation) {
    return api.get("/v1/conversations/" + conversation + "/messages").get("data");
  }
}
