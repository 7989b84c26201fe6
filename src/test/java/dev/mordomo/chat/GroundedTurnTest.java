package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.chat.Retrieval.Retrieved;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is found for a turn, what its model is given of it, and what its answer may cite. */
final class GroundedTurnTest {
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static Retrieved passage(String text) {
    return new Retrieved(
        Ids.next(), Ids.next(), "Regras", "Horário", text, "pt", 0.8, Optional.empty());
  }

  @Test
  void anAnswerCitesWhatWasInItsContextAndNothingElse() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      Retrieved pool = passage("A piscina abre às 8.");
      Retrieved gym = passage("A academia abre às 6.");
      house.found.addAll(List.of(pool, gym));
      house.chat.startTurn(scope, words(conversation, "A que horas abre a academia?"));
      var session = house.model.next();
      assertTrue(
          session.request.messages().stream()
              .filter(ChatMessage.Instructions.class::isInstance)
              .anyMatch(told -> told.content().contains("[2] Regras › Horário\n" + gym.text())));
      session.say("Às 6 [2]. Há quem diga às 7 [3], [0] e [999].").end();
      List<StreamEvent> events = house.until("turn.completed");
      var context =
          events.stream().filter(e -> e.type().equals("turn.context")).findFirst().orElseThrow();
      assertEquals(2, Json.read(context.payload()).get("references").size());

      Message answer =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages().getLast();
      assertEquals(
          List.of(gym.chunkId()), answer.references().stream().map(Reference::chunkId).toList());
      assertEquals(2, answer.references().getFirst().n());
    }
  }

  @Test
  void aQuestionThatFollowsAnotherIsSearchedWhole() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      List<String> searched = new CopyOnWriteArrayList<>();
      house.retrieval =
          (who, collections, question) -> {
            searched.add(question);
            return List.of();
          };
      for (String said : List.of("Quanto custa a quadra?", "e a churrasqueira?")) {
        house.model.answering("Dez reais.");
        house.chat.startTurn(scope, words(conversation, said));
        house.until("turn.completed");
      }
      assertEquals(List.of("Quanto custa a quadra?", "Quanto custa a churrasqueira?"), searched);
      // The model hears what the user said.
      assertEquals(
          "e a churrasqueira?", house.model.requests().getLast().messages().getLast().content());
    }
  }

  @Test
  void withoutCollectionsNothingIsSearched() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      house.retrieval =
          (who, collections, question) -> {
            throw new IllegalStateException("searched");
          };
      Conversation conversation =
          house.chat.create(scope, "", "web", Optional.empty(), Optional.of(List.of()), Map.of());
      house.model.answering("Olá.");
      house.chat.startTurn(scope, words(conversation, "Quanto custa a quadra?"));
      house.until("turn.completed");
    }
  }
}
