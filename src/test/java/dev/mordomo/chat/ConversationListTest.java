package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One's conversations, those last talked in first, page by page, and what that costs. */
class ConversationListTest {
  private static final String COUNTED =
      "SELECT %s::bigint FROM pg_stat_xact_all_tables WHERE relname = 'conversation'";

  private static TestDatabase db;
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

  /** The pages that follow a place, to the end of the list. */
  private List<UUID> rest(ChatHouse house, Optional<ConversationPlace> after, int size) {
    List<UUID> all = new ArrayList<>();
    Optional<ConversationPlace> place = after;
    List<Conversation> page;
    do {
      page = house.chat.list(scope, place, size);
      page.forEach(conversation -> all.add(conversation.id()));
      place = page.isEmpty() ? place : Optional.of(ConversationPlace.of(page.getLast()));
    } while (!page.isEmpty());
    return all;
  }

  private void talk(ChatHouse house, Conversation conversation) throws Exception {
    house.chat.startTurn(scope, words(conversation, "olá"));
    house.model.next().say("Olá.").end();
    house.until("turn.completed");
  }

  @Test
  void whatWasTalkedInLastIsFirstAndNothingIsMetTwice() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      List<Conversation> made = new ArrayList<>();
      List<UUID> ids = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        made.add(house.conversation(scope));
        ids.add(made.get(i).id());
      }
      assertEquals(ids.reversed(), rest(house, Optional.empty(), 4));

      talk(house, made.get(2));
      assertEquals(made.get(2).id(), house.chat.list(scope, Optional.empty(), 1).getFirst().id());

      List<Conversation> first = house.chat.list(scope, Optional.empty(), 4);
      assertEquals(List.of(2, 8, 7, 6), first.stream().map(c -> place(made, c)).toList());
      // While pages are read: one that was shown, and one that was not.
      talk(house, made.get(7));
      talk(house, made.get(3));
      List<UUID> others = rest(house, Optional.of(ConversationPlace.of(first.getLast())), 2);
      assertEquals(
          List.of(5, 4, 1, 0).stream().map(i -> made.get(i).id()).toList(),
          others,
          "each that did not move, once");
      assertEquals(
          List.of(made.get(3).id(), made.get(7).id(), made.get(2).id()),
          rest(house, Optional.empty(), 9).subList(0, 3));
    }
  }

  private static int place(List<Conversation> made, Conversation one) {
    return made.stream().map(Conversation::id).toList().indexOf(one.id());
  }

  @Test
  void aPageCostsNoMoreForTheConversationsBehindIt() throws Exception {
    fill(5_000);
    ConversationStore store = new ConversationStore();
    ConversationPlace deep =
        db.database()
            .as(
                scope,
                c ->
                    ConversationPlace.of(
                        store.list(c, scope, ConversationPlace.FRONT, 3_000).getLast()));
    for (ConversationPlace from : List.of(ConversationPlace.FRONT, deep)) {
      long fetched =
          db.database()
              .as(
                  scope,
                  c -> {
                    long before = counted(c, "idx_tup_fetch + seq_tup_read");
                    assertEquals(50, store.list(c, scope, from, 50).size());
                    return counted(c, "idx_tup_fetch + seq_tup_read") - before;
                  });
      assertTrue(fetched >= 50 && fetched < 200, "fetched " + fetched + " from " + from);
    }
  }

  /** Ten a day. */
  private void fill(int conversations) throws SQLException {
    try (Connection owner = db.owner();
        var insert =
            owner.prepareStatement(
                "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                    + " SELECT gen_random_uuid(), ?, ?, at, at FROM generate_series(1, ?) n,"
                    + " LATERAL (SELECT now() - n * interval '144 minutes' AS at) t");
        var analyze = owner.createStatement()) {
      insert.setObject(1, scope.tenantId());
      insert.setObject(2, scope.userId());
      insert.setInt(3, conversations);
      insert.executeUpdate();
      analyze.execute("ANALYZE conversation");
    }
  }

  private static long counted(SqlConnection connection, String what) {
    return Database.run(connection, COUNTED.formatted(what)).iterator().next().getLong(0);
  }

  /** Two updates a turn would else write every index of the row. */
  @Test
  void aMessageOfTheSameDayTouchesNoIndex() throws Exception {
    fill(1);
    db.database()
        .as(
            scope,
            c -> {
              long before = counted(c, "n_tup_hot_upd");
              for (int i = 1; i <= 2; i++) {
                Database.run(
                    c,
                    "UPDATE conversation SET last_message_at = date_trunc('day', last_message_at,"
                        + " 'UTC') + $2::integer * interval '1 hour' WHERE user_id = $1",
                    Tuple.of(scope.userId(), i));
              }
              assertEquals(2, counted(c, "n_tup_hot_upd") - before);
              return 0;
            });
  }
}
