package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Secrets of the installation, of its providers and of its users stand in no log, no error, no
 * setting that is shown, and nowhere in a dump of the database, whatever fails meanwhile. Nor do
 * log and dump hold the personal data of what users say.
 */
class SecretsStayHiddenTest {
  private static final String MODEL_KEY = "sk-marker-of-the-model-server";
  private static final String RERANK_KEY = "marker-of-the-reranker";
  private static final String OIDC_SECRET = "GOCSPX-marker-of-the-provider";
  private static final String REDIS_PASSWORD = "marker-of-redis";
  private static final String WRONG_PASSWORD = "marker that was nearly my password";

  /** Bia sees it in her answers. */
  private static final String PERSONAL = "529.982.247-25";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final List<String> secrets =
      new ArrayList<>(
          List.of(
              TestDatabase.SECRET_TEXT,
              RunningApp.PASSWORD,
              Caller.PASSWORD,
              MODEL_KEY,
              RERANK_KEY,
              OIDC_SECRET,
              REDIS_PASSWORD,
              WRONG_PASSWORD));
  private static final List<String> answers = new ArrayList<>();
  private static Vertx vertx;
  private static FakeModelServer provider;
  private static House house;
  private static LogTape log;

  @BeforeAll
  static void live() throws Exception {
    vertx = Vertx.vertx();
    provider = FakeModelServer.start(vertx);
    // As some providers answer: with the key in the message.
    provider.always(
        Behaviour.status(
            401, "{\"error\":{\"message\":\"Incorrect API key: " + MODEL_KEY + "\"}}", Map.of()));
    log = new LogTape();
    house =
        new House(
            Map.of(
                "identity.oidc.google_client_id", "client",
                "model.chat", "openai/gpt",
                "model.reranker", "http/cohere",
                "model.reranker_url", FakeModelServer.refusing(vertx) + "/rerank"),
            Map.of(
                "OPENAI_BASE_URL",
                provider.openAiUrl(),
                "OPENAI_API_KEY",
                MODEL_KEY,
                "RERANKER_API_KEY",
                RERANK_KEY,
                "GOOGLE_CLIENT_SECRET",
                OIDC_SECRET,
                "REDIS_URL",
                "redis://:" + REDIS_PASSWORD + "@127.0.0.1:1/0"));
    Caller bia = house.person("bia", house.tenant, "admin");
    secrets.add(bia.token());
    credentials(bia);
    failures(bia);
  }

  private static void credentials(Caller bia) {
    Got key = post(bia, "/v1/api-keys", "{\"name\":\"phone\"}", "Idempotency-Key", "once");
    String plain = key.json().get("key").asText();
    assertEquals(200, Attack.raw(bia.with(plain), "GET", "/v1/me", "").status());
    secrets.add(plain);
    String signIn = "{\"email\":\"bia@example.org\",\"password\":\"" + Caller.PASSWORD + "\"}";
    String refresh = post(bia, "/v1/auth/token", signIn).json().get("refresh_token").asText();
    secrets.add(refresh);
    String again = "{\"refresh_token\":\"" + refresh + "\"}";
    Got renewed = post(bia, "/v1/auth/refresh", again);
    secrets.add(renewed.json().get("refresh_token").asText());
    // A second time: someone stole it.
    answers.add(post(bia, "/v1/auth/refresh", again).body());
  }

  private static void failures(Caller bia) {
    for (String body :
        List.of(
            "{\"email\":\"bia@example.org\",\"password\":\"" + WRONG_PASSWORD + "\"}",
            "{\"email\":7,\"password\":\"" + WRONG_PASSWORD + "\"}",
            "{\"email\":\"bia@example.org\",\"password\":{\"" + WRONG_PASSWORD + "\":1}}",
            "{\"email\":\"bia@example.org\",\"password\":\"" + WRONG_PASSWORD + "\"",
            "{\"refresh_token\":\"" + WRONG_PASSWORD + "\"}")) {
      answers.add(post(bia, "/v1/auth/token", body).body());
      answers.add(post(bia, "/v1/auth/refresh", body).body());
    }
    answers.add(Attack.raw(bia.with(WRONG_PASSWORD), "GET", "/v1/me", "").body());
    answers.add(Attack.raw(bia, "GET", "/v1/me?access_token=" + bia.token(), "").body());
    Got offered = Attack.raw(bia, "GET", "/v1/auth/offered", "");
    assertEquals("[\"google\"]", offered.json().get("providers").toString(), "it has a secret");
    answers.add(offered.body());
    Got start =
        post(bia, "/v1/auth/oidc/start", "{\"provider\":\"google\",\"redirect_uri\":\"x\"}");
    assertEquals(400, start.status(), start.body());
    answers.add(start.body());
    answers.add(post(bia, "/v1/search", "{\"query\":\"anything\"}").body());
    String conversation =
        post(bia, "/v1/conversations", "{\"title\":\"x\"}").json().get("id").asText();
    String turn =
        post(
                bia,
                "/v1/conversations/" + conversation + "/turns",
                "{\"content\":\"olá, o meu CPF é "
                    + PERSONAL
                    + "\",\"client_message_id\":\""
                    + Ids.next()
                    + "\"}")
            .json()
            .get("turn_id")
            .asText();
    Await.until("the turn fails", () -> failed(bia, turn), PATIENCE);
    for (String body :
        List.of("{\"content\":\"" + PERSONAL, "{\"content\":{\"" + PERSONAL + "\":1}}")) {
      post(bia, "/v1/conversations/" + conversation + "/turns", body);
      post(bia, "/v1/reminders", body);
    }
    String reminder =
        "{\"title\":\"pagar, CPF "
            + PERSONAL
            + "\",\"scheduled_at\":\""
            + Instant.now().plusSeconds(86_400)
            + "\"}";
    assertEquals(201, post(bia, "/v1/reminders", reminder).status());
    answers.add(
        post(
                bia,
                "/v1/chat/completions",
                "{\"model\":\"mordomo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
            .body());
    for (Caller caller : List.of(bia, house.superuser)) {
      for (Operation operation : Operation.all()) {
        if (operation.method().equals("GET") && operation.kind().isEmpty()) {
          answers.add(
              operation.name() + " " + Attack.raw(caller, "GET", operation.path(), "").body());
        }
      }
      answers.add(Attack.raw(caller, "GET", "/v1/turns/" + turn, "").body());
      answers.add(Attack.raw(caller, "GET", "/v1/turns/" + turn + "/events", "").body());
    }
  }

  private static boolean failed(Caller bia, String turn) {
    return Attack.raw(bia, "GET", "/v1/turns/" + turn, "").body().contains("failed");
  }

  private static Got post(Caller caller, String path, String body, String... headers) {
    return Attack.raw(caller, "POST", path, body, headers);
  }

  @AfterAll
  static void close() {
    log.close();
    house.close();
    provider.close();
    vertx.close().await();
  }

  @Test
  void noAnswerHoldsOne() {
    for (String shown : List.of("GET /v1/config {", "GET /metrics #", "GET /v1/logs {")) {
      assertTrue(answers.stream().anyMatch(answer -> answer.startsWith(shown)), shown);
    }
    answers.forEach(SecretsStayHiddenTest::assertHoldsNone);
  }

  @Test
  void noLineOfTheLogHoldsOne() {
    assertTrue(log.lines().stream().anyMatch(line -> line.contains("WARN")), "it is heard at all");
    log.lines().forEach(SecretsStayHiddenTest::assertHoldsNone);
    log.lines().forEach(line -> assertFalse(line.contains(PERSONAL), line));
  }

  @Test
  void noDumpOfTheDatabaseHoldsOne() throws Exception {
    String dump = dump();
    assertTrue(dump.contains("COPY public.sealing_keyset"), "all of it is there");
    assertTrue(dump.contains("bia@example.org"), "with its rows");
    assertHoldsNone(dump);
    assertTrue(dump.contains("[[cpf:"), "a placeholder instead");
    assertFalse(dump.contains(PERSONAL), () -> around(dump, dump.indexOf(PERSONAL)));
    // A private key as a JWK, a keyset of Tink in clear.
    assertFalse(dump.contains("\"d\":") || dump.contains("AesGcmKey"), "a key in clear");
  }

  private static String dump() throws IOException, InterruptedException {
    PgConnectOptions server = PgConnectOptions.fromUri(house.app.database().url());
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getenv("MORDOMO_TEST_PG_BIN") + "/pg_dump",
            "-h",
            server.getHost(),
            "-p",
            String.valueOf(server.getPort()),
            "-U",
            server.getUser(),
            server.getDatabase());
    builder.environment().put("PGPASSWORD", server.getPassword());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String dump = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return dump;
  }

  private static void assertHoldsNone(String text) {
    for (String secret : secrets) {
      int at = text.indexOf(secret);
      assertFalse(at >= 0, () -> around(text, at));
    }
  }

  private static String around(String text, int at) {
    return text.substring(Math.max(0, at - 300), Math.min(text.length(), at + 100));
  }
}
