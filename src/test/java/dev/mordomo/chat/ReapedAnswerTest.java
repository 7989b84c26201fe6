package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An answer whose node died is told and read as one that failed in any other way. */
class ReapedAnswerTest {

  @Test
  void itKeepsItsShapeAndTheReferencesThatItsTextCites() throws Exception {
    try (TestDatabase db = TestDatabase.create();
        ChatHouse house = new ChatHouse(db, Map.of())) {
      house.found.addAll(List.of(passage("Horários"), passage("Preços"), passage("Rotas")));
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted turn = house.chat.startTurn(scope, words(conversation, "Quanto custa?"));
      house.model.next().say("Custa sete euros [2], e");
      house.until("turn.delta");
      isOfANodeThatIsGone(db, turn.turnId());
      JsonNode failed = Json.read(house.until("turn.failed").getLast().payload());

      assertEquals("interrupted", failed.get("code").asText());
      Message stored =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages().getLast();
      assertEquals(List.of(2), stored.references().stream().map(Reference::n).toList());
      assertEquals("Preços", stored.references().getFirst().title());
      assertTrue(stored.interrupted() && stored.latencyMs().isPresent());
      assertEquals(
          3,
          db.database()
              .callSystem(
                  "SELECT cardinality(documents) FROM asked WHERE turn_id = $1 AND outcome ="
                      + " 'failed' AND code = 'interrupted' AND answer_id = $2",
                  Tuple.of(turn.turnId(), stored.id()))
              .iterator()
              .next()
              .getInteger(0));
      JsonNode told = failed.get("message");
      JsonNode read = Json.read(Json.write(stored));
      var names = new TreeSet<String>();
      told.fieldNames().forEachRemaining(names::add);
      var wanted = new TreeSet<String>();
      read.fieldNames().forEachRemaining(wanted::add);
      assertEquals(wanted, names);
      for (String name : names) {
        if (name.equals("metadata")) {
          assertEquals("interrupted", read.at("/metadata/error/code").asText());
        } else if (name.equals("created_at")) {
          assertEquals(stored.createdAt(), Instant.parse(told.get(name).asText()));
        } else {
          assertEquals(read.get(name), told.get(name), name);
        }
      }
    }
  }

  private static Retrieval.Retrieved passage(String title) {
    return new Retrieval.Retrieved(
        Ids.next(), Ids.next(), title, "", title + ".", "pt", 0.5, Optional.of(0.25));
  }

  private static void isOfANodeThatIsGone(TestDatabase db, UUID turn) throws SQLException {
    try (Connection owner = db.owner();
        PreparedStatement move =
            owner.prepareStatement("UPDATE turn SET node_id = gen_random_uuid() WHERE id = ?")) {
      move.setObject(1, turn);
      assertEquals(1, move.executeUpdate());
    }
  }
}
