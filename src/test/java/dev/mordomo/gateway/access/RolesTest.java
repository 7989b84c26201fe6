package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.DocTable;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.http.Description;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.identity.KeyScope;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The tables of docs/roles.md, cell by cell, against a running server. */
class RolesTest {
  private static final List<String> WITH_GUESTS =
      List.of("guest", "member", "operator", "admin", "superuser");
  private static final List<String> ROLES = List.of("member", "operator", "admin", "superuser");
  private static final List<String> METHODS = List.of("GET", "PATCH", "PUT", "POST", "DELETE");
  private static final Set<String> COMMANDS =
      Set.of(
          "connect",
          "subscribe",
          "unsubscribe",
          "history",
          "presence",
          "presence_stats",
          "refresh",
          "ping");

  /** What may be done, and is answered like this since there is nothing to do. */
  private static final Map<String, Set<Integer>> ALSO =
      Map.of(
          "POST /v1/turns/{id}/continue", Set.of(409),
          "POST /v1/turns/{id}/regenerate", Set.of(409),
          "POST /v1/reminders/{id}/acknowledge", Set.of(409),
          "POST /v1/jobs", Set.of(409),
          // No provider is configured here, and it is no guest whose token is shown.
          "POST /v1/auth/oidc", Set.of(400),
          "POST /v1/auth/oidc/start", Set.of(400),
          "POST /v1/auth/claim", Set.of(401),
          "GET /v1/documents/{id}/file", Set.of(404),
          // Downloaded once.
          "GET /v1/exports/{id}/file", Set.of(404),
          // It names a tenant, and only the superuser may.
          "POST /v1/exports", Set.of(403));

  private static final RolesTable HTTP = RolesTable.http();
  private static final RolesTable SOCKET = RolesTable.socket();
  private static House house;
  private static final Map<String, Belongings> OWN = new HashMap<>();

  @BeforeAll
  static void open() {
    house = new House();
    for (String role : ROLES) {
      Caller person =
          role.equals("superuser") ? house.superuser : house.person(role, house.tenant, role);
      OWN.put(role, Belongings.of(person, house.app.database()));
    }
    OWN.put(
        "guest",
        Belongings.ofGuest(house.guest().caller(), house.document(house.superuser, "global")));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void theTablesNameEveryOperationAndEveryCommandAndNothingElse() {
    assertEquals(
        Operation.all().stream()
            .map(Operation::name)
            .collect(Collectors.toCollection(TreeSet::new)),
        new TreeSet<>(HTTP.rows().keySet()));
    Set<String> commands = new TreeSet<>(COMMANDS);
    Description.read("asyncapi.yaml").root().get("operations").properties().stream()
        .filter(o -> o.getValue().get("action").asText().equals("receive"))
        .forEach(o -> commands.add(o.getKey()));
    assertEquals(commands, new TreeSet<>(SOCKET.rows().keySet()));
  }

  @TestFactory
  Stream<DynamicTest> whoIsNotSignedIn() {
    Caller nobody = Caller.nobody(house.app.url());
    return ordered()
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.name(),
                () -> {
                  Got got = call(nobody, of(OWN, "member"), operation);
                  boolean may = HTTP.cell(operation.name(), "nobody").equals("yes");
                  assertEquals(may, got.status() != 401, operation.name() + " " + got);
                }));
  }

  @TestFactory
  Stream<DynamicTest> everyRole() {
    return WITH_GUESTS.stream()
        .flatMap(role ->
            ordered()
                .map(operation ->
                    DynamicTest.dynamicTest(
                        role + ": " + operation.name(), () -> check(role, operation))));
  }

  private static void check(String role, Operation operation) {
    Belongings own = of(OWN, role);
    String cell = HTTP.cell(operation.name(), role);
    Got got = call(own.owner(), own, operation);
    if (cell.equals("no")) {
      assertEquals(403, got.status(), got.toString());
      assertEquals(
          "forbidden", got.json().path("code").asText(got.json().at("/error/code").asText()));
      return;
    }
    assertTrue(
        got.status() / 100 == 2
            || ALSO.getOrDefault(operation.name(), Set.of()).contains(got.status()),
        got.toString());
    if (cell.equals("self")) {
      Belongings other = of(OWN, role.equals("member") ? "operator" : "member");
      String id = other.id(operation.kind().orElseThrow());
      assertEquals(404, own.owner().call(operation, id, own::named, Map.of()).status());
    } else {
      assertEquals("yes", cell);
    }
  }

  /** Reading first, what ends things last. */
  private static Stream<Operation> ordered() {
    Comparator<Operation> order =
        Comparator.<Operation>comparingInt(o ->
                o.path().startsWith("/v1/auth/") ? METHODS.size() : METHODS.indexOf(o.method()))
            .thenComparing(Operation::path, Comparator.reverseOrder());
    return Operation.all().stream().sorted(order);
  }

  private static Got call(Caller caller, Belongings own, Operation operation) {
    String id = operation.kind().map(kind -> idFor(caller, own, operation, kind)).orElse("");
    return caller.call(operation, id, own::named, members(own, operation));
  }

  private static String idFor(Caller caller, Belongings own, Operation operation, String kind) {
    if (kind.equals("models")) {
      return "mordomo";
    }
    if (kind.equals("config")) {
      return "tts.voice";
    }
    boolean manages = kind.equals("users") && !operation.method().equals("GET");
    if (manages && Set.of("admin", "root").contains(caller.name())) {
      // Oneself is changed by another administrator.
      return house.person("sub" + Ids.next(), caller.tenantId(), "member").userId();
    }
    if (operation.name().equals("DELETE /v1/tenants/{id}") && caller.equals(house.superuser)) {
      // One's own is deleted by another superuser.
      return house
          .superuser
          .api()
          .post("/v1/tenants", Map.of("name", "Short-lived"))
          .get("id")
          .asText();
    }
    return own.id(kind);
  }

  /** What the schema cannot know. */
  private static Map<String, Object> members(Belongings own, Operation operation) {
    return switch (operation.name()) {
      case "POST /v1/auth/token" ->
          own.owner().equals(house.superuser)
              ? Map.of("email", RunningApp.EMAIL, "password", RunningApp.PASSWORD)
              : Map.of(
                  "email",
                  (isGuest(own.owner()) ? "member" : own.owner().name()) + "@example.org",
                  "password",
                  Caller.PASSWORD);
      case "POST /v1/auth/refresh", "POST /v1/auth/logout", "POST /v1/auth/claim" ->
          Map.of("refresh_token", refreshToken(own.owner()));
      case "POST /v1/jobs" ->
          Map.of("type", "ingest", "payload", Map.of("document_id", own.id("documents")));
      default -> Map.of();
    };
  }

  private static boolean isGuest(Caller caller) {
    return caller.name().equals("guest");
  }

  private static String refreshToken(Caller caller) {
    if (isGuest(caller)) {
      return house.guest().refreshToken();
    }
    Caller somebody =
        caller.equals(house.superuser)
            ? house.person("r" + Ids.next(), house.tenant, "member")
            : caller;
    return dev.mordomo.ApiClient.of(somebody.url(), "")
        .post(
            "/v1/auth/token",
            Map.of("email", somebody.name() + "@example.org", "password", Caller.PASSWORD))
        .get("refresh_token")
        .asText();
  }

  @TestFactory
  Stream<DynamicTest> everyScopeOfKeys() {
    Caller root = house.superuser;
    Map<String, Caller> only = new HashMap<>();
    Map<String, Caller> without = new HashMap<>();
    for (String scope : KeyScope.wires()) {
      only.put(scope, root.with(key(List.of(scope))));
      without.put(
          scope, root.with(key(KeyScope.wires().stream().filter(s -> !s.equals(scope)).toList())));
    }
    return ordered()
        .filter(operation -> !HTTP.cell(operation.name(), "key").equals("-"))
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.name(),
                () -> {
                  String scope = HTTP.cell(operation.name(), "key");
                  Got refused = ofNothing(of(without, scope), operation);
                  assertEquals(403, refused.status(), refused.toString());
                  assertTrue(refused.body().contains("may not be used for " + scope));
                  Got got = ofNothing(of(only, scope), operation);
                  assertFalse(got.body().contains("may not be used for"), got.toString());
                }));
  }

  private static <T> T of(Map<String, T> all, String name) {
    T found = all.get(name);
    if (found == null) {
      throw new AssertionError("there is no " + name);
    }
    return found;
  }

  private static Got ofNothing(Caller caller, Operation operation) {
    return caller.call(operation, Ids.next().toString(), name -> Optional.empty(), Map.of());
  }

  private static String key(List<String> scopes) {
    return house
        .superuser
        .api()
        .post("/v1/api-keys", Map.of("name", "for some things", "scopes", scopes))
        .get("key")
        .asText();
  }

  @TestFactory
  Stream<DynamicTest> everyScopeOfKeysOnTheSocket() {
    return SOCKET.rows().keySet().stream()
        .filter(command -> command.contains("."))
        .map(method ->
            DynamicTest.dynamicTest(
                method,
                () -> {
                  String scope = SOCKET.cell(method, "key");
                  String other = scope.equals("chat") ? "devices" : "chat";
                  int refused = rpcError(key(List.of(other)), method);
                  // 404 is forbidden; 108: this server does not offer it at all.
                  assertTrue(refused == 404 || refused == 108, method + refused);
                  assertFalse(rpcError(key(List.of(scope)), method) == 404);
                }));
  }

  private static int rpcError(String key, String method) {
    try (WireClient socket = WireClient.connected(house.port(), key).pongs()) {
      return ask(socket, 7, "{\"id\":7,\"rpc\":{\"method\":\"" + method + "\",\"data\":{}}}")
          .at("/error/code")
          .asInt();
    }
  }

  @Test
  void aKeyForNeitherChatNorDevicesGetsNoSocketAndADevicesKeyNoConversation() {
    try (WireClient socket = new WireClient(house.port())) {
      socket.send("{\"id\":1,\"connect\":{\"token\":\"" + key(List.of("knowledge")) + "\"}}");
      assertEquals(103, socket.next().at("/error/code").asInt());
      assertEquals(3500, socket.closeCode());
    }
    Belongings own =
        Belongings.of(
            house.person("keys" + Ids.next(), house.tenant, "member"), house.app.database());
    String devices =
        own.owner()
            .api()
            .post("/v1/api-keys", Map.of("name", "lamp", "scopes", List.of("devices")))
            .get("key")
            .asText();
    try (WireClient socket = WireClient.connected(house.port(), devices).pongs()) {
      String channel = "conversation:" + own.id("conversations");
      for (String command : List.of("subscribe", "history", "presence", "presence_stats")) {
        JsonNode reply =
            ask(socket, 5, "{\"id\":5,\"" + command + "\":{\"channel\":\"" + channel + "\"}}");
        assertEquals(103, reply.at("/error/code").asInt(), command);
      }
    }
  }

  @Test
  void aKeyMakesNoneThatMayDoMoreThanItself() {
    Operation create = operation("POST /v1/api-keys");
    Caller limited = house.superuser.with(key(List.of("account")));
    assertEquals(403, limited.call(create, "", n -> Optional.empty(), Map.of()).status());
    assertEquals(
        403,
        limited
            .call(create, "", n -> Optional.empty(), Map.of("scopes", List.of("account", "chat")))
            .status());
    assertEquals(
        201,
        limited
            .call(create, "", n -> Optional.empty(), Map.of("scopes", List.of("account")))
            .status());
    assertEquals(
        400,
        limited.call(create, "", n -> Optional.empty(), Map.of("scopes", List.of("all"))).status());
  }

  private static Operation operation(String name) {
    return Operation.all().stream().filter(o -> o.name().equals(name)).findFirst().orElseThrow();
  }

  @TestFactory
  Stream<DynamicTest> theSocketForEveryRole() {
    return WITH_GUESTS.stream().map(role -> DynamicTest.dynamicTest(role, () -> checkSocket(role)));
  }

  private static void checkSocket(String role) {
    Belongings own =
        role.equals("guest")
            ? Belongings.ofGuest(house.guest().caller(), house.document(house.superuser, "global"))
            : Belongings.of(
                house.person("socket" + role, house.tenant, role), house.app.database());
    String conversation = "conversation:" + own.id("conversations");
    try (WireClient socket = WireClient.connected(house.port(), own.owner().token()).pongs()) {
      Map<String, String> commands = new HashMap<>();
      for (String command : List.of("subscribe", "history", "presence", "presence_stats")) {
        commands.put(command, "{\"channel\":\"" + conversation + "\"}");
      }
      commands.put("unsubscribe", "{\"channel\":\"conversation:" + Ids.next() + "\"}");
      commands.put("refresh", "{\"token\":\"" + own.owner().token() + "\"}");
      commands.put("ping", "{}");
      int id = 100;
      for (Map.Entry<String, String> command : commands.entrySet()) {
        assertEquals("yes", SOCKET.cell(command.getKey(), role));
        JsonNode reply =
            ask(
                socket,
                ++id,
                "{\"id\":" + id + ",\"" + command.getKey() + "\":" + command.getValue() + "}");
        assertTrue(reply.has(command.getKey()), command.getKey() + reply);
      }
      Description description = Description.read("asyncapi.yaml");
      for (String method : SOCKET.rows().keySet()) {
        if (!COMMANDS.contains(method)) {
          JsonNode schema = description.rpcData(method);
          JsonNode data = new Sample(own::named).of(schema);
          String line =
              Json.write(
                  Map.of("id", ++id, "rpc", Map.of("method", method, "data", Json.map(data))));
          JsonNode reply = ask(socket, id, line);
          int refused = reply.at("/error/code").asInt();
          // 404 is forbidden and 405 not found; 407 is a conflict with its state, 108 not offered.
          Set<Integer> expected =
              SOCKET.cell(method, role).equals("yes") ? Set.of(0, 407, 108) : Set.of(404, 108);
          assertTrue(expected.contains(refused), method + reply);
        }
      }
    }
  }

  private static JsonNode ask(WireClient socket, int id, String line) {
    socket.send(line);
    JsonNode reply = socket.next();
    while (reply.path("id").asInt() != id) {
      reply = socket.next();
    }
    return reply;
  }

  @Test
  void collectionsAreReadAndWrittenAsTheTableSays() {
    Caller stranger = house.person("stranger", house.otherTenant, "admin");
    List<String> wrong = new ArrayList<>();
    for (List<String> row : DocTable.rows("roles.md", "Collections")) {
      String scope = DocTable.names(row.getFirst()).getFirst();
      Caller maker = scope.equals("global") ? house.superuser : of(OWN, "admin").owner();
      String collection =
          maker
              .api()
              .post("/v1/collections", Map.of("name", "All of " + scope, "scope", scope))
              .get("id")
              .asText();
      String document =
          maker
              .api()
              .post(
                  "/v1/collections/" + collection + "/documents",
                  Map.of(
                      "title",
                      "Rules",
                      "content",
                      "The fountain of " + scope + " is open.",
                      "on_duplicate",
                      "keep"))
              .get("id")
              .asText();
      Map<String, Caller> people = new HashMap<>();
      ROLES.forEach(role -> people.put(role, of(OWN, role).owner()));
      people.put("of another tenant", stranger);
      people.put("owner", maker);
      for (int i = 1; i < row.size(); i++) {
        String who = DocTable.columns("roles.md", "Collections").get(i);
        Caller caller = of(people, who);
        String may =
            (sees(caller, collection, document) ? "reads" : "")
                + (writes(caller, collection, scope) ? ", writes" : "");
        if (!may.equals(row.get(i).equals("nothing") ? "" : row.get(i))) {
          wrong.add(who + " of a " + scope + " collection: " + may + ", but " + row.get(i));
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static boolean sees(Caller caller, String collection, String document) {
    int status = status(caller, "GET /v1/collections/{id}", collection, Map.of());
    assertEquals(status, status(caller, "GET /v1/documents/{id}", document, Map.of()));
    boolean found =
        caller
            .api()
            .post("/v1/search", Map.of("query", "fountain", "threshold", 0, "limit", 100))
            .toString()
            .contains(document);
    assertEquals(status == 200, found, "found by search as it is seen");
    return status == 200;
  }

  private static boolean writes(Caller caller, String collection, String scope) {
    int renamed =
        status(caller, "PATCH /v1/collections/{id}", collection, Map.of("name", "All of " + scope));
    int added =
        status(
            caller,
            "POST /v1/collections/{id}/documents",
            collection,
            Map.of(
                "title",
                "By " + caller,
                "content",
                "Words of " + caller + Ids.next(),
                "on_duplicate",
                "keep"));
    assertEquals(renamed == 200, added == 201, renamed + " and " + added);
    assertTrue(Set.of(200, 403, 404).contains(renamed), "" + renamed);
    return renamed == 200;
  }

  private static int status(Caller caller, String name, String id, Map<String, ?> members) {
    return caller.call(operation(name), id, n -> Optional.empty(), members).status();
  }
}
