package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Actions and reminders as clients see them, in front of the whole house. */
class DeedRoutesTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String PASSWORD = "another battery, horse";
  private static final String ACTION =
      """
      INSERT INTO action (id, tenant_id, user_id, type, name, parameters, deadline, created_at)
      SELECT '%s', tenant_id, id, 'iot_control', 'turn_off', '{"device":"light"}',
        now() + interval '1 hour', now()
      FROM app_user WHERE email = '%s'
      """;
  private static RunningApp app;
  private static String ana;
  private static String bia;

  @BeforeAll
  static void open() {
    app = new RunningApp(Map.of());
    ana = signIn(RunningApp.EMAIL, RunningApp.PASSWORD);
    Reply made =
        post(
            ana,
            "/users",
            Map.of(
                "email", "bia@example.org", "password", PASSWORD, "name", "Bia", "role", "admin"));
    assertEquals(201, made.status(), made.body().toString());
    bia = signIn("bia@example.org", PASSWORD);
  }

  @AfterAll
  static void close() {
    app.close();
    CLIENT.close();
  }

  @Test
  void aReminderFromMakingToCancelling() {
    Reply made =
        post(
            ana,
            "/reminders",
            Map.of("title", "cake", "scheduled_at", in(3600), "rrule", "FREQ=DAILY"));
    assertEquals(201, made.status());
    assertEquals("pending", made.text("status"));
    assertEquals("America/Sao_Paulo", made.text("time_zone"), "the user's own");
    String path = "/reminders/" + made.text("id");

    assertEquals("pie", send(ana, "PATCH", path, Map.of("title", "pie")).text("title"));
    Map<String, Object> once = new java.util.HashMap<>();
    once.put("rrule", null);
    assertTrue(send(ana, "PATCH", path, once).body().get("rrule").isNull());
    Reply snoozed = post(ana, path + "/snooze", Map.of("minutes", 30));
    assertTrue(
        Instant.parse(snoozed.text("scheduled_at")).isBefore(Instant.now().plusSeconds(1801)));
    refused(409, "conflict", post(ana, path + "/acknowledge", Map.of()));
    assertEquals("cancelled", post(ana, path + "/cancel", Map.of()).text("status"));
    assertEquals(200, post(ana, path + "/cancel", Map.of()).status());
    refused(409, "conflict", post(ana, path + "/snooze", Map.of("minutes", 30)));
    assertEquals(
        made.text("id"),
        get(ana, "/reminders?status=cancelled").body().get("data").get(0).get("id").asText());
  }

  @Test
  void aWrongReminderNamesItsFields() {
    Reply past = post(ana, "/reminders", Map.of("title", "cake", "scheduled_at", in(-60)));
    refused(400, "invalid", past);
    assertEquals("scheduled_at", past.body().get("errors").get(0).get("field").asText());
    Reply rule =
        post(
            ana,
            "/reminders",
            Map.of(
                "title", "x", "scheduled_at", in(60), "rrule", "often", "time_zone", "Mars/Base"));
    refused(400, "invalid", rule);
    assertEquals(2, rule.body().get("errors").size());
    refused(400, "invalid", post(ana, "/reminders", Map.of("title", 7)));
  }

  @Test
  void aDeviceReportsOnceOverHttp() throws SQLException {
    UUID id = action();
    String path = "/actions/" + id + "/result";
    refused(400, "invalid", post(ana, path, Map.of("status", "pending")));
    refused(400, "invalid", post(ana, path, Map.of("status", "success", "error_message", "no")));
    assertEquals("executing", post(ana, path, Map.of("status", "executing")).text("status"));
    Map<String, Object> done = Map.of("status", "success", "result", Map.of("state", "off"));
    Reply ended = post(ana, path, done);
    assertEquals("off", ended.body().get("result").get("state").asText());
    assertEquals(ended, post(ana, path, done), "the same again");
    refused(409, "conflict", post(ana, path, Map.of("status", "failed")));
    assertEquals("success", get(ana, "/actions/" + id).text("status"));
    refused(400, "invalid", get(ana, "/actions?status=done"));
  }

  @Test
  void anotherUserOfTheTenantFindsNothing() throws SQLException {
    UUID action = action();
    Reply made = post(ana, "/reminders", Map.of("title", "secret", "scheduled_at", in(3600)));
    String reminder = "/reminders/" + made.text("id");
    for (String path : new String[] {reminder, "/actions/" + action, "/actions/" + Ids.next()}) {
      refused(404, "not_found", get(bia, path));
    }
    for (String command : new String[] {"/snooze", "/cancel", "/acknowledge"}) {
      refused(404, "not_found", post(bia, reminder + command, Map.of()));
    }
    refused(
        404, "not_found", post(bia, "/actions/" + action + "/result", Map.of("status", "success")));
    assertEquals(0, get(bia, "/reminders").body().get("data").size());
    assertEquals(0, get(bia, "/actions").body().get("data").size());
    assertEquals("pending", get(ana, reminder).text("status"));
  }

  private static UUID action() throws SQLException {
    UUID id = Ids.next();
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(ACTION.formatted(id, RunningApp.EMAIL));
    }
    return id;
  }

  private static String in(long seconds) {
    return Instant.now().plus(Duration.ofSeconds(seconds)).toString();
  }

  private static void refused(int status, String code, Reply reply) {
    assertEquals(status, reply.status(), reply.body().toString());
    assertEquals(code, reply.text("code"));
  }

  private record Reply(int status, JsonNode body) {
    String text(String name) {
      return body.path(name).asText();
    }
  }

  private static String signIn(String email, String password) {
    return post("", "/auth/token", Map.of("email", email, "password", password))
        .text("access_token");
  }

  private static Reply get(String token, String path) {
    return exchange(request(token, path).GET());
  }

  private static Reply post(String token, String path, Map<String, Object> body) {
    return send(token, "POST", path, body);
  }

  private static Reply send(String token, String method, String path, Map<String, Object> body) {
    return exchange(request(token, path).method(method, BodyPublishers.ofString(Json.write(body))));
  }

  private static HttpRequest.Builder request(String token, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(app.url() + "/v1" + path))
            .header("Content-Type", "application/json");
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private static Reply exchange(HttpRequest.Builder request) {
    try {
      var response = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), Json.read(response.body()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
