package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.RunningApp;
import dev.mordomo.action.ActionEvent;
import dev.mordomo.chat.TurnStatus;
import dev.mordomo.gateway.Features;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.gateway.socket.CloseCode;
import dev.mordomo.gateway.socket.ConfigNews;
import dev.mordomo.gateway.socket.ReplyError;
import dev.mordomo.gateway.socket.RpcMethod;
import dev.mordomo.job.JobEvent;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.reminder.ReminderEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The descriptions of the interface say what the running server does, no less and no more. */
class ContractTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Description HTTP = Description.read("openapi.yaml");
  private static final Description SOCKET = Description.read("asyncapi.yaml");
  private static RunningApp app;
  private static String token = "";

  @BeforeAll
  static void open() {
    app = new RunningApp(Map.of());
    token =
        call(
                "POST",
                "/v1/auth/token",
                200,
                Map.of("email", RunningApp.EMAIL, "password", RunningApp.PASSWORD))
            .get("access_token")
            .asText();
  }

  @AfterAll
  static void close() {
    app.close();
    CLIENT.close();
  }

  @Test
  void everyRouteIsDescribedAndNothingElse() {
    Map<String, Boolean> served =
        table().stream()
            .collect(
                Collectors.toMap(
                    route -> route.method() + " " + route.path().replaceAll(":(\\w+)", "{$1}"),
                    route -> route.access() == Access.ANYONE));
    assertEquals(new TreeMap<>(served), new TreeMap<>(HTTP.operations()));
    assertEquals(Set.of(), HTTP.lostReferences());
    assertEquals(Set.of(), SOCKET.lostReferences());
  }

  @Test
  void everyCodeOfAProblemIsDescribed() {
    Set<String> codes =
        Arrays.stream(FailureCode.values()).map(FailureCode::wire).collect(Collectors.toSet());
    JsonNode described = HTTP.root().at("/components/schemas/Problem/properties/code/enum");
    assertEquals(codes, texts(described));
  }

  @Test
  void theSocketsNumbersAreDescribed() {
    assertEquals(
        lines(
            Arrays.stream(FailureCode.values())
                .map(c -> c.number() + " " + c.wire() + " " + c.status() + " " + c.retryable())),
        rows("x-failure-codes", "number", "code", "status", "temporary"));
    assertEquals(
        lines(
            Arrays.stream(ReplyError.values())
                .map(e -> e.code() + " " + e.message() + " " + e.temporary())),
        rows("x-error-codes", "code", "message", "temporary"));
    assertEquals(
        lines(
            Arrays.stream(CloseCode.values())
                .map(c -> c.code() + " " + c.reason() + " " + c.reconnects())),
        rows("x-close-codes", "code", "reason", "reconnect"));
  }

  @Test
  void everyRpcMethodAndEventIsDescribed() {
    Set<String> methods = lines(Arrays.stream(RpcMethod.values()).map(RpcMethod::wire));
    Set<String> operations = new TreeSet<>(names(SOCKET.root().get("operations")));
    operations.removeAll(Set.of("user.events", "conversation.events"));
    assertEquals(methods, operations);
    for (String method : methods) {
      assertTrue(SOCKET.root().at("/components/messages").has(method + ".reply"), method);
    }
    assertEquals(
        lines(
            Stream.concat(
                Stream.of("started", "context", "delta", "sentence", "action").map("turn."::concat),
                Arrays.stream(TurnStatus.values())
                    .filter(TurnStatus::isFinal)
                    .map(status -> "turn." + status.wire()))),
        names(SOCKET.root().at("/channels/conversation/messages")));
    assertEquals(
        lines(
            Stream.of(
                "conversation.updated",
                "conversation.deleted",
                "quota.warning",
                ConfigNews.UPDATED,
                ActionEvent.Requested.ADDRESS.name(),
                ActionEvent.Updated.ADDRESS.name(),
                JobEvent.Updated.ADDRESS.name(),
                ReminderEvent.Updated.ADDRESS.name(),
                ReminderEvent.Triggered.ADDRESS.name(),
                ReminderEvent.Snoozed.ADDRESS.name(),
                ReminderEvent.Acknowledged.ADDRESS.name(),
                ReminderEvent.Cancelled.ADDRESS.name())),
        names(SOCKET.root().at("/channels/user/messages")));
  }

  @Test
  void identityAnswersAsDescribed() {
    call("GET", "/v1/me", 200);
    call("PATCH", "/v1/me", 200, Map.of("name", "Ana"));
    call("GET", "/v1/users", 200);
    call("GET", "/v1/tenants", 200);
    call("GET", "/v1/logs", 200);
    call("GET", "/v1/config", 200);
    call("PATCH", "/v1/config", 200, Map.of("brain.temperature", 0.5));
    call("PATCH", "/v1/config", 400, Map.of("brain.temperature", 3));
    call("PUT", "/v1/config/{id}", "tts.voice", 200, Map.of("value", "pt_BR-edresson-low"));
    call("GET", "/v1/config/{id}", "tts.voice", 200, Map.of());
    assertTrue(call("GET", "/v1/audit", 200).get("data").size() > 0, "somebody signed in");
    call("POST", "/v1/api-keys", 201, Map.of("name", "kitchen"));
    call("GET", "/v1/api-keys", 200);
    String tenant = call("GET", "/v1/me", 200).get("tenant_id").asText();
    call("GET", "/v1/tenants/{id}", tenant, 200, Map.of());
    call("GET", "/v1/tenants/{id}/usage", tenant, 200, Map.of());
    call("GET", "/health/live", 200);
    call("GET", "/health/ready", 200);
    call("GET", "/v1/.well-known/jwks.json", 200);
  }

  @Test
  void chatAnswersAsDescribed() throws SQLException {
    String id =
        call("POST", "/v1/conversations", 201, Map.of("title", "Lights")).get("id").asText();
    Map<String, Object> words = Map.of("content", "Good morning", "client_message_id", "one");
    String turn =
        call("POST", "/v1/conversations/{id}/turns", id, 202, words).get("turn_id").asText();
    call("GET", "/v1/turns/{id}", turn, 200, Map.of());
    call("POST", "/v1/turns/{id}/cancel", turn, 200, Map.of());
    call(
        "PATCH",
        "/v1/conversations/{id}",
        id,
        200,
        Map.of("title", "Lamps", "satisfaction_score", 0.75));
    call("GET", "/v1/conversations/{id}", id, 200, Map.of());
    call("GET", "/v1/conversations", 200);
    call("GET", "/v1/conversations/{id}/messages", id, 200, Map.of());
    call("GET", "/v1/messages", 200);
    JsonNode found = call("POST", "/v1/messages/search", 200, Map.of("query", "morning"));
    assertEquals(0.75, found.at("/hits/0/satisfaction").asDouble());
    assertTrue(found.at("/hits/0/sentiment").isNull() && found.at("/hits/0/similarity").isNull());
    call("GET", "/v1/models", 200);
    eventsAreAsDescribed();
  }

  @Test
  void knowledgeAnswersAsDescribed() {
    String id = call("POST", "/v1/collections", 201, Map.of("name", "Kitchen")).get("id").asText();
    Map<String, Object> text =
        Map.of(
            "title",
            "Bread",
            "source",
            "bread.md",
            "content",
            "# Bread\n\nBread is baked for forty minutes at two hundred degrees.");
    String document =
        call("POST", "/v1/collections/{id}/documents", id, 201, text).get("id").asText();
    call("POST", "/v1/collections/{id}/documents", id, 409, text);
    call("GET", "/v1/collections", 200);
    call("GET", "/v1/collections/{id}", id, 200, Map.of());
    call("GET", "/v1/collections/{id}/documents", id, 200, Map.of());
    call("GET", "/v1/documents/{id}", document, 200, Map.of());
    call("GET", "/v1/documents/{id}/chunks", document, 200, Map.of());
    JsonNode found =
        call(
            "POST",
            "/v1/search",
            200,
            Map.of("query", "How long is bread baked?", "collections", List.of(id)));
    assertTrue(found.get("hits").size() > 0, "a hit, so that its members are seen");
    JsonNode trace = call("GET", "/v1/search/{id}/trace", found.get("id").asText(), 200, Map.of());
    assertEquals(found.at("/hits/0/chunk_id"), trace.at("/hits/0/chunk_id"));
    assertEquals("Bread", trace.at("/by_words/0/title").asText());
    Map<String, Object> filter =
        Map.of(
            "or", List.of(Map.of("eq", Map.of("title", "Bread")), Map.of("language", "pt")),
            "not", Map.of("in", Map.of("metadata.shelf", List.of(1, 2))),
            "range", Map.of("created_at", Map.of("gte", "2020-01-01T00:00:00Z")));
    JsonNode filtered = call("POST", "/v1/search", 200, Map.of("query", "bread", "filter", filter));
    assertEquals("Bread", filtered.at("/hits/0/title").asText());
    JsonNode wrong =
        call(
            "POST",
            "/v1/search",
            400,
            Map.of(
                "query",
                "bread",
                "filter",
                Map.of("and", List.of(Map.of("eq", Map.of("owner", 1)), Map.of("like", "x")))));
    assertEquals(
        Set.of("filter.and[0].eq.owner", "filter.and[1].like"),
        lines(
            StreamSupport.stream(wrong.get("errors").spliterator(), false)
                .map(e -> e.get("field").asText())));
  }

  @Test
  void deedsAnswerAsDescribed() throws SQLException {
    Map<String, Object> cake =
        Map.of("title", "cake", "scheduled_at", Instant.now().plusSeconds(3600).toString());
    String id = call("POST", "/v1/reminders", 201, cake).get("id").asText();
    call("GET", "/v1/reminders/{id}", id, 200, Map.of());
    call("POST", "/v1/reminders/{id}/snooze", id, 200, Map.of("minutes", 5));
    call("POST", "/v1/reminders/{id}/acknowledge", id, 409, Map.of());
    call("POST", "/v1/reminders/{id}/cancel", id, 200, Map.of());
    call("GET", "/v1/reminders", 200);
    call("GET", "/v1/actions", 200);
    eventsAreAsDescribed();
  }

  @Test
  void failuresAnswerAsDescribed() {
    JsonNode wrong = call("POST", "/v1/reminders", 400, Map.of("title", 7));
    assertEquals("invalid", wrong.get("code").asText());
    call("GET", "/v1/conversations/{id}", Ids.next().toString(), 404, Map.of());
    call("POST", "/v1/auth/token", 401, Map.of("email", "no@example.org", "password", "wrong"));
  }

  /** The table's lines alone: its handlers have nothing behind them here and are never called. */
  @SuppressWarnings("NullAway")
  static List<Route> table() {
    List<Route> table =
        new ArrayList<>(Routes.table(new PublicRoutes(null, () -> "", () -> false)));
    table.addAll(
        Routes.table(
            new Features(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new Oversight(null, null, null),
                null),
            null,
            null));
    return table;
  }

  /** Whatever has been published by now. */
  private static void eventsAreAsDescribed() throws SQLException {
    int seen = 0;
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery("SELECT type, payload::text FROM event")) {
      while (rows.next()) {
        String type = rows.getString(1);
        JsonNode payload = Json.read(rows.getString(2));
        assertEquals(
            List.of(),
            SOCKET.complaintsAt("/components/messages/" + type + "/payload", payload),
            type);
        seen++;
      }
    }
    assertTrue(seen > 0, "something was published");
  }

  private static JsonNode call(String method, String path, int status) {
    return call(method, path, status, Map.of());
  }

  private static JsonNode call(String method, String path, int status, Map<String, Object> body) {
    return call(method, path, "", status, body);
  }

  /** Calls, and holds the answer against its description. */
  private static JsonNode call(
      String method, String path, String id, int status, Map<String, Object> body) {
    boolean reads = method.equals("GET") || method.equals("DELETE");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(app.url() + path.replace("{id}", id)))
            .method(
                method, reads ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)))
            .header("Content-Type", "application/json");
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response = send(request.build());
    assertEquals(status, response.statusCode(), path + " " + response.body());
    String type =
        response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "").strip();
    JsonNode answer = Json.read(response.body());
    assertEquals(List.of(), HTTP.complaints(method, path, status, type, answer), path);
    return answer;
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Set<String> rows(String table, String... columns) {
    Stream<JsonNode> rows = StreamSupport.stream(SOCKET.root().get(table).spliterator(), false);
    return lines(
        rows.map(row ->
            Arrays.stream(columns).map(c -> row.get(c).asText()).collect(Collectors.joining(" "))));
  }

  private static Set<String> lines(Stream<String> lines) {
    return lines.collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(JsonNode object) {
    return lines(object.properties().stream().map(Map.Entry::getKey));
  }

  private static Set<String> texts(JsonNode array) {
    return lines(StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText));
  }
}
