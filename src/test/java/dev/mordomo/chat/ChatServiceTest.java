package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ScriptedModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChatServiceTest {
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static ChatHouse house() {
    return new ChatHouse(db, Map.of());
  }

  @Test
  void anAnswerIsStreamedAndStored() throws Exception {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted started = house.chat.startTurn(scope, words(conversation, "Olá?"));
      ScriptedModel.Session session = house.model.next();
      session.say("Bom ", "dia").end();
      List<StreamEvent> events = house.until("turn.completed");

      List<Message> messages =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages();
      assertEquals(List.of("user", "assistant"), messages.stream().map(Message::role).toList());
      assertEquals("Bom dia", messages.get(1).content());
      assertEquals("Bom dia", said(events));
      assertEquals(started.messageId(), messages.get(0).id());
      assertEquals(new Message.Tokens(10, 5), messages.get(1).tokens());
      assertEquals(TurnStatus.COMPLETED, house.chat.turn(scope, started.turnId()).status());
      Conversation after = house.chat.get(scope, conversation.id());
      assertEquals(2, after.messageCount());
      assertEquals("Olá?", after.title());
      assertTrue(after.runningTurn().isEmpty());
      var missed =
          house.streams.since(scope, conversation.id(), started.position(), 100).orElseThrow();
      assertEquals("turn.started", missed.events().getFirst().type());
      assertEquals("turn.completed", missed.events().getLast().type());
    }
  }

  @Test
  void theMessageNamesTheModelThatStoodIn() throws Exception {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "Olá?"));
      ScriptedModel.Session session = house.model.next();
      session.say("Bom dia");
      session.observer.onComplete(
          new ChatResult("stop", ChatResult.Tokens.NONE, Optional.empty(), Optional.empty())
              .by("other/stand-in"));
      house.until("turn.completed");
      Message answer =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages().getLast();
      assertEquals(Optional.of("other/stand-in"), answer.model());
    }
  }

  @Test
  void aReloadInMidAnswerSeesWhatWasSaidAndThePlaceToReadOn() throws Exception {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "Conta uma história"));
      ScriptedModel.Session session = house.model.next();
      session.say("Era uma vez");
      house.until("turn.delta");

      ConversationMessages page =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10);
      assertEquals("Era uma vez", page.runningTurn().orElseThrow().partialText());
      int next = page.runningTurn().orElseThrow().nextIndex();
      session.say(" um mordomo.").end();
      house.until("turn.completed");
      var missed =
          house.streams.since(scope, conversation.id(), page.position(), 100).orElseThrow();
      assertEquals(" um mordomo.", said(missed.events()));
      assertEquals(next, Json.read(missed.events().getFirst().payload()).get("index").asInt());
    }
  }

  @Test
  void theSameClientMessageIdIsOneTurnAlsoAtOnce() throws Exception {
    try (ChatHouse house = house()) {
      house.model.answering("sim");
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnRequest request = words(conversation, "uma vez só");
      Callable<TurnStarted> start = () -> house.chat.startTurn(scope, request);
      try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
        var turns = pool.invokeAll(IntStream.range(0, 12).mapToObj(i -> start).toList());
        UUID first = turns.getFirst().get().turnId();
        for (var turn : turns) {
          assertEquals(first, turn.get().turnId());
        }
      }
      house.until("turn.completed");
      assertEquals(1, house.model.requests().size());
      assertEquals(2, house.chat.get(scope, conversation.id()).messageCount());
    }
  }

  @Test
  void turnsOfAConversationRunInOrderAndTheQueueHasABound() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of("chat.queued_turns", "2"))) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "um"));
      ScriptedModel.Session first = house.model.next();
      TurnStarted second = house.chat.startTurn(scope, words(conversation, "dois"));
      TurnStarted third = house.chat.startTurn(scope, words(conversation, "três"));
      assertEquals(TurnStatus.QUEUED, second.status());
      Failure full =
          assertThrows(
              Failure.class, () -> house.chat.startTurn(scope, words(conversation, "quatro")));
      assertEquals(FailureCode.QUEUE_FULL, full.code());
      assertEquals(3, house.chat.get(scope, conversation.id()).messageCount());
      var running = house.chat.get(scope, conversation.id()).runningTurn().orElseThrow();
      assertEquals(2, running.queued(), "how many wait is told");

      assertEquals(
          TurnStatus.CANCELLED,
          house.chat.cancel(scope, third.turnId(), Optional.empty()).status());
      first.say("1").end();
      house.model.next().say("2").end();
      house.until("turn.completed");
      house.until("turn.completed");
      assertEquals(
          List.of("um", "dois", "três", "1", "2"),
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages().stream()
              .sorted(
                  java.util.Comparator.comparing(Message::role)
                      .reversed()
                      .thenComparing(Message::createdAt))
              .map(Message::content)
              .toList());
    }
  }

  @Test
  void stopClosesTheModelAndKeepsWhatWasHeard() throws Exception {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted started = house.chat.startTurn(scope, words(conversation, "fala muito"));
      ScriptedModel.Session session = house.model.next();
      session.say("Primeira frase. Segunda frase.");
      house.until("turn.delta");
      Turn cancelled = house.chat.cancel(scope, started.turnId(), Optional.of(15));
      assertEquals(TurnStatus.CANCELLED, cancelled.status());
      assertTrue(session.isCancelled());
      session.say(" Nunca ouvida.");
      Message kept =
          house.chat.messages(scope, conversation.id(), Optional.empty(), 10).messages().getLast();
      assertEquals("Primeira frase.", kept.content());
      assertTrue(kept.interrupted());
    }
  }

  @Test
  void aFailingModelLeavesThePartialAndACode() throws Exception {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted started = house.chat.startTurn(scope, words(conversation, "oi"));
      ScriptedModel.Session session = house.model.next();
      session.say("Metade");
      session.fail(Failure.of(FailureCode.MODEL_UNAVAILABLE, "the model server went away"));
      StreamEvent failed = house.until("turn.failed").getLast();
      JsonNode payload = Json.read(failed.payload());
      assertEquals("model_unavailable", payload.get("code").asText());
      assertTrue(payload.get("retryable").asBoolean());
      assertEquals("Metade", payload.get("message").get("content").asText());
      assertEquals(
          "model_unavailable",
          house.chat.turn(scope, started.turnId()).error().orElseThrow().code());
    }
  }

  @Test
  void nothingOfAnotherUserIsThere() throws Exception {
    try (ChatHouse house = house()) {
      house.model.answering("segredo");
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted started = house.chat.startTurn(scope, words(conversation, "meu segredo"));
      house.until("turn.completed");
      for (Scope other :
          List.of(db.user(scope.tenantId(), "admin"), db.tenantWithUser("superuser"))) {
        assertNotFound(() -> house.chat.get(other, conversation.id()));
        assertNotFound(() -> house.chat.turn(other, started.turnId()));
        assertNotFound(() -> house.chat.cancel(other, started.turnId(), Optional.empty()));
        assertNotFound(() -> house.chat.startTurn(other, words(conversation, "oi")));
        assertNotFound(() -> house.chat.messages(other, conversation.id(), Optional.empty(), 10));
        assertFalse(house.chat.mayListen(other, conversation.id()));
      }
    }
  }

  @Test
  void wordsThatCannotBeTakenStoreNothing() {
    try (ChatHouse house = house()) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      for (String bad : List.of("", "  \n", "x".repeat(32_001), "a\0b")) {
        Failure failure =
            assertThrows(
                Failure.class, () -> house.chat.startTurn(scope, words(conversation, bad)));
        assertEquals("content", failure.errors().getFirst().field());
      }
      assertEquals(0, house.chat.get(scope, conversation.id()).messageCount());
    }
  }

  private static void assertNotFound(org.junit.jupiter.api.function.Executable call) {
    assertEquals(FailureCode.NOT_FOUND, assertThrows(Failure.class, call).code());
  }

  private static String said(List<StreamEvent> events) {
    StringBuilder text = new StringBuilder();
    events.stream()
        .filter(event -> event.type().equals("turn.delta"))
        .forEach(event -> text.append(Json.read(event.payload()).get("text").asText()));
    return text.toString();
  }
}
