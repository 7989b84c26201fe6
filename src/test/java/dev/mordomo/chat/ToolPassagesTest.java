package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.spoken;
import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.action.Action;
import dev.mordomo.action.ActionStatus;
import dev.mordomo.action.Actions;
import dev.mordomo.action.Citations;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.Passage;
import dev.mordomo.model.ScriptedModel;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a tool finds is told to it where to look, and can be cited. */
class ToolPassagesTest {
  private static final UUID FOUND = Ids.next();
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  /** Finds one passage that the turn has, and one that is new. */
  private static final class Finder implements Actions {
    private final LinkedBlockingQueue<ToolContext> asked = new LinkedBlockingQueue<>();
    private final UUID known;
    private List<Integer> numbers = List.of();

    Finder(UUID known) {
      this.known = known;
    }

    @Override
    public List<ToolSpec> tools() {
      return List.of(new ToolSpec("search_documents", "", Map.of("type", "object")));
    }

    @Override
    public Action run(ToolContext context, ToolCall call) {
      asked.add(context);
      List<Integer> given = new ArrayList<>();
      for (UUID chunk : List.of(known, FOUND)) {
        given.add(
            context
                .citations()
                .number(
                    new Citations.Source(chunk, Ids.next(), "Preços", "", 0.5, Optional.of(0.25))));
      }
      numbers = given;
      return new Action(
          Ids.next(),
          Optional.of(context.conversationId()),
          Optional.of(context.messageId()),
          "query",
          call.name(),
          call.arguments(),
          ActionStatus.SUCCESS,
          Optional.of(Map.of("n", given)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Instant.now());
    }
  }

  private static void call(ScriptedModel.Session session) {
    session.observer.onToolCall(new ToolCall("1", "search_documents", Map.of("query", "preço")));
    session.observer.onComplete(
        new ChatResult("tool_calls", ChatResult.Tokens.NONE, Optional.empty(), Optional.empty()));
  }

  @Test
  void theyAreNumberedAfterTheContextsAndAreReferences() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      UUID known = Ids.next();
      house.found.add(
          new Retrieval.Retrieved(
              known, Ids.next(), "Rotas", "", "Rotas.", "pt", 0.5, Optional.empty()));
      Finder finder = new Finder(known);
      house.actions = finder;
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "Quanto custa?"));
      call(house.model.next());
      ScriptedModel.Session second = house.model.next();
      assertEquals(List.of(1, 2), finder.numbers);
      second.say("Sete euros [2].").end();
      List<StreamEvent> events = house.until("turn.completed");
      assertEquals(List.of(1, 2), told(events));
      JsonNode references = Json.read(events.getLast().payload()).at("/message/references");
      assertEquals(1, references.size());
      assertEquals(2, references.at("/0/n").asInt());
      assertEquals(FOUND.toString(), references.at("/0/chunk_id").asText());
    }
  }

  @Test
  void theyAreToldAlsoWhenTheTurnEndsWithACallOfTheClient() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.actions = new Finder(Ids.next());
      Scope scope = db.tenantWithUser("member");
      Directions withTool =
          ChatHouse.directions(
              Optional.empty(),
              List.of(new ToolSpec("theirs", "", Map.of("type", "object"))),
              Optional.empty(),
              false);
      house.chat.startTurn(scope, words(house.conversation(scope), "Quanto custa?", withTool));
      ScriptedModel.Session session = house.model.next();
      session.say("Vejo [2].");
      session.observer.onToolCall(new ToolCall("2", "theirs", Map.of()));
      call(session);
      List<StreamEvent> events = house.until("turn.completed");
      assertEquals(List.of(2), told(events));
      JsonNode message = Json.read(events.getLast().payload()).get("message");
      assertEquals(FOUND.toString(), message.at("/references/0/chunk_id").asText());
      assertEquals(1, message.at("/metadata/tool_calls").size());
    }
  }

  @Test
  void whoGoesOnCitesByTheNumbersOfTheBeginning() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.actions = new Finder(Ids.next());
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      UUID turn = house.chat.startTurn(scope, words(conversation, "Quanto custa?")).turnId();
      call(house.model.next());
      ScriptedModel.Session broken = house.model.next();
      broken.say("Sete euros [2], ").fail(Failure.of(FailureCode.MODEL_UNAVAILABLE, "gone"));
      house.until("turn.failed");

      // The search finds something else meanwhile, and one of the same.
      UUID other = Ids.next();
      for (UUID chunk : List.of(other, FOUND)) {
        house.found.add(
            new Retrieval.Retrieved(
                chunk, Ids.next(), "Rotas", "", "Rotas.", "pt", 0.5, Optional.empty()));
      }
      house.chat.again(scope, turn, ChatService.Again.CONTINUE, Optional.empty(), Optional.empty());
      ScriptedModel.Session session = house.model.next();
      assertEquals(List.of(3, 2), session.request.passages().stream().map(Passage::n).toList());
      session.say("e oito [3].").end();
      List<StreamEvent> events = house.until("turn.completed");
      assertEquals(List.of(3), told(events));
      JsonNode message = Json.read(events.getLast().payload()).get("message");
      assertEquals("Sete euros [2], e oito [3].", message.get("content").asText());
      assertEquals(2, message.get("references").size());
      assertEquals(FOUND.toString(), message.at("/references/0/chunk_id").asText());
      assertEquals(other.toString(), message.at("/references/1/chunk_id").asText());
    }
  }

  /** How many passages each {@code turn.context} names. */
  private static List<Integer> told(List<StreamEvent> events) {
    return events.stream()
        .filter(event -> event.type().equals("turn.context"))
        .map(event -> Json.read(event.payload()).get("references").size())
        .toList();
  }

  @Test
  void aReloadSeesThoseThatCameLast() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Finder finder = new Finder(Ids.next());
      house.actions = finder;
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "Quanto custa?"));
      call(house.model.next());
      ScriptedModel.Session second = house.model.next();
      second.say("Sete ");
      house.until("turn.delta");
      assertEquals(
          2,
          house.chat.get(scope, conversation.id()).runningTurn().orElseThrow().references().size());
      second.end();
      house.until("turn.completed");
    }
  }

  @Test
  void aToolIsToldTheCollectionsOfTheTurnAndOfTheConversation() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Finder finder = new Finder(Ids.next());
      house.actions = finder;
      Scope scope = db.tenantWithUser("member");
      List<UUID> own = List.of(Ids.next());
      Conversation conversation =
          house.chat.create(scope, "", "web", Optional.empty(), Optional.of(own), Map.of());
      house.chat.startTurn(scope, words(conversation, "Quanto custa?"));
      call(house.model.next());
      house.model.next().say("Sete.").end();
      house.until("turn.completed");
      assertEquals(Optional.of(own), finder.asked.take().collections());
      Conversation none =
          house.chat.create(scope, "", "web", Optional.empty(), Optional.of(List.of()), Map.of());
      house.chat.startTurn(scope, words(none, "E agora?"));
      call(house.model.next());
      house.model.next().say("Sete.").end();
      house.until("turn.completed");
      assertEquals(Optional.of(List.of()), finder.asked.take().collections());
    }
  }

  @Test
  void anAnswerIsSpokenInSentences() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, spoken(conversation, "Is it?"));
      ScriptedModel.Session session = house.model.next();
      session.say("The answer is ", "no. It ");
      JsonNode first = Json.read(house.until("turn.sentence").getLast().payload());
      assertEquals("The answer is no.", first.get("text").asText());
      assertEquals(0, first.get("index").asInt());
      session.say("never was").end();
      JsonNode last = Json.read(house.until("turn.sentence").getLast().payload());
      assertEquals("It never was", last.get("text").asText());
      assertEquals(1, last.get("index").asInt());
      house.until("turn.completed");
    }
  }
}
