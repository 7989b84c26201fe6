package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a user's devices are told of conversations, whether they show them or not. */
class ConversationNewsTest {
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  /** The first news of a conversation that is so. */
  private static JsonNode news(ChatHouse house, UUID conversation, Predicate<JsonNode> wanted)
      throws InterruptedException {
    while (true) {
      JsonNode event = Json.read(house.until("conversation.updated").getLast().payload());
      JsonNode told = event.get("conversation");
      if (told.get("id").asText().equals(conversation.toString()) && wanted.test(told)) {
        assertTrue(Instant.parse(event.get("at").asText()).isAfter(Instant.EPOCH));
        return told;
      }
    }
  }

  private static JsonNode shown(ChatHouse house, Scope scope, UUID conversation) {
    JsonNode shown = Json.read(Json.write(house.chat.get(scope, conversation)));
    for (String time : List.of("started_at", "last_message_at")) {
      ((ObjectNode) shown).put(time, Instant.parse(shown.get(time).asText()).toString());
    }
    return shown;
  }

  private static JsonNode sameTimes(JsonNode told) {
    for (String time : List.of("started_at", "last_message_at")) {
      ((ObjectNode) told).put(time, Instant.parse(told.get(time).asText()).toString());
    }
    return told;
  }

  @Test
  void anAnsweredTurnIsToldAsTheConversationIsRead() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation =
          house.chat.create(
              scope,
              "Um \"título\"",
              "web",
              Optional.empty(),
              Optional.of(List.of(UUID.randomUUID())),
              Map.of("cor", List.of("azul", 1.5)));
      house.chat.startTurn(scope, words(conversation, "Olá?"));
      house.model.next().say("Bom dia").end();
      JsonNode told =
          news(house, conversation.id(), news -> news.get("message_count").asInt() == 2);
      assertTrue(told.get("running_turn").isNull());
      assertEquals(shown(house, scope, conversation.id()), sameTimes(told));
    }
  }

  @Test
  void theTurnThatComesNextIsToldAsItRuns() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.startTurn(scope, words(conversation, "Um"));
      ScriptedModel.Session first = house.model.next();
      TurnStarted second = house.chat.startTurn(scope, words(conversation, "Dois"));
      first.say("Um!").end();
      JsonNode told =
          news(house, conversation.id(), news -> news.get("message_count").asInt() == 3);
      JsonNode running = told.get("running_turn");
      assertEquals(second.turnId().toString(), running.get("id").asText());
      assertEquals(0, running.get("queued").asInt());
      assertEquals(
          List.of("id", "status", "client_message_id", "partial_text", "next_index"),
          names(running).subList(0, 5));
      house.model.next().say("Dois!").end();
      news(house, conversation.id(), news -> news.get("running_turn").isNull());
    }
  }

  @Test
  void aTurnThatIsCancelledIsTold() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      TurnStarted running = house.chat.startTurn(scope, words(conversation, "Um"));
      house.model.next();
      TurnStarted waiting = house.chat.startTurn(scope, words(conversation, "Dois"));
      house.chat.cancel(scope, waiting.turnId(), Optional.empty());
      news(
          house,
          conversation.id(),
          news ->
              news.get("message_count").asInt() == 2
                  && news.at("/running_turn/queued").asInt(-1) == 0);
      house.chat.cancel(scope, running.turnId(), Optional.empty());
      news(house, conversation.id(), news -> news.get("running_turn").isNull());
    }
  }

  @Test
  void manyAreToldOnTheirUsersChannelsWithoutAGap() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.model.answering("sim");
      List<Scope> users = List.of(db.tenantWithUser("member"), db.tenantWithUser("member"));
      List<Conversation> conversations = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Scope scope = users.get(i % 2);
        Conversation conversation = house.conversation(scope);
        conversations.add(conversation);
        house.chat.startTurn(scope, words(conversation, "Olá " + i));
      }
      List<UUID> left = new ArrayList<>(conversations.stream().map(Conversation::id).toList());
      while (!left.isEmpty()) {
        JsonNode told =
            Json.read(house.until("conversation.updated").getLast().payload()).get("conversation");
        if (told.get("message_count").asInt() == 2) {
          left.remove(UUID.fromString(told.get("id").asText()));
        }
      }
      house.chat.news().told().await();
      for (Scope scope : users) {
        String epoch = house.chat.get(scope, first(conversations, users, scope)).position().epoch();
        List<StreamEvent> all =
            house
                .streams
                .since(scope, scope.userId(), new Position(epoch, 0), 1000)
                .orElseThrow()
                .events();
        assertTrue(
            all.stream().allMatch(event -> event.type().equals("conversation.updated")), "" + all);
        assertTrue(all.size() >= 12, "made and answered");
      }
    }
  }

  private static UUID first(List<Conversation> conversations, List<Scope> users, Scope scope) {
    return conversations.get(users.indexOf(scope)).id();
  }

  private static void told(ChatHouse house) throws Exception {
    house.chat.news().told().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void oneThatIsRefusedKeepsNoOthersFromBeingTold() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of());
        Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      Scope scope = db.tenantWithUser("member");
      Set<UUID> others = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        others.add(house.conversation(scope).id());
        house.until("conversation.updated");
      }
      UUID refused = others.iterator().next();
      statement.execute(
          """
          CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.payload::text LIKE '%%%s%%' THEN RAISE 'refused'; END IF;
            RETURN NEW;
          END $$
          """
              .formatted(refused));
      statement.execute(
          "CREATE TRIGGER refuse_one BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION"
              + " refuse_one()");
      try {
        others.forEach(house.chat.news()::changed);
        told(house);
      } finally {
        statement.execute("DROP FUNCTION refuse_one() CASCADE");
      }
      others.remove(refused);
      while (!others.isEmpty()) {
        JsonNode event = Json.read(house.until("conversation.updated").getLast().payload());
        assertTrue(others.remove(UUID.fromString(event.at("/conversation/id").asText())));
      }
    }
  }

  @Test
  void whatCannotBeAnnouncedEndsNoNews() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of());
        Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      UUID conversation = house.conversation(db.tenantWithUser("member")).id();
      house.until("conversation.updated");
      String definition;
      try (ResultSet rows =
          statement.executeQuery("SELECT pg_get_functiondef('tell_conversations'::regproc)")) {
        rows.next();
        definition = rows.getString(1);
      }
      statement.execute(
          """
          CREATE OR REPLACE FUNCTION tell_conversations(conversations uuid[], at timestamptz)
          RETURNS TABLE (user_id uuid, last_offset bigint, epoch text, payload text) LANGUAGE plpgsql AS $$
            BEGIN RETURN QUERY SELECT conversations[1], NULL::bigint, 'none', '{}'; END
          $$
          """);
      try {
        house.chat.news().changed(conversation);
        told(house);
      } finally {
        statement.execute(definition);
      }
      house.chat.news().changed(conversation);
      assertEquals(
          conversation.toString(),
          Json.read(house.until("conversation.updated").getLast().payload())
              .at("/conversation/id")
              .asText());
    }
  }

  @Test
  void oneThatIsErasedIsTold() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      Scope scope = db.tenantWithUser("member");
      Conversation conversation = house.conversation(scope);
      house.chat.delete(scope, conversation.id());
      JsonNode told = Json.read(house.until("conversation.deleted").getLast().payload());
      assertEquals(conversation.id().toString(), told.at("/conversation/id").asText());
      assertEquals(List.of("type", "at", "conversation"), names(told));
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
