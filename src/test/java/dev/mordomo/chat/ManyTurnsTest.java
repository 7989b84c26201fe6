package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel.Session;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many turns at once on few connections: what they cost PostgreSQL does not grow with them. */
class ManyTurnsTest {
  private static final int TURNS = 40;
  private static final int WORDS = 10;
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  /** Every commit that writes takes one. */
  private static long transactions() {
    return db.database()
        .callSystem("SELECT pg_current_xact_id()::text::bigint", Tuple.tuple())
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void noConnectionIsHeldWhileModelsSpeakAndTheirWordsShareCommits() throws Exception {
    // Two connections for all users' work.
    try (ChatHouse house =
        new ChatHouse(db.configThrough(db.port(), Duration.ofSeconds(10)), Map.of())) {
      List<Session> all = new ArrayList<>();
      Scope scope = db.tenantWithUser("member");
      for (int i = 0; i < TURNS; i++) {
        house.chat.startTurn(scope, ChatHouse.words(house.conversation(scope), "fala"));
        all.add(house.model.next());
      }
      long before = transactions();
      for (int word = 0; word < WORDS; word++) {
        all.forEach(session -> session.say("palavra "));
        for (int told = 0; told < TURNS; told++) {
          house.until("turn.delta");
        }
      }
      long used = transactions() - before;
      assertTrue(
          used <= TURNS * WORDS / 3, used + " commits for " + TURNS * WORDS + " words of turns");
      all.forEach(Session::end);
      for (int told = 0; told < TURNS; told++) {
        house.until("turn.completed");
      }
      assertEquals(
          TURNS,
          db.database()
              .callSystem(
                  "SELECT count(*) FROM message WHERE content = repeat('palavra ', $1)",
                  Tuple.of(WORDS))
              .iterator()
              .next()
              .getLong(0));
    }
  }
}
