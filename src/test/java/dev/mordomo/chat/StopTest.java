package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import dev.mordomo.model.ToolCall;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stop means stop, in each phase of a turn, and whatever the turn is waiting for. */
class StopTest {
  /** LiveStopTest holds the second that is promised; here only that nobody waits for the model. */
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  private static TestDatabase db;
  private final HeldWork work = new HeldWork();
  private Scope scope;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @BeforeEach
  void begin() {
    scope = db.tenantWithUser("member");
  }

  private JsonNode stopped(ChatHouse house, UUID turn, Optional<Integer> spoken) throws Exception {
    // The call waits for the end, and not for what the turn was waiting for.
    long from = System.nanoTime();
    Turn cancelled = house.chat.cancel(scope, turn, spoken);
    assertTrue(System.nanoTime() - from < AT_ONCE.toNanos(), "at once");
    assertEquals(TurnStatus.CANCELLED, cancelled.status());
    JsonNode told = Json.read(house.until("turn.cancelled").getLast().payload());
    assertEquals(turn.toString(), told.get("turn_id").asText());
    assertEquals(
        1,
        db.database()
            .callSystem(
                "SELECT count(*) FROM asked WHERE turn_id = $1 AND outcome = 'cancelled'",
                Tuple.of(turn))
            .iterator()
            .next()
            .getLong(0));
    return told;
  }

  private static long usage(UUID turn) {
    return db.database()
        .callSystem("SELECT count(*) FROM usage WHERE turn_id = $1", Tuple.of(turn))
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void whileItRetrieves() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.retrieval =
          (who, collections, question) -> {
            work.block();
            return List.of();
          };
      Conversation conversation = house.conversation(scope);
      UUID turn = house.chat.startTurn(scope, words(conversation, "procura")).turnId();
      work.awaitReached();
      JsonNode told = stopped(house, turn, Optional.empty());
      assertTrue(told.get("message").isNull());
      assertEquals(0, usage(turn), "no model was asked");
      work.letGo();

      house.retrieval = (who, collections, question) -> List.of();
      house.chat.startTurn(scope, words(conversation, "de novo"));
      house.model.next().say("Sim.").end();
      house.until("turn.completed");
      assertEquals(1, house.model.requests().size(), "what was stopped asks no model later");
    }
  }

  @Test
  void beforeTheFirstWord() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Conversation conversation = house.conversation(scope);
      UUID turn = house.chat.startTurn(scope, words(conversation, "pensa")).turnId();
      ScriptedModel.Session session = house.model.next();
      JsonNode kept = stopped(house, turn, Optional.empty()).get("message");
      assertEquals("", kept.get("content").asText());
      assertTrue(kept.get("interrupted").asBoolean());
      assertTrue(session.isCancelled());
      session.say("tarde demais").end();
      assertEquals(1, usage(turn));
      assertEquals(TurnStatus.CANCELLED, house.chat.turn(scope, turn).status());
      assertEquals(2, house.chat.get(scope, conversation.id()).messageCount());

      house.chat.startTurn(scope, words(conversation, "então?"));
      ScriptedModel.Session next = house.model.next();
      assertTrue(
          next.request.messages().stream().noneMatch(said -> said.content().isEmpty()),
          "a model is not told of it");
      next.say("Sim.").end();
      house.until("turn.completed");
    }
  }

  @Test
  void whileItSpeaksAndWhatWasHeardIsKept() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Conversation conversation = house.conversation(scope);
      UUID turn = house.chat.startTurn(scope, words(conversation, "fala")).turnId();
      ScriptedModel.Session session = house.model.next();
      session.say("Um \uD83D\uDE00 dois");
      house.until("turn.delta");
      JsonNode told = stopped(house, turn, Optional.of(4));
      assertTrue(session.isCancelled());
      assertEquals("Um ", told.at("/message/content").asText(), "no half of a character is kept");
      assertTrue(told.at("/message/interrupted").asBoolean());
      assertEquals(1, usage(turn));
      // Again: nothing changes.
      assertEquals(TurnStatus.CANCELLED, house.chat.cancel(scope, turn, Optional.empty()).status());
      assertEquals(1, usage(turn));
    }
  }

  @Test
  void whileAToolRuns() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.actions = work.slowTool();
      Conversation conversation = house.conversation(scope);
      UUID turn = house.chat.startTurn(scope, words(conversation, "usa")).turnId();
      ScriptedModel.Session session = house.model.next();
      session.say("Um momento. ");
      session.observer.onToolCall(new ToolCall("1", "slow", Map.of()));
      session.end();
      work.awaitReached();
      JsonNode told = stopped(house, turn, Optional.empty());
      assertEquals("Um momento. ", told.at("/message/content").asText());
      assertEquals(1, usage(turn), "the call that was made is settled once");
      work.letGo();
      assertEquals(1, house.model.requests().size());
    }
  }

  @Test
  void whileItWaitsAndTheOthersGoOn() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "um"));
      ScriptedModel.Session first = house.model.next();
      UUID second = house.chat.startTurn(scope, words(conversation, "dois")).turnId();
      house.chat.startTurn(scope, words(conversation, "três"));
      assertTrue(stopped(house, second, Optional.empty()).get("message").isNull());
      first.say("1").end();
      house.model.next().say("3").end();
      house.until("turn.completed");
      house.until("turn.completed");
      assertEquals(2, house.model.requests().size());
    }
  }
}
