package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a model is told of a conversation, and what reading that costs. */
class HistoryTest {
  private static final UUID LAST = UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff");
  private static final String FETCHED =
      "SELECT coalesce(sum(idx_tup_fetch), 0)::bigint FROM pg_stat_xact_all_tables WHERE relname"
          + " LIKE 'message\\_%'";
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @Test
  void theLastTwentyComeOldestFirstAlsoFromOlderPartitions() throws Exception {
    Scope scope = db.tenantWithUser("member");
    UUID conversation = conversation(scope, "100 days");
    say(scope, conversation, "100 days", 1, 15);
    say(scope, conversation, "1 hour", 16, 30);
    List<String> said = history(scope, conversation);
    List<String> expected = new ArrayList<>();
    for (int i = 11; i <= 30; i++) {
      expected.add("word " + i);
    }
    assertEquals(expected, said);
  }

  @Test
  void noneOfAnotherTenantsWordsAreRead() throws Exception {
    Scope scope = db.tenantWithUser("member");
    UUID conversation = conversation(scope, "1 hour");
    say(scope, conversation, "1 hour", 1, 5);
    assertEquals(List.of(), history(db.tenantWithUser("member"), conversation));
    assertEquals(5, history(scope, conversation).size());
  }

  @Test
  void aLongConversationCostsNoMoreThanAShortOne() throws Exception {
    Scope scope = db.tenantWithUser("member");
    UUID conversation = conversation(scope, "1 hour");
    say(scope, conversation, "1 hour", 1, 2_000);
    try (Connection owner = db.owner();
        var statement = owner.createStatement()) {
      statement.execute("ANALYZE message");
    }
    for (String read :
        List.of(
            "SELECT conversation_history($1, '" + LAST + "')::text",
            "SELECT count(*) FROM conversation_page($1, NULL, 20)")) {
      long fetched =
          db.database()
              .as(
                  scope,
                  connection -> {
                    Database.run(connection, read, Tuple.of(conversation));
                    return Database.run(connection, FETCHED).iterator().next().getLong(0);
                  });
      assertTrue(fetched > 0 && fetched < 100, read + " fetched " + fetched);
    }
  }

  private static UUID conversation(Scope scope, String ago) throws SQLException {
    try (Connection owner = db.owner();
        var made =
            owner.prepareStatement(
                "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                    + " SELECT overlay(uuid_from_time(now() - ?::interval)::text placing"
                    + " right(gen_random_uuid()::text, 17) from 20)::uuid, ?, ?, now(), now()"
                    + " RETURNING id")) {
      made.setString(1, ago);
      made.setObject(2, scope.tenantId());
      made.setObject(3, scope.userId());
      var row = made.executeQuery();
      row.next();
      return row.getObject(1, UUID.class);
    }
  }

  private static void say(Scope scope, UUID conversation, String ago, int from, int to)
      throws SQLException {
    try (Connection owner = db.owner();
        var words =
            owner.prepareStatement(
                "INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content,"
                    + " created_at) SELECT overlay(uuid_from_time(now() - ?::interval + n *"
                    + " interval '1 second')::text placing right(gen_random_uuid()::text, 17) from"
                    + " 20)::uuid, ?, ?, ?, 'user', 'word ' || n, now() FROM generate_series(?, ?)"
                    + " n")) {
      words.setString(1, ago);
      words.setObject(2, scope.tenantId());
      words.setObject(3, scope.userId());
      words.setObject(4, conversation);
      words.setInt(5, from);
      words.setInt(6, to);
      words.executeUpdate();
    }
  }

  private static List<String> history(Scope scope, UUID conversation) {
    String text =
        db.database()
            .as(
                scope,
                connection ->
                    Database.run(
                            connection,
                            "SELECT conversation_history($1, $2)::text",
                            Tuple.of(conversation, LAST))
                        .iterator()
                        .next()
                        .getString(0));
    List<String> said = new ArrayList<>();
    for (JsonNode message : Json.read(text)) {
      said.add(message.get("content").asText());
    }
    return said;
  }
}
