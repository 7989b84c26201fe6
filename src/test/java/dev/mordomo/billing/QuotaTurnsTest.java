package dev.mordomo.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Quotas as users meet them: two servers on one database, and a model that never ends by itself.
 */
class QuotaTurnsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String[] WORDS = Collections.nCopies(500, "palavra ").toArray(String[]::new);
  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp first;
  private static RunningApp second;
  private static ApiClient superuser;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording();
    model.always(Behaviour.sayingWithoutUsage(WORDS));
    first =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                "chat.max_tokens", "900",
                "limits.turns_per_minute", "1000",
                "billing.block", "4000",
                "billing.prices", "openai/test=1/4"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    second = first.besides();
    superuser = ApiClient.signIn(first.url());
  }

  @AfterAll
  static void close() {
    second.close();
    first.close();
    model.close();
    vertx.close().await();
  }

  private static Spender person(long quota) {
    return Spender.of(superuser, first.url(), quota);
  }

  private static HttpResponse<String> ask(ApiClient api, String url, String conversation, String id)
      throws IOException, InterruptedException {
    return send(
        api,
        "POST",
        url + "/v1/conversations/" + conversation + "/turns",
        Map.of("content", "Fale sem parar", "client_message_id", id));
  }

  private static HttpResponse<String> send(
      ApiClient api, String method, String url, Map<String, ?> body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + api.token())
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode ended(ApiClient api, String turn) {
    Await.until(
        "turn " + turn + " has ended",
        () ->
            List.of("completed", "failed", "cancelled")
                .contains(api.get("/v1/turns/" + turn).get("status").asText()),
        PATIENCE);
    return api.get("/v1/turns/" + turn);
  }

  @Test
  void fiftyTurnsAtOnceOnTwoServersNeverSpendMoreThanThereIs() throws Exception {
    long quota = 12_000;
    Spender person = person(quota);
    List<String> conversations = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      conversations.add(person.conversation());
    }
    CountDownLatch go = new CountDownLatch(1);
    List<Future<HttpResponse<String>>> asked = new ArrayList<>();
    List<String> turns = new ArrayList<>();
    int refused = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        String url = i % 2 == 0 ? first.url() : second.url();
        String conversation = conversations.get(i);
        asked.add(
            threads.submit(() -> {
              go.await();
              return ask(person.api(), url, conversation, conversation);
            }));
      }
      go.countDown();
      for (Future<HttpResponse<String>> one : asked) {
        if (one.get().statusCode() == 202) {
          turns.add(Json.read(one.get().body()).get("turn_id").asText());
        } else {
          assertEquals(429, one.get().statusCode(), one.get().body());
          assertEquals("quota_exceeded", Json.read(one.get().body()).get("code").asText());
          refused++;
        }
      }
    }
    for (String turn : turns) {
      JsonNode end = ended(person.api(), turn);
      if (end.get("status").asText().equals("failed")) {
        assertEquals("quota_exceeded", end.get("error").get("code").asText(), end.toString());
        refused++;
      }
    }
    assertTrue(refused > 0 && refused < 50, refused + " refused");
    long consumed = person.consumed();
    assertTrue(consumed <= quota, consumed + " of " + quota);
    // Some were refused while others had reserved more than they took in the end.
    assertTrue(consumed > quota / 3, consumed + " of " + quota);
    person.sumsEqualTheMessages(second.url(), conversations);
  }

  @Test
  void anAnswerIsCutWhereTheQuotaEndsAndSaysSo() throws Exception {
    Spender person = person(100);
    HttpResponse<String> cut = complete(person);
    assertEquals(200, cut.statusCode(), cut.body());
    JsonNode answer = Json.read(cut.body());
    assertEquals("length", answer.at("/choices/0/finish_reason").asText());
    int words = answer.at("/choices/0/message/content").asText().split(" ").length;
    assertTrue(words >= 16 && words < 100, cut.body());
    assertEquals(words, answer.at("/usage/completion_tokens").asInt());
    long consumed = person.consumed();
    assertEquals(answer.at("/usage/total_tokens").asLong(), consumed);
    assertTrue(consumed <= 100, consumed + " of 100");
    JsonNode message =
        person
            .api()
            .get(
                "/v1/conversations/"
                    + cut.headers().firstValue("X-Conversation-Id").orElseThrow()
                    + "/messages")
            .get("data")
            .get(1);
    assertEquals("quota", message.at("/metadata/cut_by").asText());
    assertEquals("length", message.at("/metadata/finish_reason").asText());
    assertFalse(message.get("interrupted").asBoolean());
  }

  @Test
  void aTurnWhoseModelFailsCostsNothing() throws Exception {
    // An answer takes all there is: had the first kept its tokens, there would be none left.
    Spender person = person(100);
    model.then(Behaviour.status(401, "{}", Map.of()));
    HttpResponse<String> failed = complete(person);
    assertEquals(502, failed.statusCode(), failed.body());
    assertEquals(0, person.consumed());
    HttpResponse<String> answered = complete(person);
    assertEquals(200, answered.statusCode(), answered.body());
    assertTrue(person.consumed() > 80, "" + person.consumed());
    assertEquals(429, complete(person).statusCode());
  }

  private static HttpResponse<String> complete(Spender person)
      throws IOException, InterruptedException {
    return send(
        person.api(),
        "POST",
        first.url() + "/v1/chat/completions",
        Map.of(
            "model",
            "openai/test",
            "messages",
            List.of(Map.of("role", "user", "content", "Fale sem parar"))));
  }

  @Test
  void aSpentQuotaIsRefusedOnEveryFaceUntilItIsRenewed() throws Exception {
    Spender person = person(0);
    ApiClient api = person.api();
    String conversation = person.conversation();
    HttpResponse<String> refused = ask(api, first.url(), conversation, "a");
    assertEquals(429, refused.statusCode(), refused.body());
    assertEquals("quota_exceeded", Json.read(refused.body()).get("code").asText());
    assertEquals("86400", refused.headers().firstValue("Retry-After").orElse(""), "none is due");

    Map<String, Object> words =
        Map.of("model", "mordomo", "messages", List.of(Map.of("role", "user", "content", "Olá")));
    HttpResponse<String> open = send(api, "POST", second.url() + "/v1/chat/completions", words);
    assertEquals(429, open.statusCode(), open.body());
    JsonNode error = Json.read(open.body()).get("error");
    assertEquals("insufficient_quota", error.get("type").asText());
    assertEquals("false", open.headers().firstValue("x-should-retry").orElseThrow());
    HttpResponse<String> embedding =
        send(
            api,
            "POST",
            second.url() + "/v1/embeddings",
            Map.of("model", "mordomo", "input", "Olá"));
    assertEquals(429, embedding.statusCode(), embedding.body());

    Instant end = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    superuser.patch("/v1/tenants/" + person.tenant(), Map.of("quota_resets_at", end.toString()));
    Await.until(
        "the refusal says when",
        () -> {
          try {
            return ask(api, first.url(), conversation, "a")
                .headers()
                .firstValue("Retry-After")
                .map(Long::parseLong)
                .filter(seconds -> seconds > 3500 && seconds <= 3600)
                .isPresent();
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        },
        PATIENCE);
    assertEquals(
        end,
        Instant.parse(
            Json.read(ask(api, first.url(), conversation, "a").body())
                .get("quota_resets_at")
                .asText()));

    superuser.patch("/v1/tenants/" + person.tenant(), Map.of("token_quota", 5000));
    Await.until(
        "the larger quota is noticed",
        () -> {
          try {
            return ask(api, first.url(), conversation, "a").statusCode() == 202;
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        },
        PATIENCE);
    // The same words are the same turn, whatever is left.
    superuser.patch("/v1/tenants/" + person.tenant(), Map.of("token_quota", 0));
    assertEquals(202, ask(api, second.url(), conversation, "a").statusCode());
  }

  @Test
  void anAdministratorGivesUsersQuotasOfTheirOwn() throws Exception {
    Spender person = person(1_000_000);
    String path = "/v1/users/" + person.id() + "/quota";
    assertTrue(person.api().get(path).get("token_quota").isNull());
    for (String wrong : List.of("{}", "{\"token_quota\":-1}", "{\"token_quota\":\"x\"}")) {
      HttpResponse<String> bad =
          send(person.api(), "PUT", first.url() + path, Json.map(Json.read(wrong)));
      assertEquals(400, bad.statusCode(), wrong);
      assertTrue(bad.body().contains("\"field\":\"token_quota\""), bad.body());
    }
    HttpResponse<String> set =
        send(person.api(), "PUT", first.url() + path, Map.of("token_quota", 1));
    assertEquals(200, set.statusCode(), set.body());
    assertEquals(1, person.api().get(path).get("token_quota").asLong());
    String conversation = person.conversation();
    Await.until(
        "the quota holds",
        () -> {
          try {
            return ask(person.api(), second.url(), conversation, UUID.randomUUID().toString())
                    .statusCode()
                == 429;
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        },
        PATIENCE);
    Map<String, Object> none = new HashMap<>();
    none.put("token_quota", null);
    assertEquals(200, send(person.api(), "PUT", first.url() + path, none).statusCode());
    assertTrue(person.api().get(path).get("token_quota").isNull());
  }
}
