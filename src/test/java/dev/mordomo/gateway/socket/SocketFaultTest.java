package dev.mordomo.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import dev.mordomo.TcpProxy.Way;
import dev.mordomo.gateway.http.TestGateway;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets on networks that are slow, cut or half-open. */
class SocketFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  // Several times what the fast one has at once: it may have read what is not yet counted as
  // written.
  private static final int QUEUED_BYTES = 256 * 1024;
  private static final String FILLING = "{\"text\":\"" + "x".repeat(8 * 1024) + "\"}";

  private static TestGateway gateway;
  private TcpProxy proxy;
  private Scope scope;
  private UUID conversation;
  private String channel;

  @BeforeAll
  static void open() {
    gateway =
        new TestGateway(
            Map.of(
                "limits.queued_bytes", String.valueOf(QUEUED_BYTES), "limits.ping_seconds", "2"));
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  @BeforeEach
  void begin() {
    proxy = TcpProxy.to(gateway.port());
    scope = gateway.user("member");
    conversation = gateway.conversation(scope);
    channel = "conversation:" + conversation;
    append("{\"n\":1}");
  }

  @AfterEach
  void end() {
    proxy.close();
  }

  private Advanced write(String... payloads) {
    return gateway
        .db
        .database()
        .as(
            scope,
            connection ->
                Streams.append(
                    connection,
                    conversation,
                    Kind.CONVERSATION,
                    scope.tenantId(),
                    scope.userId(),
                    List.of(payloads).stream().map(p -> new Draft("t", p)).toList(),
                    Instant.now()));
  }

  private Advanced append(String... payloads) {
    Advanced advanced = write(payloads);
    gateway.streams.announce(advanced);
    return advanced;
  }

  private WireClient listening(int port, String recover) {
    WireClient client = WireClient.connected(port, TestGateway.token(scope));
    client.pongs();
    client.send("{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\"" + recover + "}}");
    return client;
  }

  private static JsonNode subscribed(WireClient client) {
    JsonNode reply = client.next();
    assertTrue(reply.has("subscribe"), reply::toString);
    return reply.get("subscribe");
  }

  private static long offset(JsonNode line) {
    return line.at("/push/pub/offset").asLong();
  }

  @Test
  void aSlowClientIsClosedAndRecoversWholeAndNobodyElseIsHurt() {
    try (WireClient fast = listening(gateway.port(), "");
        WireClient slow = listening(proxy.port(), "")) {
      subscribed(fast);
      String epoch = subscribed(slow).get("epoch").asText();
      append("{\"n\":2}");
      assertEquals(2, offset(slow.next()));
      assertEquals(2, offset(fast.next()));

      proxy.hold(Way.TO_CLIENT);
      long said = 2;
      // Far more than the kernel keeps for a socket.
      for (int i = 0; i < 300; i++) {
        append(FILLING, FILLING, FILLING, FILLING, FILLING);
        // The fast one has each before the next is said.
        for (int j = 0; j < 5; j++) {
          assertEquals(++said, offset(fast.next()));
        }
      }
      append("{\"n\":%d}".formatted(++said));
      assertEquals(said, offset(fast.next()));

      // What was on its way arrives late, and then the code that says why.
      proxy.heal();
      assertEquals(3008, slow.closeCode());
      long heard = 2;
      for (JsonNode line : slow.received()) {
        if (line.has("push")) {
          assertEquals(++heard, offset(line));
        }
      }
      assertTrue(heard < said, "it was too slow for all of it");
      try (WireClient again =
          listening(
              proxy.port(),
              ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d".formatted(epoch, heard))) {
        JsonNode recovered = subscribed(again);
        assertTrue(recovered.get("recovered").asBoolean());
        List<Long> missed =
            recovered.get("publications").valueStream().map(p -> p.get("offset").asLong()).toList();
        assertEquals(
            IntStream.rangeClosed((int) heard + 1, (int) said).mapToObj(n -> (long) n).toList(),
            missed);
      }
    }
  }

  @Test
  void aHalfOpenClientIsLetGoByItsSilence() {
    int before = gateway.sessions.count();
    try (WireClient client = listening(proxy.port(), "")) {
      subscribed(client);
      assertEquals(before + 1, gateway.sessions.count());
      proxy.hold();
      Await.until("it is let go", () -> gateway.sessions.count() == before, PATIENCE);
      // It comes back when the network does, and has missed nothing.
      append("{\"n\":2}");
      proxy.heal();
      try (WireClient again = listening(proxy.port(), ",\"recover\":true,\"offset\":1")) {
        JsonNode recovered = subscribed(again);
        assertTrue(recovered.get("recovered").asBoolean(), recovered::toString);
        assertEquals(1, recovered.get("publications").size());
      }
    }
  }

  @Test
  void aLastWordThatTheBusHasLostIsFoundByTheWatchdog() {
    try (WireClient client = listening(gateway.port(), "")) {
      subscribed(client);
      append("{\"n\":2}");
      assertEquals(2, offset(client.next()));
      // Committed, and never announced; and nothing follows.
      write("{\"n\":3}", "{\"n\":4}");
      assertEquals(3, offset(client.next()));
      assertEquals(4, offset(client.next()));
    }
  }

  @Test
  void aCutAndASlowNetworkLoseNothing() {
    try (WireClient client = listening(proxy.port(), "")) {
      String epoch = subscribed(client).get("epoch").asText();
      proxy.delay(Duration.ofMillis(20));
      proxy.throttle(200_000);
      for (int n = 2; n <= 10; n++) {
        append("{\"n\":" + n + "}");
      }
      assertEquals(2, offset(client.next()));
      proxy.reset();
      long heard = 2;
      for (JsonNode line : client.received()) {
        if (line.has("push")) {
          assertEquals(++heard, offset(line));
        }
      }
      append("{\"n\":11}");
      try (WireClient again =
          listening(
              proxy.port(),
              ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d".formatted(epoch, heard))) {
        JsonNode recovered = subscribed(again);
        assertTrue(recovered.get("recovered").asBoolean(), recovered::toString);
        assertEquals(11 - heard, recovered.get("publications").size());
        append("{\"n\":12}");
        assertEquals(12, offset(again.next()));
        assertFalse(again.closed.isDone());
      }
    }
  }
}
