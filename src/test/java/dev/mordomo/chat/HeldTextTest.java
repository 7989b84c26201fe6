package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is held back because it may be the beginning of something is said when nothing follows. */
class HeldTextTest {
  private static final String CPF = "[[cpf:abcdefgh]]";
  private static TestDatabase db;
  private ChatHouse house;
  private Scope scope;

  @BeforeAll
  static void openDatabase() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void closeDatabase() {
    db.close();
  }

  @BeforeEach
  void open() {
    house = new ChatHouse(db, Map.of());
    scope = db.tenantWithUser("member");
  }

  @AfterEach
  void close() {
    house.close();
  }

  /** What the model is asked, which is to stop at these texts. */
  private ScriptedModel.Session asked(String content, String... stops) throws Exception {
    Directions stopping =
        ChatHouse.directions(Optional.empty(), List.of(), Optional.of(List.of(stops)), true);
    house.chat.startTurn(scope, ChatHouse.words(house.conversation(scope), content, stopping));
    return house.model.next();
  }

  private String content(String end) throws Exception {
    return told(end).at("/message/content").asText();
  }

  private JsonNode told(String end) throws Exception {
    return Json.read(house.until(end).getLast().payload());
  }

  @Test
  void whenTheModelFails() throws Exception {
    asked("conta", "END").say("um ", "EN").fail(Failure.of(FailureCode.MODEL_UNAVAILABLE, "gone"));
    assertEquals("um EN", content("turn.failed"));
  }

  @Test
  void whenTheModelFailsWithinAShortName() throws Exception {
    asked("diz " + CPF, "END").say("é [CP").fail(Failure.of(FailureCode.MODEL_UNAVAILABLE, "gone"));
    assertEquals("é [CP", content("turn.failed"));
  }

  @Test
  void whenTheUserStopsIt() throws Exception {
    ScriptedModel.Session session = asked("conta", "END").say("um ", "EN");
    UUID turn = UUID.fromString(told("turn.delta").get("turn_id").asText());
    house.chat.cancel(scope, turn, Optional.empty());
    assertEquals("um EN", content("turn.cancelled"));
    session.say("D").end();
  }

  @Test
  void whenTheQuotaEnds() throws Exception {
    UUID tenant = Ids.next();
    db.database()
        .callSystem(
            "INSERT INTO tenant (id, name, token_quota) VALUES ($1, 'poor', 100)",
            Tuple.of(tenant));
    scope = db.user(tenant, "member");
    ScriptedModel.Session session = asked("conta", "END");
    int most = session.request.maxTokens();
    for (int i = 1; i < most; i++) {
      session.say("a");
    }
    session.say("E", "a");
    JsonNode told = told("turn.completed");
    assertEquals("quota", told.at("/message/metadata/cut_by").asText());
    assertEquals("a".repeat(most - 1) + "E", told.at("/message/content").asText());
  }

  @Test
  void aStopThatIsHiddenIsFoundByItsShortName() throws Exception {
    ScriptedModel.Session session = asked("diz um e " + CPF, CPF);
    session.say("um, [CP", "F_1] e mais");
    assertEquals("um, ", content("turn.completed"));
  }

  @Test
  void whatIsStoppedAtStaysUnsaid() throws Exception {
    asked("conta", "END").say("um E", "ND dois");
    assertEquals("um ", content("turn.completed"));
  }
}
