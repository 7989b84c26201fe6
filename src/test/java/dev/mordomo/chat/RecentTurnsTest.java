package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.chat.Recent.Line;
import dev.mordomo.chat.TurnBeginStore.Beginning;
import dev.mordomo.chat.TurnBeginStore.Begun;
import dev.mordomo.chat.TurnBeginStore.Said;
import dev.mordomo.chat.TurnEndStore.End;
import dev.mordomo.chat.TurnEndStore.Ending;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What nodes remember of conversations is what PostgreSQL has, whatever happens to a conversation
 * between two turns, and whichever node they begin at.
 */
class RecentTurnsTest {
  private static final TypeReference<List<Said>> HISTORY = new TypeReference<>() {};
  private static final String OF_ONE =
      "%s WHERE id = (SELECT id FROM message WHERE conversation_id = ? ORDER BY random() LIMIT 1)";
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static TestDatabase db;
  private static TurnEndStore ends;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    ends = new TurnEndStore(db.vertx(), db.database());
  }

  @AfterAll
  static void close() {
    db.close();
  }

  /** One that remembers within so many megabytes. */
  private static final class Node {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RecentTurns recent;
    private final TurnBeginStore store;

    Node(int megabytes) {
      RecentConfig config =
          new RecentConfig(Optional.empty(), megabytes, KEPT, Duration.ofMillis(10));
      recent = RecentTurns.open(db.vertx(), config, db.keyring(), meters);
      store = new TurnBeginStore(db.vertx(), db.database(), Ids.next(), 3, recent);
    }

    int count(String result) {
      return (int) meters.get("mordomo.recent.turns").tag("result", result).counter().count();
    }

    @Override
    public String toString() {
      return List.of("hit", "late", "miss").stream()
          .map(result -> result + " " + count(result))
          .collect(Collectors.joining(", "));
    }
  }

  /** A conversation of somebody's, and its turn that was begun last. */
  private static final class Talk {
    private final Scope scope;
    private final UUID id = Ids.next();
    private final Deque<Open> open = new ArrayDeque<>();

    private Optional<UUID> last = Optional.empty();

    private record Open(Node node, Begun begun, UUID answer, Optional<Long> fence) {}

    Talk(Scope scope) {
      this.scope = scope;
      Tuple whose = Tuple.of(id, scope.tenantId(), scope.userId());
      db.database()
          .as(
              scope,
              connection -> {
                Database.run(
                    connection,
                    "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                        + " VALUES ($1, $2, $3, now(), now())",
                    whose);
                return Database.run(
                    connection,
                    "INSERT INTO channel (id, kind, tenant_id, user_id)"
                        + " VALUES ($1, 'conversation', $2, $3)",
                    whose);
              });
    }

    Talk() {
      this(db.tenantWithUser("member"));
    }

    Begun begin(Node node, String content) {
      UUID turn = Ids.next();
      Instant at = Instant.now();
      TurnRequest request = TurnRequest.of(id, content, UUID.randomUUID().toString());
      Message message = Message.ofUser(Ids.next(), id, turn, "text", request, at);
      UUID answer = Ids.next();
      Begun begun =
          node.store.begin(
              new Beginning(scope, id, turn, message, answer, request, "{}", false, at));
      if (begun.status() == TurnStatus.RUNNING) {
        assertEquals(truth(message.id()), begun.history().said(), node.toString());
      }
      open.add(new Open(node, begun, answer, Optional.empty()));
      return begun;
    }

    /** The turn that runs ends, as TurnRunner has it. */
    void end(String content) {
      Open ending = open.remove();
      Instant at = Instant.now();
      Optional<Message> said =
          content.isEmpty() ? Optional.empty() : Optional.of(answer(ending, content, at));
      ends.finish(
          new End(
              scope,
              id,
              ending.begun().turn(),
              ending.fence().orElse(ending.begun().fence()),
              0,
              new Ending(
                  TurnStatus.COMPLETED,
                  Optional.empty(),
                  List.of(new Draft("turn.completed", "{}")),
                  said,
                  List.of(),
                  List.of()),
              at));
      last = Optional.of(ending.begun().turn());
      ending
          .begun()
          .history()
          .recent()
          .flatMap(known ->
              said.map(message -> known.with(new Line(message.id(), "assistant", content))))
          .ifPresent(known -> ending.node().recent.keep(scope, id, known));
      if (!open.isEmpty()) {
        Open next = open.remove();
        var claimed = next.node().store.claim(scope, id, at).orElseThrow();
        assertEquals(next.begun().turn(), claimed.turn());
        assertEquals(truth(next.begun().message()), claimed.history().said());
        open.addFirst(
            new Open(next.node(), next.begun(), next.answer(), Optional.of(claimed.fence())));
      }
    }

    /** The last answer is made again, and its new one takes its place. */
    void again(Node node, String content) {
      UUID turn = Ids.next();
      UUID answer = Ids.next();
      TurnRequest request = TurnRequest.of(id, "", UUID.randomUUID().toString());
      Begun begun =
          node.store.again(
              scope, last.orElseThrow(), turn, answer, request, "{}", false, true, Instant.now());
      open.add(new Open(node, begun, answer, Optional.empty()));
      end(content);
    }

    private Message answer(Open ending, String content, Instant at) {
      return new Message(
          ending.answer(),
          id,
          Optional.of(ending.begun().turn()),
          "assistant",
          "text",
          content,
          List.of(),
          new Message.Tokens(3, 5),
          Optional.of("test"),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          Map.of(),
          at);
    }

    /** What PostgreSQL would tell a model. */
    List<Said> truth(UUID before) {
      String history =
          db.database()
              .as(
                  scope,
                  connection ->
                      Database.run(
                              connection,
                              "SELECT conversation_history($1, $2)::text",
                              Tuple.of(id, before))
                          .iterator()
                          .next()
                          .getString(0));
      return Json.read(history, HISTORY);
    }

    void turn(Node node, String question, String answer) {
      begin(node, question);
      end(answer);
    }
  }

  private static void sql(String statement, UUID id) {
    try (Connection owner = db.owner();
        var prepared = owner.prepareStatement(statement)) {
      prepared.setObject(1, id);
      prepared.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  @Test
  void whatAnotherNodeDeletesIsForgotten() {
    Node node = new Node(8);
    Talk talk = new Talk();
    talk.begin(node, "Olá");
    talk.end("Bom dia");
    assertTrue(node.recent.find(talk.scope, talk.id).isPresent());
    node.recent.hear(new ConversationDeleted(talk.scope.tenantId(), talk.scope.userId(), talk.id));
    assertEquals(Optional.empty(), node.recent.find(talk.scope, talk.id));
  }

  /** A fault of remembering is none of a turn. */
  @Test
  void whatFailsIsAsIfThereWasNothing() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    RecentTurns broken = new RecentTurns(new Broken(), meters);
    Scope scope = db.tenantWithUser("member");
    UUID conversation = Ids.next();
    assertEquals(Optional.empty(), broken.find(scope, conversation));
    broken.keep(scope, conversation, new Recent("e", 0, 0, List.of()));
    assertEquals(2, meters.get("mordomo.recent.failures").counter().count());
  }

  private static final class Broken implements RecentCopies {
    @Override
    public Optional<Recent> find(Key key) {
      throw new IllegalStateException("broken");
    }

    @Override
    public void keep(Key key, Recent recent) {
      throw new IllegalStateException("broken");
    }

    @Override
    public void forget(Key key) {
      throw new IllegalStateException("broken");
    }

    @Override
    public void forget(UUID tenant, Optional<UUID> user) {
      throw new IllegalStateException("broken");
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  @Test
  void aTurnAfterATurnReadsNothing() {
    Node node = new Node(1);
    Talk talk = new Talk();
    for (int i = 0; i < 15; i++) {
      talk.turn(node, "question " + i, "answer " + i);
    }
    // Not even the first one asked.
    assertEquals("hit 14, late 0, miss 1", node.toString());
  }

  @Test
  void whatAnotherNodeAddedIsReadOnce() {
    Node one = new Node(1);
    Node other = new Node(1);
    Talk talk = new Talk();
    talk.turn(one, "one", "first");
    talk.turn(other, "two", "second");
    talk.turn(one, "three", "third");
    talk.turn(one, "four", "fourth");
    assertEquals("hit 1, late 1, miss 1", one.toString());
    assertEquals("hit 0, late 0, miss 1", other.toString());
  }

  @Test
  void longMessagesAreCutAsPostgresqlCutsThem() {
    Node node = new Node(1);
    Talk talk = new Talk();
    // Two UTF-16 units each, with the cut between them for whoever counts units.
    talk.turn(node, "😀".repeat(Recent.CODE_POINTS + 3), "a" + "😀".repeat(Recent.CODE_POINTS));
    talk.turn(node, "short", "ã̃\u2028\u0001\"\\");
    talk.turn(node, "last", "");
    talk.turn(node, "after no answer", "fine");
    assertEquals("hit 3, late 0, miss 1", node.toString());
  }

  @Test
  void aTurnThatEndedElsewhereMakesNoTrueCopy() {
    Node node = new Node(1);
    Talk talk = new Talk();
    talk.turn(node, "one", "first");
    talk.begin(node, "two");
    // Another node ends it, with other words, and this one never hears of it.
    Talk.Open lost = talk.open.remove();
    talk.open.add(new Talk.Open(new Node(0), lost.begun(), lost.answer(), lost.fence()));
    talk.end("said by another");
    talk.turn(node, "three", "third");
    assertEquals("hit 1, late 1, miss 1", node.toString());
  }

  @Test
  void anotherUsersCopyIsNoOnesElse() {
    Node node = new Node(1);
    Talk mine = new Talk();
    mine.turn(node, "secret", "yes");
    Scope stranger = db.user(mine.scope.tenantId(), "member");
    UUID turn = Ids.next();
    TurnRequest request = TurnRequest.of(mine.id, "and?", UUID.randomUUID().toString());
    Message message = Message.ofUser(Ids.next(), mine.id, turn, "text", request, Instant.now());
    Beginning intruder =
        new Beginning(
            stranger, mine.id, turn, message, Ids.next(), request, "{}", false, Instant.now());
    assertThrows(Failure.class, () -> node.store.begin(intruder));
    // Nor when the guest's conversation has become somebody's.
    assertEquals(Optional.empty(), node.recent.find(stranger, mine.id));
  }

  @Test
  void aRestoreMakesEveryCopyVoid() {
    Node node = new Node(1);
    Talk talk = new Talk();
    talk.turn(node, "one", "first");
    sql("UPDATE message SET content = 'restored' WHERE conversation_id = ?", talk.id);
    // As a restore leaves it: the numbers are those of before, the words need not be.
    sql("UPDATE conversation SET history_changes = 0 WHERE id = ?", talk.id);
    sql("UPDATE stream_epoch SET epoch = ?::uuid::text", Ids.next());
    talk.turn(node, "two", "second");
    assertEquals("hit 0, late 1, miss 1", node.toString());
  }

  @Test
  void aDroppedMonthIsForgotten() throws SQLException {
    Node node = new Node(1);
    Talk talk = new Talk();
    try (Connection owner = db.owner();
        var statement = owner.createStatement()) {
      statement.execute(
          "CREATE TABLE message_202001 PARTITION OF message FOR VALUES FROM"
              + " (uuid_from_time('2020-01-01Z')) TO (uuid_from_time('2020-02-01Z'))");
      statement.execute("UPDATE tenant SET settings = '{\"privacy\": {\"retention_days\": 30}}'");
    }
    sql(
        "INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)"
            + " SELECT uuid_from_time('2020-01-10Z'), tenant_id, user_id, id, 'user', 'old', now()"
            + " FROM conversation WHERE id = ?",
        talk.id);
    sql("UPDATE conversation SET message_count = message_count + 1 WHERE id = ?", talk.id);
    talk.turn(node, "one", "first");
    talk.turn(node, "two", "second");
    assertEquals("hit 1, late 0, miss 1", node.toString());
    try (Connection owner = db.owner();
        var dropped =
            owner
                .createStatement()
                .executeQuery("SELECT messages FROM drop_expired_months(now(), true)")) {
      assertTrue(dropped.next());
      assertEquals(1, dropped.getLong(1));
    }
    talk.turn(node, "three", "third");
    assertEquals("hit 1, late 1, miss 1", node.toString());
  }

  @Test
  void whateverHappensAModelIsToldWhatPostgresqlHas() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Node> nodes = List.of(new Node(1), new Node(1), new Node(0));
    List<Talk> talks = IntStream.range(0, 4).mapToObj(i -> new Talk()).toList();
    for (int step = 0; step < 400; step++) {
      Talk talk = talks.get(random.nextInt(talks.size()));
      Node node = nodes.get(random.nextInt(nodes.size()));
      String words = "words " + step;
      try {
        switch (random.nextInt(12)) {
          case 0, 1, 2, 3 -> talk.turn(node, words, random.nextInt(8) == 0 ? "" : "re: " + words);
          case 4 -> {
            talk.begin(node, words);
            // It waits, at whichever node.
            talk.begin(nodes.get(random.nextInt(nodes.size())), "more " + words);
            talk.end("re: " + words);
            talk.end(random.nextBoolean() ? "re: more " + words : "");
          }
          case 5 -> {
            if (talk.last.isPresent()) {
              talk.again(node, "again: " + words);
            }
          }
          case 6 -> sql(OF_ONE.formatted("UPDATE message SET content = 'edited'"), talk.id);
          case 7 -> sql(OF_ONE.formatted("UPDATE message SET feedback_score = 3"), talk.id);
          case 8 -> sql(OF_ONE.formatted("DELETE FROM message"), talk.id);
          case 9 -> node.recent.forget(talk.scope, talk.id);
          default -> talk.turn(node, words, "re: " + words);
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("step " + step + " of seed " + seed + ", " + nodes, e);
      }
    }
    assertTrue(nodes.get(0).count("hit") > 0 && nodes.get(0).count("late") > 0, nodes.toString());
    assertEquals(0, nodes.get(2).count("hit"));
  }
}
