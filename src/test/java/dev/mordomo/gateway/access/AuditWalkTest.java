package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.DocTable;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every operation of docs/operations/audit.md leaves one record, whatever becomes of it. */
class AuditWalkTest {
  private static final String PAGE = "operations/audit.md";
  private static final List<String> METHODS = List.of("GET", "PATCH", "PUT", "POST", "DELETE");

  private static House house;
  private static Caller admin;
  private static Caller member;
  private static Caller stranger;
  private static Belongings own;
  private static Map<String, String> actions;

  /** A record, as the owner of the database sees it. */
  private record Left(String tenant, String action, String result, String code, JsonNode whole) {}

  @BeforeAll
  static void open() {
    house = new House();
    admin = house.person("auditchief", house.tenant, "admin");
    member = house.person("auditmember", house.tenant, "member");
    stranger = house.person("auditstranger", house.otherTenant, "admin");
    own = Belongings.of(admin, house.app.database());
    actions =
        DocTable.rows(PAGE, "What is recorded").stream()
            .collect(
                Collectors.toMap(
                    row -> DocTable.names(row.getFirst()).getFirst(),
                    row -> DocTable.names(row.get(1)).getFirst()));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static List<Left> since(String last) {
    List<Left> left = new ArrayList<>();
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT tenant_id, action, result, coalesce(code, ''), to_jsonb(a) - 'seq' - 'hash'"
                    + " FROM audit a WHERE id > '"
                    + last
                    + "' ORDER BY id")) {
      while (rows.next()) {
        left.add(
            new Left(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                Json.read(rows.getString(5))));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return left;
  }

  private static String last() {
    return Ids.next().toString();
  }

  @TestFactory
  Stream<DynamicTest> ofOnesOwn() {
    Comparator<Operation> order =
        Comparator.<Operation>comparingInt(o -> METHODS.indexOf(o.method()))
            .thenComparing(Operation::path, Comparator.reverseOrder());
    return operations()
        .sorted(order)
        .map(operation -> DynamicTest.dynamicTest(operation.name(), () -> checkOwn(operation)));
  }

  private static void checkOwn(Operation operation) {
    Caller caller =
        Set.of(
                    "GET /v1/logs",
                    "GET /v1/search/{id}/trace",
                    "POST /v1/tenants",
                    "POST /v1/exports",
                    "PATCH /v1/tenants/{id}",
                    "DELETE /v1/tenants/{id}")
                .contains(operation.name())
            ? house.superuser
            : admin;
    Map<String, Object> members = members(operation);
    String id = operation.kind().map(kind -> idFor(operation, kind)).orElse("");
    String before = last();
    Got got = caller.call(operation, id, own::named, members);
    assertOne(operation, got, since(before));
    // A conflict with its state, or no provider here: what can be done is done.
    assertTrue(
        got.status() < 300
            || Set.of(
                    "POST /v1/auth/oidc",
                    "POST /v1/auth/claim",
                    "POST /v1/reminders/{id}/acknowledge")
                .contains(operation.name()),
        got.toString());
  }

  private static String idFor(Operation operation, String kind) {
    if (operation.name().equals("DELETE /v1/tenants/{id}")) {
      return house
          .superuser
          .api()
          .post("/v1/tenants", Map.of("name", "Short-lived"))
          .get("id")
          .asText();
    }
    if (kind.equals("config")) {
      return "tts.voice";
    }
    return kind.equals("users") && !operation.method().equals("GET")
        ? house.person("audited" + Ids.next(), house.tenant, "member").userId()
        : own.id(kind);
  }

  private static Map<String, Object> members(Operation operation) {
    return switch (operation.name()) {
      case "POST /v1/auth/token" ->
          Map.of("email", admin.name() + "@example.org", "password", Caller.PASSWORD);
      case "POST /v1/auth/refresh", "POST /v1/auth/logout" ->
          Map.of("refresh_token", refreshToken(member));
      case "POST /v1/jobs" ->
          Map.of("type", "ingest", "payload", Map.of("document_id", own.id("documents")));
      case "POST /v1/users" -> Map.of("tenant_id", house.tenant);
      default -> Map.of();
    };
  }

  private static String refreshToken(Caller caller) {
    return ApiClient.of(house.app.url(), "")
        .post(
            "/v1/auth/token",
            Map.of("email", caller.name() + "@example.org", "password", Caller.PASSWORD))
        .get("refresh_token")
        .asText();
  }

  @TestFactory
  Stream<DynamicTest> ofAnothers() {
    return operations()
        .filter(operation -> operation.kind().filter(k -> !k.equals("config")).isPresent())
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.name(),
                () -> {
                  String before = last();
                  Got got =
                      stranger.call(
                          operation,
                          own.id(operation.kind().orElseThrow()),
                          name -> Optional.empty(),
                          Map.of());
                  List<Left> left = since(before);
                  assertTrue(Set.of(403, 404).contains(got.status()), got.toString());
                  assertOne(operation, got, left);
                  assertEquals("denied", left.getFirst().result());
                  assertEquals(house.otherTenant, left.getFirst().tenant(), "theirs who tried");
                }));
  }

  @TestFactory
  Stream<DynamicTest> ofWhatMakesNoSense() {
    return operations()
        .filter(operation -> operation.body().isPresent())
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.name(),
                () -> {
                  String path =
                      operation
                          .path()
                          .replace(
                              "{id}",
                              operation
                                  .kind()
                                  .map(kind -> kind.equals("config") ? "tts.voice" : own.id(kind))
                                  .orElse(""));
                  String before = last();
                  Got got =
                      Caller.send(
                          HttpRequest.newBuilder(URI.create(house.app.url() + path))
                              .header("Authorization", "Bearer " + admin.token())
                              .header("Content-Type", "application/json")
                              .method(operation.method(), BodyPublishers.ofString("[\"zanz\"]"))
                              .build());
                  List<Left> left = since(before);
                  assertTrue(got.status() >= 400 && got.status() < 500, got.toString());
                  assertOne(operation, got, left);
                  assertFalse(left.getFirst().whole().toString().contains("zanz"));
                }));
  }

  private static void assertOne(Operation operation, Got got, List<Left> left) {
    assertEquals(
        List.of(String.valueOf(actions.get(operation.name()))),
        left.stream().map(Left::action).toList(),
        operation.name() + " " + got.status());
    Left one = left.getFirst();
    String expected =
        got.status() < 300
            ? "ok"
            : Set.of(401, 403, 404).contains(got.status()) ? "denied" : "failed";
    assertEquals(expected, one.result(), got.toString());
    assertEquals(got.status() < 300, one.code().isEmpty(), one.toString());
  }

  private static Stream<Operation> operations() {
    return Operation.all().stream().filter(operation -> actions.containsKey(operation.name()));
  }

  private static Operation operation(String name) {
    return Operation.all().stream().filter(o -> o.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aChangeWhoseRecordCannotBeWrittenIsNotMade() throws SQLException {
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "ALTER TABLE audit ADD CONSTRAINT none_of_these CHECK (action <> 'collection.create') NOT"
              + " VALID");
      try {
        Got got =
            admin.call(
                operation("POST /v1/collections"),
                "",
                name -> Optional.empty(),
                Map.of("name", "never"));
        assertEquals(500, got.status(), got.body());
        try (ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM collection WHERE name = 'never'")) {
          rows.next();
          assertEquals(0, rows.getInt(1));
        }
      } finally {
        statement.execute("ALTER TABLE audit DROP CONSTRAINT none_of_these");
      }
    }
  }

  @Test
  void aReadThatCannotBeRecordedIsNotAnswered() throws SQLException {
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "ALTER TABLE audit ADD CONSTRAINT no_reads CHECK (action <> 'search.trace') NOT VALID");
      try {
        String search =
            admin.api().post("/v1/search", Map.of("query", "bridge")).get("id").asText();
        Got got =
            house.superuser.call(
                operation("GET /v1/search/{id}/trace"), search, name -> Optional.empty(), Map.of());
        assertEquals(500, got.status());
        assertFalse(got.body().contains("bridge"), got.body());
      } finally {
        statement.execute("ALTER TABLE audit DROP CONSTRAINT no_reads");
      }
    }
  }

  @Test
  void whoTriedToSignInAsWhomIsSaid() {
    ApiClient nobody = ApiClient.of(house.app.url(), "");
    for (String email : List.of(member.name() + "@example.org", "nobody@example.org")) {
      String before = last();
      Got got =
          Caller.nobody(house.app.url())
              .call(
                  operation("POST /v1/auth/token"),
                  "",
                  name -> Optional.empty(),
                  Map.of("email", email, "password", "guessed wrong"));
      assertEquals(401, got.status());
      Left left = since(before).getFirst();
      boolean known = !email.startsWith("nobody");
      assertEquals(known ? house.tenant : "00000000-0000-0000-0000-000000000000", left.tenant());
      assertEquals("nobody", left.whole().get("actor_kind").asText());
      assertEquals(known ? member.userId() : "null", left.whole().get("actor_id").asText());
      assertFalse(left.whole().toString().contains("guessed"), left.toString());
      assertFalse(left.whole().toString().contains("@example.org"), left.toString());
    }
    String before = last();
    nobody.post(
        "/v1/auth/token",
        Map.of("email", member.name() + "@example.org", "password", Caller.PASSWORD));
    JsonNode left = since(before).getFirst().whole();
    assertEquals("user", left.get("actor_kind").asText());
    assertEquals(member.userId(), left.get("actor_id").asText());
    assertEquals("127.0.0.1", left.get("address").asText());
    assertTrue(left.get("user_agent").asText().startsWith("Java-http-client"), left.toString());
  }

  @Test
  void anApiKeyIsNamedAndValuesAreNot() {
    JsonNode made = admin.api().post("/v1/api-keys", Map.of("name", "zanzkey"));
    Caller key = admin.with(made.get("key").asText());
    String before = last();
    key.api().patch("/v1/me", Map.of("name", "Zanzibar"));
    JsonNode left = since(before).getFirst().whole();
    assertEquals("key", left.get("actor_kind").asText());
    assertEquals(made.get("id").asText(), left.get("credential").asText());
    assertEquals("[\"name\"]", left.at("/details/fields").toString());
    assertFalse(
        left.toString().toLowerCase(java.util.Locale.ROOT).contains("zanz"), left.toString());
  }

  @Test
  void anAdministratorSeesTheRecordsOfTheirTenantAlone() {
    // What the operator of the installation does to a user of a tenant stands in the tenant's.
    house.superuser.api().patch("/v1/users/" + stranger.userId(), Map.of("name", "Renamed"));
    JsonNode changed = stranger.api().get("/v1/audit?action=user.change").get("data").get(0);
    assertEquals(house.superuser.userId(), changed.at("/actor/id").asText());
    assertEquals(stranger.userId(), changed.at("/target/id").asText());
    String theirs =
        stranger.api().get("/v1/audit?limit=200&tenant_id=" + house.tenant).get("data").toString();
    assertEquals("[]", theirs);
    for (JsonNode row : stranger.api().get("/v1/audit?limit=200").get("data")) {
      assertEquals(house.otherTenant, row.get("tenant_id").asText());
    }
    Set<String> all = new java.util.HashSet<>();
    house
        .superuser
        .api()
        .get("/v1/audit?limit=200")
        .get("data")
        .forEach(row -> all.add(row.get("tenant_id").asText()));
    assertTrue(all.containsAll(List.of(house.tenant, house.otherTenant)), all.toString());
    assertEquals(403, list(member, "").status());
  }

  @Test
  void filtersAndPagesShowEachRecordOnce() {
    Caller person = house.person("auditfilter", house.otherTenant, "admin");
    String from = java.time.Instant.now().toString();
    for (int i = 0; i < 7; i++) {
      person.api().post("/v1/conversations", Map.of("title", "t" + i));
    }
    String filter = "actor_id=" + person.userId() + "&action=conversation.create&result=ok";
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = person.api().get("/v1/audit?limit=3&" + filter + cursor);
      page.get("data").forEach(row -> seen.add(row.at("/target/id").asText()));
      cursor =
          page.get("next_cursor").isNull() ? "" : "&cursor=" + page.get("next_cursor").asText();
    } while (!cursor.isEmpty());
    assertEquals(7, seen.size());
    assertEquals(7, Set.copyOf(seen).size());
    Map<String, Integer> counts = new HashMap<>();
    for (String more :
        List.of(
            "&from=" + from,
            "&to=" + from,
            "&target_id=" + seen.getFirst(),
            "&target_type=user",
            "&tenant_id=" + house.tenant)) {
      counts.put(more, person.api().get("/v1/audit?" + filter + more).get("data").size());
    }
    assertEquals(
        Map.of(
            "&from=" + from,
            7,
            "&to=" + from,
            0,
            "&target_id=" + seen.getFirst(),
            1,
            "&target_type=user",
            0,
            "&tenant_id=" + house.tenant,
            0),
        counts);
    for (String wrong : List.of("from=yesterday", "result=maybe", "actor_id=7", "cursor=%21")) {
      Got got = list(person, wrong);
      assertEquals(400, got.status(), wrong);
      assertEquals(
          wrong.substring(0, wrong.indexOf('=')), got.json().at("/errors/0/field").asText());
    }
  }

  private static Got list(Caller caller, String query) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + "/v1/audit?" + query))
            .header("Authorization", "Bearer " + caller.token())
            .build());
  }

  @Test
  void whatIsDoneOverTheSocketIsRecordedAsOverHttp() {
    Belongings theirs =
        Belongings.of(house.person("auditsocket", house.tenant, "member"), house.app.database());
    String chat =
        theirs
            .owner()
            .api()
            .post("/v1/api-keys", Map.of("name", "chat", "scopes", List.of("chat")))
            .get("key")
            .asText();
    for (String method : List.of("reminder.snooze", "reminder.cancel", "action.report")) {
      String kind = method.substring(0, method.indexOf('.'));
      String data =
          "{\"%s_id\":\"%s\",\"status\":\"success\"}".formatted(kind, theirs.id(kind + "s"));
      for (String token : List.of(chat, stranger.token(), theirs.owner().token())) {
        String before = last();
        JsonNode reply;
        try (WireClient socket = WireClient.connected(house.port(), token).pongs()) {
          socket.send("{\"id\":5,\"rpc\":{\"method\":\"" + method + "\",\"data\":" + data + "}}");
          do {
            reply = socket.next();
          } while (reply.path("id").asInt() != 5);
        }
        List<Left> left = since(before);
        assertEquals(List.of(method), left.stream().map(Left::action).toList(), reply.toString());
        JsonNode whole = left.getFirst().whole();
        boolean own = token.equals(theirs.owner().token());
        assertEquals(own ? "ok" : "denied", left.getFirst().result(), reply.toString());
        assertEquals(theirs.id(kind + "s"), whole.get("target_id").asText());
        assertEquals(token.equals(chat) ? "key" : "user", whole.get("actor_kind").asText());
        assertEquals("127.0.0.1", whole.get("address").asText());
        assertTrue(whole.get("user_agent").asText().startsWith("Java-http-client"));
      }
    }
  }

  @Test
  void anAnswerThatIsGivenAgainLeavesNothing() throws Exception {
    ApiClient client = ApiClient.of(house.app.url(), admin.token());
    String before = last();
    for (int i = 0; i < 3; i++) {
      assertEquals(
          201,
          client
              .postOnce("/v1/conversations", "once and no more", Map.of("title", "x"))
              .statusCode());
    }
    assertEquals(1, since(before).size());
  }

  @Test
  void twoNodesWriteAtOnceAndTheChainIsWhole() throws Exception {
    String before = last();
    try (RunningApp second = house.app.besides()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ApiClient client = ApiClient.of(i % 2 == 0 ? house.app.url() : second.url(), admin.token());
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int n = 0; n < 10; n++) {
                    client.post("/v1/conversations", Map.of("title", "at once"));
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      dev.mordomo.Await.until(
          "all are sealed", () -> unsealed() == 0, java.time.Duration.ofSeconds(30));
    }
    assertEquals(80, since(before).size());
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM audit WHERE"
                    + " tenant_id = '"
                    + house.tenant
                    + "'")) {
      rows.next();
      assertEquals(rows.getLong(1), rows.getLong(2));
      assertEquals(1, rows.getLong(3));
      assertEquals(rows.getLong(1), rows.getLong(4));
    }
  }

  private static long unsealed() {
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM audit WHERE seq IS NULL")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
