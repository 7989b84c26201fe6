package dev.mordomo.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.http.TestGateway;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SocketTest {
  private static final Promise<Void> HELD = Promise.promise();
  private static TestGateway gateway;

  @BeforeAll
  static void open() {
    gateway =
        new TestGateway(
            Map.of(
                "limits.frame_bytes", "2048",
                "limits.ping_seconds", "1",
                "limits.sockets_per_user", "2",
                "gateway.expiry_grace", "0s"));
    gateway
        .rpc
        .with(
            RpcMethod.TURN_START,
            (scope, fields) -> {
              if (fields.flag("hold", false)) {
                HELD.future().await();
              }
              return Map.of("said", fields.text("content", 1, 10));
            })
        .with(
            RpcMethod.TURN_CANCEL,
            (scope, fields) -> {
              fields.id("turn_id");
              fields.verify();
              return Map.of();
            });
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  private static Advanced append(Scope scope, UUID channel, Kind kind, String... payloads) {
    Advanced advanced =
        gateway
            .db
            .database()
            .as(
                scope,
                connection ->
                    Streams.append(
                        connection,
                        channel,
                        kind,
                        scope.tenantId(),
                        scope.userId(),
                        List.of(payloads).stream().map(p -> new Draft("t", p)).toList(),
                        Instant.now()));
    gateway.streams.announce(advanced);
    return advanced;
  }

  private static UUID conversation(Scope scope) {
    UUID id = gateway.conversation(scope);
    append(scope, id, Kind.CONVERSATION, "{\"n\":1}");
    return id;
  }

  private static String token(Scope scope) {
    return TestGateway.token(scope);
  }

  private static JsonNode ask(WireClient client, String command) {
    client.send(command);
    return client.next();
  }

  private static void subscribed(WireClient client, int id, UUID conversation) {
    JsonNode reply =
        ask(
            client,
            "{\"id\":"
                + id
                + ",\"subscribe\":{\"channel\":\"conversation:"
                + conversation
                + "\"}}");
    assertTrue(reply.has("subscribe"), reply::toString);
  }

  private static int error(JsonNode reply) {
    assertTrue(reply.has("error"), reply::toString);
    return reply.get("error").get("code").asInt();
  }

  @Test
  void connectTellsWhoWhereAndHowLong() {
    Scope scope = gateway.user("member");
    append(scope, scope.userId(), Kind.USER, "{\"n\":1}");
    try (WireClient client = new WireClient(gateway.port())) {
      JsonNode reply = ask(client, "{\"id\":7,\"connect\":{\"token\":\"" + token(scope) + "\"}}");
      assertEquals(7, reply.get("id").asInt());
      JsonNode connect = reply.get("connect");
      assertEquals(scope.userId().toString(), connect.get("data").get("user_id").asText());
      assertFalse(connect.get("expires").asBoolean(), "an API key does not expire");
      assertEquals(1, connect.get("ping").asInt());
      assertTrue(connect.get("pong").asBoolean());
      JsonNode own = connect.get("subs").get("user:" + scope.userId());
      assertTrue(own.get("recoverable").asBoolean());
      assertEquals(1, own.get("offset").asInt());

      append(scope, scope.userId(), Kind.USER, "{\"n\":2}", "{\"n\":3}");
      assertEquals(2, client.next().at("/push/pub/data/n").asInt());
      JsonNode third = client.next();
      assertEquals("user:" + scope.userId(), third.at("/push/channel").asText());
      assertEquals(3, third.at("/push/pub/offset").asInt());
    }
  }

  @Test
  void theFirstFrameIsNeverLost() {
    Scope scope = gateway.user("member");
    for (int i = 0; i < 300; i++) {
      WireClient.connected(gateway.port(), token(scope)).shut();
    }
  }

  @Test
  void theTokenMayComeAsAHeader() {
    Scope scope = gateway.user("member");
    try (WireClient client =
        new WireClient(gateway.port(), "Authorization", "Bearer " + token(scope))) {
      assertTrue(ask(client, "{\"id\":1,\"connect\":{}}").has("connect"));
    }
  }

  @Test
  void connectRecoversWhatTheUsersChannelSaid() {
    Scope scope = gateway.user("member");
    Advanced said = append(scope, scope.userId(), Kind.USER, "{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
    String connect =
        "{\"id\":1,\"connect\":{\"token\":\"%s\",\"subs\":{\"user:%s\":{\"recover\":true,"
            + "\"epoch\":\"%s\",\"offset\":1}}}}";
    try (WireClient client = new WireClient(gateway.port())) {
      JsonNode own =
          ask(client, connect.formatted(token(scope), scope.userId(), said.epoch()))
              .at("/connect/subs/user:" + scope.userId());
      assertTrue(own.get("recovered").asBoolean());
      assertEquals(2, own.get("publications").size());
      assertEquals(2, own.get("publications").get(0).get("offset").asInt());
    }
    try (WireClient client = new WireClient(gateway.port())) {
      JsonNode own =
          ask(client, connect.formatted(token(scope), scope.userId(), "older"))
              .at("/connect/subs/user:" + scope.userId());
      assertFalse(own.get("recovered").asBoolean());
      assertTrue(own.get("was_recovering").asBoolean());
    }
  }

  @Test
  void subscribingSinceAPositionMissesNothing() {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    Advanced last = append(scope, conversation, Kind.CONVERSATION, "{\"n\":2}", "{\"n\":3}");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      JsonNode reply =
          ask(
              client,
              "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:%s\",\"recover\":true,\"offset\":1,\"epoch\":\"%s\"}}"
                  .formatted(conversation, last.epoch()));
      assertTrue(reply.at("/subscribe/recovered").asBoolean(), reply::toString);
      assertEquals(2, reply.at("/subscribe/publications").size());
      assertEquals(
          105,
          error(
              ask(
                  client,
                  "{\"id\":3,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}")));
      append(scope, conversation, Kind.CONVERSATION, "{\"n\":4}");
      assertEquals(4, client.next().at("/push/pub/offset").asInt());
      assertTrue(
          ask(
                  client,
                  "{\"id\":4,\"unsubscribe\":{\"channel\":\"conversation:" + conversation + "\"}}")
              .has("unsubscribe"));
      append(scope, conversation, Kind.CONVERSATION, "{\"n\":5}");
      assertTrue(ask(client, "{\"id\":5,\"ping\":{}}").has("ping"), "nothing is heard after");
    }
  }

  @Test
  void manySubscribeWhileMuchIsSaid() throws InterruptedException {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    int events = 200;
    try (WireClient client = WireClient.connected(gateway.port(), token(scope)).pongs()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < events; i++) {
                  append(scope, conversation, Kind.CONVERSATION, "{}");
                }
              });
      String channel = "conversation:" + conversation;
      long offset = 1;
      String epoch = "";
      int id = 10;
      List<Long> seen = new ArrayList<>();
      while (offset < events + 1) {
        id++;
        JsonNode reply =
            ask(
                client,
                "{\"id\":%d,\"subscribe\":{\"channel\":\"%s\",\"recover\":true,\"offset\":%d,\"epoch\":\"%s\"}}"
                    .formatted(id, channel, offset, epoch));
        while (!reply.has("subscribe")) {
          reply = client.next();
        }
        epoch = reply.at("/subscribe/epoch").asText();
        assertTrue(reply.at("/subscribe/recovered").asBoolean(), reply::toString);
        List<Long> heard = new ArrayList<>();
        reply.at("/subscribe/publications").forEach(p -> heard.add(p.get("offset").asLong()));
        // A few live ones, then away again.
        client.send(
            "{\"id\":%d,\"unsubscribe\":{\"channel\":\"%s\"}}".formatted(1000 + id, channel));
        JsonNode line = client.next();
        while (!line.has("unsubscribe")) {
          heard.add(line.at("/push/pub/offset").asLong());
          line = client.next();
        }
        seen.addAll(heard);
        offset = heard.isEmpty() ? offset : heard.getLast();
      }
      writer.join();
      for (int i = 0; i < seen.size(); i++) {
        assertEquals(i + 2L, seen.get(i), "each once, in order, none missed");
      }
    }
  }

  @Test
  void aGapOnTheBusIsReadFromTheTable() {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      subscribed(client, 2, conversation);
      // Written, and never announced.
      gateway
          .db
          .database()
          .as(
              scope,
              c ->
                  Streams.append(
                      c,
                      conversation,
                      Kind.CONVERSATION,
                      scope.tenantId(),
                      scope.userId(),
                      List.of(new Draft("t", "{\"n\":2}")),
                      Instant.now()));
      append(scope, conversation, Kind.CONVERSATION, "{\"n\":3}");
      assertEquals(2, client.next().at("/push/pub/offset").asInt());
      assertEquals(3, client.next().at("/push/pub/offset").asInt());
    }
  }

  @Test
  void whatIsNotOnesOwnIsAsIfItWereNotThere() {
    Scope scope = gateway.user("member");
    Scope stranger = gateway.user("superuser");
    UUID secret = conversation(stranger);
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      for (String channel :
          List.of(
              "conversation:" + secret,
              "conversation:" + Ids.next(),
              "user:" + stranger.userId(),
              "user:" + Ids.next(),
              "conversation:x",
              "other:" + secret)) {
        JsonNode refused =
            ask(client, "{\"id\":5,\"subscribe\":{\"channel\":\"" + channel + "\"}}");
        assertEquals(103, error(refused));
        assertEquals("permission denied", refused.at("/error/message").asText());
        assertEquals(
            103,
            error(
                ask(
                    client,
                    "{\"id\":6,\"history\":{\"channel\":\"" + channel + "\",\"limit\":9}}")));
      }
      append(stranger, secret, Kind.CONVERSATION, "{\"secret\":true}");
      assertTrue(ask(client, "{\"id\":7,\"ping\":{}}").has("ping"));
    }
  }

  @Test
  void historyWithoutLimitIsAllThatThereIs() {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    append(scope, conversation, Kind.CONVERSATION, "{\"n\":2}", "{\"n\":3}");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      assertEquals(List.of(1, 2, 3), history(client, conversation, "\"limit\":-1"));
      assertEquals(List.of(), history(client, conversation, "\"limit\":0"));
    }
  }

  @Test
  void historyIsReadBackwards() {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    append(scope, conversation, Kind.CONVERSATION, "{\"n\":2}", "{\"n\":3}", "{\"n\":4}");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      assertEquals(List.of(4, 3), history(client, conversation, "\"limit\":2,\"reverse\":true"));
      assertEquals(
          List.of(2, 1),
          history(client, conversation, "\"limit\":-1,\"reverse\":true,\"since\":{\"offset\":3}"));
    }
  }

  private static List<Integer> history(WireClient client, UUID conversation, String how) {
    JsonNode history =
        ask(
                client,
                "{\"id\":2,\"history\":{\"channel\":\"conversation:%s\",%s}}"
                    .formatted(conversation, how))
            .get("history");
    List<Integer> offsets = new ArrayList<>();
    history.path("publications").forEach(p -> offsets.add(p.get("offset").asInt()));
    return offsets;
  }

  @Test
  void aFrameIsMeasuredInBytes() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      assertTrue(ask(client, padded("x".repeat(1900))).has("ping"));
      client.send(padded("€".repeat(1900)));
      assertEquals(3501, client.closeCode());
    }
  }

  private static String padded(String padding) {
    return "{\"id\":2,\"ping\":{},\"padding\":\"" + padding + "\"}";
  }

  @Test
  void historyIsPaged() {
    Scope scope = gateway.user("member");
    UUID conversation = conversation(scope);
    append(scope, conversation, Kind.CONVERSATION, "{\"n\":2}", "{\"n\":3}");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      JsonNode history =
          ask(
                  client,
                  "{\"id\":2,\"history\":{\"channel\":\"conversation:%s\",\"limit\":1,\"since\":{\"offset\":1}}}"
                      .formatted(conversation))
              .get("history");
      assertEquals(3, history.get("offset").asInt());
      assertEquals(2, history.at("/publications/0/offset").asInt());
      assertEquals(1, history.get("publications").size());
      assertEquals(
          112,
          error(
              ask(
                  client,
                  "{\"id\":3,\"history\":{\"channel\":\"conversation:%s\",\"limit\":1,\"since\":{\"offset\":1,\"epoch\":\"x\"}}}"
                      .formatted(conversation))));
    }
  }

  @Test
  void cancelDoesNotWaitForStart() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      client.send(
          "{\"id\":2,\"rpc\":{\"method\":\"turn.start\",\"data\":{\"hold\":true,\"content\":\"a\"}}}\n"
              + "{\"id\":3,\"rpc\":{\"method\":\"turn.start\",\"data\":{\"content\":\"b\"}}}");
      JsonNode cancelled =
          ask(
              client,
              "{\"id\":4,\"rpc\":{\"method\":\"turn.cancel\",\"data\":{\"turn_id\":\"%s\"}}}"
                  .formatted(Ids.next()));
      assertEquals(4, cancelled.get("id").asInt());
      HELD.complete();
      assertEquals("a", client.next().at("/rpc/data/said").asText());
      assertEquals("b", client.next().at("/rpc/data/said").asText());
    }
  }

  @Test
  void callsThatAreRefused() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      JsonNode invalid =
          ask(client, "{\"id\":2,\"rpc\":{\"method\":\"turn.cancel\",\"data\":{\"turn_id\":7}}}");
      assertEquals(400, error(invalid));
      assertTrue(
          invalid.at("/error/message").asText().startsWith("invalid: turn_id: "),
          invalid::toString);
      assertEquals(
          400, error(ask(client, "{\"id\":2,\"rpc\":{\"method\":\"turn.cancel\",\"data\":[1]}}")));
      assertEquals(104, error(ask(client, "{\"id\":3,\"rpc\":{\"method\":\"no.such\"}}")));
      assertEquals(108, error(ask(client, "{\"id\":4,\"rpc\":{\"method\":\"action.report\"}}")));
      assertEquals(107, error(ask(client, "{\"id\":5,\"rpc\":{\"method\":7}}")));
      assertEquals(107, error(ask(client, "{\"id\":5,\"rpc\":\"x\"}")));
      assertEquals(107, error(ask(client, "{\"id\":6,\"subscribe\":{\"channel\":{}}}")));
      assertEquals(
          107,
          error(
              ask(
                  client,
                  "{\"id\":6,\"subscribe\":{\"channel\":\"conversation:x\",\"recover\":\"yes\"}}")));
      for (String how :
          List.of("\"limit\":\"10\"", "\"limit\":1.5", "\"since\":{\"offset\":1.5}")) {
        String history = "{\"id\":7,\"history\":{\"channel\":\"conversation:x\"," + how + "}}";
        assertEquals(107, error(ask(client, history)), how);
      }
      assertEquals(108, error(ask(client, "{\"id\":7,\"publish\":{\"channel\":\"x\"}}")));
      assertEquals(103, error(ask(client, "{\"id\":8,\"presence\":{\"channel\":\"x\"}}")));
      assertEquals(104, error(ask(client, "{\"id\":8,\"dance\":{}}")));
    }
  }

  @Test
  void aSocketHasOnlySoManyChannels() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      // Its user's own channel is the first of 128.
      UUID last = conversation(scope);
      subscribed(client, 2, last);
      for (int id = 3; id <= 128; id++) {
        subscribed(client, id, conversation(scope));
      }
      String more = "{\"id\":200,\"subscribe\":{\"channel\":\"conversation:%s\"}}";
      UUID another = conversation(scope);
      assertEquals(106, error(ask(client, more.formatted(another))));
      ask(client, "{\"id\":201,\"unsubscribe\":{\"channel\":\"conversation:%s\"}}".formatted(last));
      subscribed(client, 202, another);
    }
  }

  @Test
  void whoAsksForWhatIsNotThereAllTheTimeIsLetGo() {
    for (String command :
        List.of(
            "\"rpc\":{\"method\":\"no.such\"}",
            "\"rpc\":{\"method\":\"action.report\"}",
            "\"dance\":{}")) {
      try (WireClient client =
          WireClient.connected(gateway.port(), token(gateway.user("member")))) {
        for (int id = 2; id <= 100; id++) {
          assertTrue(ask(client, "{\"id\":" + id + "," + command + "}").has("error"));
        }
        client.send("{\"id\":101," + command + "}");
        assertEquals(3013, client.closeCode(), command);
      }
    }
  }

  @Test
  void whatCostsNextToNothingIsBoundedToo() {
    for (String command : List.of("\"ping\":{}", "\"unsubscribe\":{\"channel\":\"x\"}")) {
      try (WireClient client =
          WireClient.connected(gateway.port(), token(gateway.user("member")))) {
        try {
          for (int id = 2; id < 20_000 && !client.isOver(); id++) {
            client.send("{\"id\":" + id + "," + command + "}");
          }
        } catch (CompletionException e) {
          // It was closed while one more was sent: why is asked below.
          assertInstanceOf(IOException.class, e.getCause());
        }
        assertEquals(3013, client.closeCode(), command);
      }
    }
  }

  @Test
  void framesThatAreNotOfTheProtocolEndTheConnection() {
    Scope scope = gateway.user("member");
    for (String frame :
        List.of(
            "{",
            "nonsense",
            "[]",
            "7",
            "\n",
            "{\"rpc\":{}}",
            "{\"id\":0,\"rpc\":{}}",
            "{\"id\":\"1\",\"rpc\":{}}",
            "{\"id\":1,\"connect\":{}}",
            "{\"id\":1,\"ping\":{},\"x\":" + "[".repeat(500) + "]".repeat(500) + "}",
            "{\"id\":1,\"x\":\"" + "x".repeat(2048) + "\"}")) {
      try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
        client.send(frame);
        assertEquals(3501, client.closeCode(), frame);
      }
    }
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      client.sendBinary(new byte[] {1, 2, 3});
      assertEquals(3501, client.closeCode());
    }
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      client.send("x".repeat(100_000));
      assertEquals(3501, client.closeCode());
    }
    try (WireClient client = new WireClient(gateway.port())) {
      client.send("{\"id\":1,\"subscribe\":{\"channel\":\"user:x\"}}");
      assertEquals(3501, client.closeCode(), "connect comes first");
    }
  }

  @Test
  void tokensThatAreNotGood() {
    try (WireClient client = new WireClient(gateway.port())) {
      assertEquals(101, error(ask(client, "{\"id\":1,\"connect\":{\"token\":\"wrong\"}}")));
      assertEquals(3500, client.closeCode());
    }
    try (WireClient client = new WireClient(gateway.port())) {
      assertEquals(101, error(ask(client, "{\"id\":1,\"connect\":{}}")));
      assertEquals(3500, client.closeCode());
    }
    Scope scope = gateway.user("member");
    try (WireClient client = new WireClient(gateway.port())) {
      assertEquals(109, error(ask(client, "{\"id\":1,\"connect\":{\"token\":\"expired-1\"}}")));
      assertTrue(
          ask(client, "{\"id\":2,\"connect\":{\"token\":\"" + token(scope) + "\"}}")
              .has("connect"));
    }
  }

  @Test
  void aTokenIsRefreshedOnTheLiveSocketForTheSameSubjectOnly() {
    Scope scope = gateway.user("member");
    Scope other = gateway.user("member");
    Instant soon = TestGateway.NOW.plusSeconds(60);
    gateway.tokens.put("jwt-1", TestGateway.principal(scope, Optional.of(soon)));
    gateway.tokens.put(
        "jwt-2", TestGateway.principal(scope, Optional.of(soon.plus(Duration.ofHours(1)))));
    try (WireClient client = new WireClient(gateway.port())) {
      JsonNode connect = ask(client, "{\"id\":1,\"connect\":{\"token\":\"jwt-1\"}}").get("connect");
      assertTrue(connect.get("expires").asBoolean());
      assertEquals(60, connect.get("ttl").asInt());
      assertEquals(109, error(ask(client, "{\"id\":2,\"refresh\":{\"token\":\"expired\"}}")));
      assertEquals(101, error(ask(client, "{\"id\":2,\"refresh\":{\"token\":\"wrong\"}}")));
      JsonNode refreshed = ask(client, "{\"id\":3,\"refresh\":{\"token\":\"jwt-2\"}}");
      assertEquals(3660, refreshed.at("/refresh/ttl").asInt());
      JsonNode foreign = ask(client, "{\"id\":4,\"refresh\":{\"token\":\"" + token(other) + "\"}}");
      assertEquals(103, error(foreign));
      assertEquals(3500, client.closeCode());
    }
  }

  @Test
  void aTokenThatEndsEndsTheSocket() {
    Scope scope = gateway.user("member");
    gateway.tokens.put(
        "brief", TestGateway.principal(scope, Optional.of(TestGateway.NOW.minusSeconds(1))));
    try (WireClient client = WireClient.connected(gateway.port(), "brief")) {
      assertEquals(3005, client.closeCode());
    }
  }

  @Test
  void anApiKeyThatEndsEndsTheSocketForGood() {
    Scope scope = gateway.user("member");
    Instant now = TestGateway.NOW;
    for (Instant end : List.of(now, now.plusSeconds(60))) {
      gateway.tokens.put(
          "lamp until " + end,
          new Principal(scope, CredentialKind.API_KEY, Optional.of(end), TestGateway.token(scope)));
    }
    try (WireClient ended = WireClient.connected(gateway.port(), "lamp until " + now);
        WireClient goesOn = new WireClient(gateway.port()).pongs()) {
      String token = "lamp until " + now.plusSeconds(60);
      JsonNode connect = ask(goesOn, "{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
      assertFalse(connect.at("/connect/expires").asBoolean(), "nothing could take its place");
      assertEquals(3500, ended.closeCode());
      assertEquals(2, ask(goesOn, "{\"id\":2,\"ping\":{}}").get("id").asInt());
    }
  }

  @Test
  void whoDoesNotAnswerAPingIsClosed() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      assertEquals(3012, client.closeCode());
    }
  }

  @Test
  void whoIsSwitchedOffIsClosedForGood() {
    Scope scope = gateway.user("member");
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      gateway.sessions.closeUser(scope.userId());
      assertEquals(3500, client.closeCode());
    }
    try (WireClient client = WireClient.connected(gateway.port(), token(scope))) {
      gateway.sessions.closeTenant(scope.tenantId());
      assertEquals(3500, client.closeCode());
    }
  }

  @Test
  void aUserHasOnlySoManySockets() {
    Scope scope = gateway.user("member");
    try (WireClient first = WireClient.connected(gateway.port(), token(scope));
        WireClient second = WireClient.connected(gateway.port(), token(scope))) {
      try (WireClient third = new WireClient(gateway.port())) {
        third.send("{\"id\":1,\"connect\":{\"token\":\"" + token(scope) + "\"}}");
        assertEquals(3504, third.closeCode());
      }
      assertTrue(ask(first, "{\"id\":2,\"ping\":{}}").has("ping"));
      assertTrue(ask(second, "{\"id\":2,\"ping\":{}}").has("ping"));
    }
  }

  @Test
  void pagesOfOtherOriginsAreRefused() {
    try (WireClient own =
        new WireClient(gateway.port(), "Origin", "http://127.0.0.1:" + gateway.port())) {
      assertFalse(own.closed.isDone());
    }
    assertThrows(
        RuntimeException.class,
        () -> new WireClient(gateway.port(), "Origin", "https://evil.example").close());
  }
}
