package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.PartitionVerticle;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who comes back after the end of a turn that they heard only half of: for ten minutes they are
 * told exactly what they missed, by whichever node; later that it is gone, and one read has it all.
 */
class AfterTheTurnTest {
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Duration LONG = Duration.ofHours(4);
  private static final String ANSWER = "Era uma vez um mordomo.";

  private Vertx vertx;
  private FakeModelServer model;
  private RunningApp one;
  private RunningApp other;
  private ApiClient ana;
  private UUID conversation;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.silence());
    one =
        new RunningApp(
            TestDatabase.create(),
            Map.of("model.chat", "openai/test", "knowledge.manual", "false"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    other = one.besides();
    ana = ApiClient.signIn(one.url());
    conversation = UUID.fromString(ana.post("/v1/conversations", Map.of()).get("id").asText());
  }

  @AfterEach
  void close() {
    other.close();
    one.close();
    model.close();
    vertx.close().await();
  }

  /**
   * Where a client was when it was cut off, and what it has not heard.
   *
   * @param missed offset and type, or the text of a delta
   */
  private record Cut(String turn, String epoch, long offset, List<String> missed, Instant ended) {
    String lastEventId() {
      return epoch + ":" + offset;
    }

    String recover() {
      return ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d".formatted(epoch, offset);
    }
  }

  /** A device hears half of an answer, and another all of it. */
  private Cut halfHeard() throws InterruptedException {
    try (Device whole = new Device(one, "")) {
      String turn;
      long offset;
      Asked asked;
      try (Device half = new Device(one, "")) {
        turn = begin();
        asked = model.next();
        asked.say("Era uma ");
        offset = until(half.socket, "Era uma ").get("offset").asLong();
      }
      assertEquals(offset, until(whole.socket, "Era uma ").get("offset").asLong());
      asked.say("vez ");
      List<String> missed = new ArrayList<>();
      missed.add(told(until(whole.socket, "vez ")));
      asked.say("um mordomo.").finish();
      JsonNode next = publication(whole.socket);
      missed.add(told(next));
      while (!next.at("/data/type").asText().equals("turn.completed")) {
        next = publication(whole.socket);
        missed.add(told(next));
      }
      String epoch = ana.get("/v1/conversations/" + conversation).at("/position/epoch").asText();
      return new Cut(turn, epoch, offset, missed, Instant.parse(next.at("/data/at").asText()));
    }
  }

  private String begin() {
    return ana.post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of(
                "content",
                "Conte",
                "client_message_id",
                UUID.randomUUID().toString(),
                "collections",
                List.of()))
        .get("turn_id")
        .asText();
  }

  /** The publication that ends the piece. */
  private static JsonNode until(WireClient socket, String piece) {
    StringBuilder heard = new StringBuilder();
    while (true) {
      JsonNode next = publication(socket);
      heard.append(next.at("/data/text").asText(""));
      if (heard.toString().equals(piece)) {
        return next;
      }
      assertTrue(piece.startsWith(heard.toString()), heard::toString);
    }
  }

  private static JsonNode publication(WireClient socket) {
    while (true) {
      JsonNode line = socket.next();
      if (line.at("/push/channel").asText().startsWith("conversation:")) {
        return line.at("/push/pub");
      }
    }
  }

  private static String told(JsonNode publication) {
    return told(publication.get("offset").asLong(), publication.get("data"));
  }

  private static String told(long offset, JsonNode data) {
    return offset + " " + data.path("text").asText(data.path("type").asText());
  }

  /** A socket that has come back with a position. */
  private final class Device implements AutoCloseable {
    private final WireClient socket;
    private final JsonNode subscribed;

    Device(RunningApp node, String recover) {
      socket = WireClient.connected(URI.create(node.url()).getPort(), ana.token());
      socket.send(
          "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:%s\"%s}}"
              .formatted(conversation, recover));
      JsonNode reply = socket.next();
      while (!reply.has("id")) {
        reply = socket.next();
      }
      assertTrue(reply.has("subscribe"), reply::toString);
      subscribed = reply.get("subscribe");
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private EventSource events(RunningApp node, Cut cut) {
    return EventSource.get(
        node.url(),
        "/v1/turns/" + cut.turn() + "/events",
        ana.token(),
        Map.of("Last-Event-ID", cut.lastEventId()));
  }

  /** What looks after the streams does so at this time. */
  private void lookAfterStreams(Instant at) {
    TestDatabase db = one.database();
    PartitionVerticle job = new PartitionVerticle(db.database(), new MovableClock(at));
    String id =
        db.vertx()
            .deployVerticle(
                job, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
            .await();
    db.vertx().undeploy(id).await();
  }

  private void assertNoneIsMissed(RunningApp node, Cut cut) {
    List<String> recovered = new ArrayList<>();
    try (Device device = new Device(node, cut.recover())) {
      assertTrue(device.subscribed.get("recovered").asBoolean(), device.subscribed::toString);
      device.subscribed.get("publications").forEach(p -> recovered.add(told(p)));
    }
    assertEquals(cut.missed(), recovered);
    List<String> streamed = new ArrayList<>();
    try (EventSource source = events(node, cut)) {
      assertEquals(200, source.status());
      for (Event event : source.rest()) {
        String id = event.id().orElseThrow();
        assertTrue(id.startsWith(cut.epoch() + ":"), id);
        streamed.add(told(Long.parseLong(id.substring(id.indexOf(':') + 1)), event.data()));
      }
    }
    assertEquals(cut.missed(), streamed);
    assertEquals(
        LongStream.rangeClosed(cut.offset() + 1, cut.offset() + cut.missed().size())
            .boxed()
            .toList(),
        streamed.stream().map(line -> Long.valueOf(line.split(" ")[0])).toList());
  }

  @Test
  void forTenMinutesExactlyWhatWasMissedIsToldByAnyNode() throws Exception {
    Cut cut = halfHeard();
    assertNoneIsMissed(one, cut);
    lookAfterStreams(cut.ended().plus(KEPT));
    assertNoneIsMissed(one, cut);
    assertNoneIsMissed(other, cut);
  }

  @Test
  void laterItIsSaidThatItIsGoneAndOneReadHasItAll() throws Exception {
    Cut cut = halfHeard();
    lookAfterStreams(cut.ended().plus(LONG));
    for (RunningApp node : List.of(one, other)) {
      String epoch;
      long end;
      try (Device device = new Device(node, cut.recover())) {
        JsonNode told = device.subscribed;
        assertFalse(told.get("recovered").asBoolean(), told::toString);
        assertTrue(told.get("was_recovering").asBoolean(), told::toString);
        assertTrue(told.path("publications").isEmpty(), told::toString);
        epoch = told.get("epoch").asText();
        end = told.get("offset").asLong();
      }
      assertEquals(cut.offset() + cut.missed().size(), end);
      try (EventSource source = events(node, cut)) {
        List<Event> all = source.rest();
        assertEquals(1, all.size(), all::toString);
        JsonNode told = all.getFirst().data();
        assertEquals("turn.unrecovered", told.get("type").asText());
        assertFalse(told.get("recovered").asBoolean(true));
        assertEquals(Optional.empty(), all.getFirst().id(), "no place to resume from");
      }

      JsonNode read = ana.at(node.url()).get("/v1/conversations/" + conversation + "/messages");
      JsonNode answer = read.get("data").get(1);
      assertEquals(2, read.get("data").size());
      assertEquals("Conte", read.get("data").get(0).get("content").asText());
      assertEquals(ANSWER, answer.get("content").asText());
      assertFalse(answer.get("interrupted").asBoolean());
      assertTrue(read.get("running_turn").isNull(), read::toString);
      // From where it was read, a client hears on, and has missed nothing.
      assertEquals(epoch, read.at("/position/epoch").asText());
      assertEquals(end, read.at("/position/offset").asLong());
      Cut now = new Cut(cut.turn(), epoch, end, List.of(), cut.ended());
      try (Device device = new Device(node, now.recover())) {
        assertTrue(device.subscribed.get("recovered").asBoolean(), device.subscribed::toString);
        assertTrue(device.subscribed.path("publications").isEmpty());
      }
      try (EventSource source = events(node, now)) {
        assertEquals(204, source.status(), "nothing more comes");
      }
    }
  }
}
