package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.billing.TokenEstimate;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import dev.mordomo.model.ToolCall;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a model call costs that did not come to its end: its request as it was reserved, once it has
 * left, and the words that came.
 */
class BrokenCallTest {
  private static final String SAID = "Era uma vez um rei.";
  private static final int SAID_TOKENS = SAID.length() / 4;

  private static TestDatabase db;
  private ChatHouse house;
  private Scope scope;
  private Conversation conversation;

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
    house = new ChatHouse(db, Map.of());
    scope = db.tenantWithUser("member");
    conversation = house.conversation(scope);
  }

  @AfterEach
  void end() {
    house.close();
  }

  /** The ledger's rows of a turn. */
  private record Charged(int calls, int prompt, int completion) {}

  private static Charged charged(UUID turn) {
    Row row =
        db.database()
            .callSystem(
                """
                SELECT count(*)::integer, coalesce(sum(prompt_tokens), 0)::integer,
                  coalesce(sum(completion_tokens), 0)::integer
                FROM usage WHERE turn_id = $1
                """,
                Tuple.of(turn))
            .iterator()
            .next();
    return new Charged(row.getInteger(0), row.getInteger(1), row.getInteger(2));
  }

  private UUID ask() {
    return house.chat.startTurn(scope, words(conversation, "Conta uma história")).turnId();
  }

  private JsonNode until(String type) throws InterruptedException {
    return Json.read(house.until(type).getLast().payload());
  }

  /** The message says the same as the ledger. */
  private static void assertCharged(Charged expected, UUID turn, JsonNode end) {
    assertEquals(expected, charged(turn));
    assertEquals(expected.prompt(), end.at("/message/tokens/prompt").asInt(), end.toString());
    assertEquals(expected.completion(), end.at("/message/tokens/completion").asInt());
  }

  private static Failure broken() {
    return Failure.of(FailureCode.MODEL_UNAVAILABLE, "the connection broke");
  }

  @Test
  void ofACancelledAnswer() throws Exception {
    UUID turn = ask();
    ScriptedModel.Session session = house.model.next();
    session.say(SAID);
    house.until("turn.delta");
    house.chat.cancel(scope, turn, Optional.empty());
    int request = TokenEstimate.of(session.request);
    assertTrue(request > 50, "instructions are a part of it: " + request);
    assertCharged(new Charged(1, request, SAID_TOKENS), turn, until("turn.cancelled"));
  }

  @Test
  void ofAnAnswerThatIsCancelledBeforeItsFirstWord() throws Exception {
    UUID turn = ask();
    ScriptedModel.Session session = house.model.next();
    house.chat.cancel(scope, turn, Optional.empty());
    int request = TokenEstimate.of(session.request);
    assertCharged(new Charged(1, request, 0), turn, until("turn.cancelled"));
  }

  @Test
  void ofAnAnswerOfWhichNothingWasHeard() throws Exception {
    UUID turn = ask();
    ScriptedModel.Session session = house.model.next();
    session.say(SAID);
    house.until("turn.delta");
    house.chat.cancel(scope, turn, Optional.of(0));
    JsonNode end = until("turn.cancelled");
    assertEquals("", end.at("/message/content").asText("none"));
    assertCharged(new Charged(1, TokenEstimate.of(session.request), 0), turn, end);
  }

  @Test
  void ofAnAnswerThatFailsInItsMiddle() throws Exception {
    UUID turn = ask();
    ScriptedModel.Session session = house.model.next().say(SAID);
    session.fail(broken());
    int request = TokenEstimate.of(session.request);
    assertCharged(new Charged(1, request, SAID_TOKENS), turn, until("turn.failed"));
  }

  @Test
  void ofOneThatFailsBeforeItsFirstWord() throws Exception {
    UUID turn = ask();
    house.model.next().fail(broken());
    until("turn.failed");
    assertEquals(new Charged(0, 0, 0), charged(turn));
  }

  /** The model says a word, and calls a tool that there is not: another request follows. */
  private ScriptedModel.Session second() throws InterruptedException {
    ScriptedModel.Session first = house.model.next().say("Um momento. ");
    first.observer.onToolCall(new ToolCall("1", "none", Map.of()));
    first.end();
    return house.model.next();
  }

  @Test
  void ofASecondRequestThatIsCancelled() throws Exception {
    UUID turn = ask();
    ScriptedModel.Session second = second();
    house.chat.cancel(scope, turn, Optional.empty());
    int request = TokenEstimate.of(second.request);
    assertCharged(new Charged(2, 10 + request, 5), turn, until("turn.cancelled"));
  }

  @Test
  void ofASecondRequestThatFailsBeforeItsFirstWord() throws Exception {
    UUID turn = ask();
    second().fail(broken());
    assertCharged(new Charged(1, 10, 5), turn, until("turn.failed"));
  }

  @Test
  void ofAnAnswerThatIsContinuedAndCancelledAgain() throws Exception {
    UUID turn = ask();
    house.model.next().say(SAID);
    house.until("turn.delta");
    house.chat.cancel(scope, turn, Optional.empty());
    until("turn.cancelled");
    UUID again =
        house
            .chat
            .again(scope, turn, ChatService.Again.CONTINUE, Optional.empty(), Optional.empty())
            .turnId();
    ScriptedModel.Session session = house.model.next();
    String more = " E uma rainha.";
    session.say(more);
    house.chat.cancel(scope, again, Optional.empty());
    JsonNode end = until("turn.cancelled");
    assertEquals(SAID + more, end.at("/message/content").asText());
    int request = TokenEstimate.of(session.request);
    assertCharged(new Charged(1, request, more.length() / 4), again, end);
  }
}
