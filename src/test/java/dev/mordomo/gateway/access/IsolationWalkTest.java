package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.http.Description;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operation of the OpenAPI description and every command of the socket, by others than whose
 * things they name: the answer is that to an id which does not exist, to the byte, and nothing is
 * changed. No answer, event, metric or line of the log holds a word or an id of somebody else.
 */
class IsolationWalkTest {
  /** Kinds whose ids are nobody's secret. */
  private static final Set<String> OPEN = Set.of("models", "oidc", "config");

  /** What differs between any two answers: how long it took, and the id of the search itself. */
  private static final Set<String> VARYING = Set.of("POST /v1/search", "POST /v1/embeddings");

  private static House house;
  private static Caller victim;
  private static Belongings theirs;
  private static Caller neighbour;
  private static Caller chief;
  private static Caller stranger;
  private static RolesTable roles;
  private static WireClient listening;
  private static LogTape log;

  @BeforeAll
  static void open() {
    roles = RolesTable.http();
    house = new House();
    neighbour = house.person("neighbour", house.tenant, "operator");
    chief = house.person("chief", house.tenant, "admin");
    stranger = house.person("stranger", house.otherTenant, "admin");
    victim = house.person("victim", house.tenant, "member");
    listening = WireClient.connected(house.port(), neighbour.token()).pongs();
    log = new LogTape();
    theirs = Belongings.of(victim, house.app.database());
  }

  @AfterAll
  static void close() {
    log.close();
    listening.close();
    house.close();
  }

  private static List<Caller> intruders() {
    return List.of(neighbour, chief, stranger, house.superuser);
  }

  /** Administrators see the users and the tenant that they administer. */
  private static boolean maySee(Caller caller, String kind) {
    return switch (kind) {
      case "users" -> caller.equals(chief) || caller.equals(house.superuser);
      case "tenants" -> !caller.equals(stranger);
      case "erasures" -> caller.equals(chief) || caller.equals(house.superuser);
      case "search" -> caller.equals(house.superuser);
      default -> OPEN.contains(kind);
    };
  }

  @Test
  void whoseThingsTheyAreFindsThem() {
    for (Operation operation : Operation.all()) {
      String kind = operation.kind().orElse("models");
      if (operation.method().equals("GET")
          && operation.path().endsWith("{id}")
          && !OPEN.contains(kind)
          && roles.cell(operation.name(), "member").equals("yes")) {
        Got got = victim.call(operation, theirs.id(kind), theirs::named, Map.of());
        assertEquals(200, got.status(), operation.name() + " " + got.body());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> everyOperationWithAnIdInItsPath() {
    return Operation.all().stream()
        .filter(operation -> operation.kind().filter(k -> !OPEN.contains(k)).isPresent())
        .map(operation -> DynamicTest.dynamicTest(operation.name(), () -> walkPath(operation)));
  }

  private static void walkPath(Operation operation) {
    String kind = operation.kind().orElseThrow();
    for (Caller intruder : intruders()) {
      if (maySee(intruder, kind)) {
        continue;
      }
      Rows before = Rows.of(house.app.database(), victim);
      Function<String, Optional<String>> none = name -> Optional.empty();
      Got theirsGot = intruder.call(operation, theirs.id(kind), none, Map.of());
      Got nothing = intruder.call(operation, Ids.next().toString(), none, Map.of());
      assertEquals(nothing, theirsGot, intruder + ": " + operation.name());
      int expected = roles.cell(operation.name(), role(intruder)).equals("no") ? 403 : 404;
      assertTrue(
          theirsGot.status() == 404 || theirsGot.status() == expected,
          intruder + ": " + operation.name() + " " + theirsGot);
      assertEquals(before, Rows.of(house.app.database(), victim), intruder + operation.name());
      assertHoldsNothingOfTheirs(operation.name(), theirsGot.body());
    }
  }

  private static String role(Caller caller) {
    return caller.equals(neighbour)
        ? "operator"
        : caller.equals(house.superuser) ? "superuser" : "admin";
  }

  @TestFactory
  Stream<DynamicTest> everyOperationThatNamesAnIdElsewhere() {
    return Operation.all().stream()
        .filter(operation ->
            operation.body().filter(Sample::namesIds).isPresent()
                || operation.parameters().stream()
                    .anyMatch(p ->
                        !p.get("in").asText().equals("path") && Sample.namesIds(p.get("schema"))))
        .map(operation -> DynamicTest.dynamicTest(operation.name(), () -> walkMembers(operation)));
  }

  /** With an id of one's own in the path, so that it is the others that are looked at. */
  private static void walkMembers(Operation operation) {
    for (Caller intruder : List.of(neighbour, stranger)) {
      Belongings own = owns(intruder);
      String path = operation.kind().map(own::id).orElse("");
      Rows before = Rows.of(house.app.database(), victim);
      Got theirsGot = intruder.call(operation, path, theirs::named, Map.of());
      Got nothing =
          intruder.call(operation, path, n -> Optional.of(Ids.next().toString()), Map.of());
      // Which collections a conversation asks is repeated as it was said, seen or not.
      assertHoldsNothingOfTheirs(
          operation.name(), theirsGot.body().replace(theirs.id("collections"), ""));
      assertEquals(before, Rows.of(house.app.database(), victim), intruder + operation.name());
      if (VARYING.contains(operation.name()) && theirsGot.status() == 200) {
        assertEquals(hits(nothing), hits(theirsGot), intruder + ": " + operation.name());
      } else if (theirsGot.status() >= 300 || operation.method().equals("GET")) {
        assertEquals(nothing, theirsGot, intruder + ": " + operation.name());
      } else {
        assertEquals(nothing.status(), theirsGot.status(), intruder + ": " + operation.name());
      }
    }
  }

  private static JsonNode hits(Got got) {
    return got.json().path("hits");
  }

  private static final Map<String, Belongings> OWN = new java.util.HashMap<>();

  private static Belongings owns(Caller caller) {
    return OWN.computeIfAbsent(caller.name(), name -> Belongings.of(caller, house.app.database()));
  }

  @Test
  void noListSearchOrReportHoldsSomethingOfSomebodyElse() {
    for (Operation operation : Operation.all()) {
      if (operation.kind().isPresent() || operation.path().startsWith("/v1/auth/")) {
        continue;
      }
      for (Caller intruder : List.of(neighbour, stranger)) {
        if (operation.method().equals("GET") || operation.path().contains("search")) {
          Map<String, String> words =
              operation.path().contains("search")
                  ? Map.of("query", "treasure below the old bridge")
                  : Map.of();
          Got got = intruder.call(operation, "", name -> Optional.empty(), words);
          assertTrue(got.status() < 500, operation.name() + got);
          if (operation.path().equals("/v1/audit")) {
            // Their own attempts stand there, with the ids that they tried.
            assertFalse(got.body().contains(theirs.word()), got.body());
            continue;
          }
          assertHoldsNothingOfTheirs(intruder + ": " + operation.name(), got.body());
        }
      }
    }
  }

  @Test
  void anAdministratorSeesNoWordOfAUserAndTheSuperuserNeither() {
    for (Operation operation : Operation.all()) {
      if (operation.kind().isEmpty() && operation.method().equals("GET")) {
        for (Caller intruder : List.of(chief, house.superuser)) {
          String body = intruder.call(operation, "", n -> Optional.empty(), Map.of()).body();
          // The user's name and e-mail are theirs to see; what was said is not.
          assertFalse(body.contains(theirs.word()), intruder + ": " + operation.name());
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> everyCallOfTheSocket() {
    Description description = Description.read("asyncapi.yaml");
    return description.root().get("operations").properties().stream()
        .filter(operation -> operation.getValue().get("action").asText().equals("receive"))
        .map(Map.Entry::getKey)
        .map(method -> DynamicTest.dynamicTest(method, () -> walkCall(description, method)));
  }

  private static void walkCall(Description description, String method) {
    JsonNode schema = description.rpcData(method);
    for (Caller intruder : List.of(neighbour, stranger)) {
      try (WireClient socket = WireClient.connected(house.port(), intruder.token()).pongs()) {
        Rows before = Rows.of(house.app.database(), victim);
        JsonNode theirsGot = call(socket, method, new Sample(theirs::named).of(schema));
        JsonNode nothing =
            call(socket, method, new Sample(name -> Optional.of(Ids.next().toString())).of(schema));
        assertEquals(nothing, theirsGot, intruder + ": " + method);
        assertTrue(theirsGot.has("error"), intruder + ": " + method + theirsGot);
        if (Sample.namesIds(schema)) {
          String said = theirsGot.at("/error/message").asText();
          assertTrue(said.startsWith("not_found: "), intruder + ": " + method + theirsGot);
        }
        assertEquals(before, Rows.of(house.app.database(), victim), intruder + ": " + method);
        assertHoldsNothingOfTheirs(method, theirsGot.toString());
      }
    }
  }

  private static JsonNode call(WireClient socket, String method, JsonNode data) {
    socket.send(
        Json.write(Map.of("id", 7, "rpc", Map.of("method", method, "data", Json.map(data)))));
    return answer(socket, 7);
  }

  /** What comes on its own meanwhile is not the answer, and holds nothing of theirs either. */
  private static JsonNode answer(WireClient socket, int id) {
    JsonNode line = socket.next();
    while (line.path("id").asInt() != id) {
      assertHoldsNothingOfTheirs("what came meanwhile", line.toString());
      line = socket.next();
    }
    return line;
  }

  @Test
  void everyCommandThatNamesAChannel() {
    List<String> channels =
        List.of("conversation:" + theirs.id("conversations"), "user:" + victim.userId());
    for (Caller intruder : intruders()) {
      try (WireClient socket = WireClient.connected(house.port(), intruder.token()).pongs()) {
        for (String command : List.of("subscribe", "history", "presence", "presence_stats")) {
          for (String channel : channels) {
            String kind = channel.substring(0, channel.indexOf(':') + 1);
            JsonNode theirsGot = command(socket, command, channel);
            assertEquals(103, theirsGot.at("/error/code").asInt(), intruder + command + theirsGot);
            assertEquals(command(socket, command, kind + Ids.next()), theirsGot);
          }
        }
        // To leave what one has not entered is no error, and says nothing.
        assertEquals(
            command(socket, "unsubscribe", "conversation:" + Ids.next()),
            command(socket, "unsubscribe", channels.getFirst()));
        socket.send("{\"id\":8,\"refresh\":{\"token\":\"" + victim.token() + "\"}}");
        assertEquals(103, answer(socket, 8).at("/error/code").asInt(), "another subject's token");
        assertEquals(3500, socket.closeCode());
      }
    }
  }

  @Test
  void whoConnectsCannotRecoverAnothersChannel() {
    try (WireClient socket = new WireClient(house.port())) {
      socket.send(
          """
          {"id":1,"connect":{"token":"%s","subs":{"user:%s":{"recover":true,"epoch":"","offset":0}}}}\
          """
              .formatted(neighbour.token(), victim.userId()));
      JsonNode connected = socket.next();
      assertHoldsNothingOfTheirs("connect", connected.toString());
      assertEquals(
          Set.of("user:" + neighbour.userId()),
          Set.copyOf(
              connected.at("/connect/subs").properties().stream().map(Map.Entry::getKey).toList()));
    }
  }

  private static JsonNode command(WireClient socket, String command, String channel) {
    socket.send("{\"id\":9,\"%s\":{\"channel\":\"%s\",\"limit\":10}}".formatted(command, channel));
    return answer(socket, 9);
  }

  @Test
  void anIdempotencyKeyOfAnotherRepeatsNothingOfTheirs() {
    for (Caller caller : List.of(victim, neighbour, stranger)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(house.app.url() + "/v1/conversations"))
              .header("Authorization", "Bearer " + caller.token())
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", "the same key")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      Json.write(Map.of("title", caller.equals(victim) ? theirs.word() : "mine"))))
              .build();
      Got got = Caller.send(request);
      assertEquals(201, got.status(), got.body());
      assertEquals(caller.equals(victim), got.body().contains(theirs.word()), got.body());
    }
  }

  @Test
  void noEventOfAnotherIsHeard() {
    try (WireClient own = WireClient.connected(house.port(), victim.token()).pongs()) {
      victim
          .api()
          .patch(
              "/v1/conversations/" + theirs.id("conversations"),
              Map.of("title", "Again " + theirs.word()));
      // The owner hears it: had it come to others, it would be there by the next answer.
      assertTrue(own.next().toString().contains(theirs.word()));
    }
    listening.send("{\"id\":99,\"ping\":{}}");
    List<JsonNode> heard = new ArrayList<>();
    JsonNode line = listening.next();
    while (line.path("id").asInt() != 99) {
      heard.add(line);
      line = listening.next();
    }
    assertHoldsNothingOfTheirs(
        "what a neighbour heard", heard.toString().replace(theirs.id("collections"), ""));
  }

  @Test
  void metricsHoldNoIdAndNoWord() {
    Got got = Caller.send(HttpRequest.newBuilder(URI.create(house.app.url() + "/metrics")).build());
    assertEquals(200, got.status());
    assertHoldsNothingOfTheirs("/metrics", got.body());
    assertFalse(
        got.body()
            .matches("(?s).*[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}.*"),
        "an id in a label");
  }

  @Test
  void theLogHoldsNoWordAndBlamesNobodyElse() {
    owns(neighbour)
        .owner()
        .call(
            Operation.all().stream()
                .filter(o -> o.name().equals("GET /v1/conversations/{id}"))
                .findFirst()
                .orElseThrow(),
            theirs.id("conversations"),
            name -> Optional.empty(),
            Map.of());
    assertTrue(log.lines().size() > 10, "it is heard at all");
    for (String said : log.lines()) {
      assertFalse(said.contains(theirs.word()), said);
      assertFalse(said.contains(victim.token()), said);
      assertFalse(said.contains("@example.org"), said);
      if (!said.contains(" DEBUG ")) {
        theirs.ids().values().forEach(id -> assertFalse(said.contains(id), said));
      }
    }
  }

  /** Neither a word that stands only in the victim's things, nor an id of one of them. */
  private static void assertHoldsNothingOfTheirs(String where, String text) {
    assertFalse(text.contains(theirs.word()), where + ": " + text);
    theirs
        .ids()
        .forEach((kind, id) -> {
          if (!kind.equals("tenants")) {
            assertFalse(text.contains(id), where + " names an id of " + kind + ": " + text);
          }
        });
  }
}
