package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import dev.mordomo.TcpProxy.Way;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A turn when its node's connections to PostgreSQL break between a commit and its answer, stall, or
 * when PostgreSQL has lost what it had committed: each word once, each turn ended.
 */
class DeliveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static TestDatabase db;
  private TcpProxy proxy;
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
    proxy = TcpProxy.to(db.port());
    scope = db.tenantWithUser("member");
  }

  @AfterEach
  void end() {
    proxy.close();
  }

  private ChatHouse house(Map<String, String> settings) {
    return new ChatHouse(db.configThrough(proxy.port(), Duration.ofSeconds(3)), settings);
  }

  private ChatHouse house() {
    return house(Map.of());
  }

  /** What was asked is committed, and its answer never comes. */
  private void losingTheAnswerOf(Runnable work, String what, String untilSql, UUID id) {
    proxy.hold(Way.TO_CLIENT);
    work.run();
    Await.until(what, () -> number(untilSql, id) > 0, PATIENCE);
    proxy.reset();
    proxy.heal();
  }

  private static long number(String sql, Object parameter) {
    return query(sql, Tuple.of(parameter)).iterator().next().getLong(0);
  }

  private static RowSet<Row> query(String sql, Tuple parameters) {
    return db.database().callSystem(sql, parameters);
  }

  private static List<StreamEvent> rows(UUID conversation) {
    List<StreamEvent> rows = new ArrayList<>();
    query(
            "SELECT \"offset\", type, payload::text FROM event WHERE channel_id = $1 ORDER BY 1",
            Tuple.of(conversation))
        .forEach(
            row -> rows.add(new StreamEvent(row.getLong(0), row.getString(1), row.getString(2))));
    assertEquals(
        LongStream.rangeClosed(1, rows.size()).boxed().toList(),
        rows.stream().map(StreamEvent::offset).toList());
    return rows;
  }

  private static List<JsonNode> deltas(List<StreamEvent> rows) {
    return rows.stream()
        .filter(row -> row.type().equals("turn.delta"))
        .map(row -> Json.read(row.payload()))
        .toList();
  }

  private static String said(List<StreamEvent> rows) {
    List<JsonNode> deltas = deltas(rows);
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < deltas.size(); i++) {
      assertEquals(i, deltas.get(i).get("index").asInt());
      said.append(deltas.get(i).get("text").asText());
    }
    return said.toString();
  }

  /**
   * Statements are prepared on its connections: asking for them anew would need an answer first.
   */
  private void warm(ChatHouse house) throws InterruptedException {
    house.chat.startTurn(scope, words(house.conversation(scope), "olá"));
    house.model.next().say("Olá.").end();
    house.until("turn.completed");
  }

  private List<Message> messages(ChatHouse house, UUID conversation) {
    return house.chat.messages(scope, conversation, Optional.empty(), 50).messages();
  }

  @Test
  void aFlushWhoseAnswerIsLostIsWrittenOnce() throws Exception {
    try (ChatHouse house = house()) {
      warm(house);
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "flush"));
      ScriptedModel.Session session = house.model.next();
      session.say("Um, ");
      house.until("turn.delta");
      losingTheAnswerOf(
          () -> session.say("dois, "),
          "the words are there",
          "SELECT count(*) FROM event WHERE channel_id = $1 AND payload->>'text' = 'dois, '",
          conversation);
      session.say("três.").end();
      house.until("turn.completed");

      assertEquals("Um, dois, três.", said(rows(conversation)));
      assertEquals("Um, dois, três.", messages(house, conversation).getLast().content());
    }
  }

  @Test
  void anEndWhoseAnswerIsLostIsToldAndStoredOnce() throws Exception {
    try (ChatHouse house = house()) {
      warm(house);
      UUID conversation = house.conversation(scope).id();
      TurnStarted turn =
          house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "finish"));
      ScriptedModel.Session session = house.model.next();
      session.say("Pronto.");
      house.until("turn.delta");
      losingTheAnswerOf(
          session::end,
          "the end is there",
          "SELECT count(*) FROM turn WHERE id = $1 AND status = 'completed'",
          turn.turnId());
      StreamEvent told = house.until("turn.completed").getLast();

      List<StreamEvent> rows = rows(conversation);
      assertEquals(rows.getLast().offset(), told.offset());
      assertEquals(1, rows.stream().filter(row -> row.type().equals("turn.completed")).count());
      assertEquals(2, messages(house, conversation).size());
      assertEquals(2, house.chat.get(scope, conversation).messageCount());
      assertEquals(1, number("SELECT count(*) FROM usage WHERE turn_id = $1", turn.turnId()));
      // The conversation goes on.
      house.chat.startTurn(scope, TurnRequest.of(conversation, "mais", "finish-2"));
      house.model.next().say("Mais.").end();
      house.until("turn.completed");
    }
  }

  @Test
  void aBeginningWhoseAnswerIsLostRunsOnce() throws Exception {
    try (ChatHouse house = house();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      warm(house);
      UUID conversation = house.conversation(scope).id();
      TurnRequest request = TurnRequest.of(conversation, "conta", "begin");
      List<CompletableFuture<TurnStarted>> started = new ArrayList<>();
      losingTheAnswerOf(
          () ->
              started.add(
                  CompletableFuture.supplyAsync(
                      () -> house.chat.startTurn(scope, request), threads)),
          "the turn is there",
          "SELECT count(*) FROM turn WHERE conversation_id = $1",
          conversation);
      TurnStarted turn = started.getFirst().get();
      house.model.next().say("Uma vez.").end();
      house.until("turn.completed");
      assertEquals(turn.turnId(), house.chat.startTurn(scope, request).turnId());
      assertEquals(2, house.model.requests().size());
      assertEquals("Uma vez.", said(rows(conversation)));
      assertEquals("turn.started", rows(conversation).getFirst().type());
    }
  }

  /**
   * Whether the end of a turn waits for a lock, and behind it the claim of another: an end locks
   * its channel with its conversation, a claim the conversation first.
   */
  private static boolean theClaimWaitsBehindTheEnd() {
    return query(
                """
                SELECT count(*) FROM pg_locks ending JOIN pg_locks claiming
                  ON ending.waitstart < claiming.waitstart
                WHERE EXISTS (SELECT FROM pg_locks WHERE pid = ending.pid AND mode = 'RowShareLock'
                    AND relation = 'channel'::regclass)
                  AND EXISTS (SELECT FROM pg_locks WHERE pid = claiming.pid AND mode = 'RowShareLock'
                    AND relation = 'conversation'::regclass)
                  AND NOT EXISTS (SELECT FROM pg_locks WHERE pid = claiming.pid
                    AND relation = 'channel'::regclass)
                """,
                Tuple.tuple())
            .iterator()
            .next()
            .getLong(0)
        > 0;
  }

  @Test
  void aClaimWhoseAnswerIsLostRunsItsTurnOnce() throws Exception {
    // Neither takes the other for silent while its beat waits at the door.
    Map<String, String> patient = Map.of("chat.node_lease", "60s");
    try (ChatHouse house = house(patient);
        ChatHouse other = new ChatHouse(db, patient)) {
      UUID conversation = house.conversation(scope).id();
      other.chat.startTurn(scope, TurnRequest.of(conversation, "um", "claim-1"));
      ScriptedModel.Session first = other.model.next();
      TurnStarted second =
          house.chat.startTurn(scope, TurnRequest.of(conversation, "dois", "claim-2"));
      assertEquals(TurnStatus.QUEUED, second.status());
      try (Connection owner = db.owner();
          Statement statement = owner.createStatement()) {
        owner.setAutoCommit(false);
        // At this door both have to pass: first the end of the one, then the beat's claim.
        statement.execute(
            "SELECT 1 FROM conversation WHERE id = '" + conversation + "' FOR UPDATE");
        first.say("Um.").end();
        Await.until("both wait", DeliveryTest::theClaimWaitsBehindTheEnd, PATIENCE);
        losingTheAnswerOf(
            () -> commit(owner),
            "the claim is there",
            "SELECT count(*) FROM turn WHERE id = $1 AND status IN ('retrieving', 'running')",
            second.turnId());
      }
      house.model.next().say("Dois.").end();
      house.until("turn.completed");
      List<StreamEvent> rows = rows(conversation);
      assertEquals(2, rows.stream().filter(row -> row.type().equals("turn.completed")).count());
      assertEquals(4, messages(house, conversation).size());
      assertEquals("Dois.", messages(house, conversation).getLast().content());
      assertEquals(1, house.model.requests().size());
      assertEquals(1, number("SELECT count(*) FROM usage WHERE turn_id = $1", second.turnId()));
    }
  }

  @Test
  void aClaimThatWaitsForALockDoesNotCostTheNodeItsLease() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of("chat.node_lease", "2s"))) {
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "um", "lease-1"));
      ScriptedModel.Session first = house.model.next();
      UUID second =
          house.chat.startTurn(scope, TurnRequest.of(conversation, "dois", "lease-2")).turnId();
      String lease =
          "SELECT extract(epoch FROM lease_until)::bigint FROM node"
              + " WHERE id = (SELECT node_id FROM turn WHERE id = $1)";
      try (Connection owner = db.owner();
          Statement statement = owner.createStatement()) {
        owner.setAutoCommit(false);
        statement.execute(
            "SELECT 1 FROM conversation WHERE id = '" + conversation + "' FOR UPDATE");
        Await.until(
            "the claim waits",
            () ->
                query(
                            """
                            SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                            WHERE NOT granted AND datname = current_database()
                            """,
                            Tuple.tuple())
                        .iterator()
                        .next()
                        .getLong(0)
                    > 0,
            PATIENCE);
        long before = number(lease, second);
        Await.until("the lease goes on", () -> number(lease, second) > before + 2, PATIENCE);
        commit(owner);
      }
      first.say("Um.").end();
      house.model.next().say("Dois.").end();
      house.until("turn.completed");
      house.until("turn.completed");
    }
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTurnThatWasRefusedAndYetStoredIsRunAllTheSame() throws Exception {
    try (ChatHouse house = house();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      warm(house);
      UUID conversation = house.conversation(scope).id();
      TurnRequest request = TurnRequest.of(conversation, "conta", "refused");
      proxy.hold(Way.TO_CLIENT);
      var started =
          CompletableFuture.supplyAsync(() -> house.chat.startTurn(scope, request), threads);
      Await.until(
          "the turn is there",
          () -> number("SELECT count(*) FROM turn WHERE conversation_id = $1", conversation) > 0,
          PATIENCE);
      proxy.refuse();
      proxy.reset();
      Failure refused =
          assertThrows(
              Failure.class,
              () -> {
                try {
                  started.join();
                } catch (java.util.concurrent.CompletionException e) {
                  throw e.getCause();
                }
              });
      assertEquals(FailureCode.UNAVAILABLE, refused.code());
      assertTrue(refused.code().retryable());
      proxy.heal();
      house.model.next().say("Aqui estou.").end();
      house.until("turn.completed");
      // The client does as it was told, and finds the answer.
      TurnStarted again = house.chat.startTurn(scope, request);
      assertEquals(TurnStatus.COMPLETED, again.status());
      assertEquals(2, house.model.requests().size());
      assertEquals("Aqui estou.", messages(house, conversation).getLast().content());
    }
  }

  /** As a crash leaves it: the last asynchronous commit is gone, whole. */
  private static void lose(String last, UUID conversation) throws SQLException {
    try (Connection owner = db.owner();
        PreparedStatement event =
            owner.prepareStatement(
                "DELETE FROM event WHERE payload->>'text' = ? AND channel_id = ?");
        PreparedStatement channel =
            owner.prepareStatement(
                "UPDATE channel SET last_offset = last_offset - 1, flushed_count = flushed_count -"
                    + " 1, flushed_offset = flushed_offset - 1 WHERE id = ?")) {
      event.setString(1, last);
      event.setObject(2, conversation);
      assertEquals(1, event.executeUpdate());
      channel.setObject(1, conversation);
      assertEquals(1, channel.executeUpdate());
    }
  }

  /** Nothing waits that would be flushed and ask: the end itself does. */
  @Test
  void whatPostgresLosesBeforeATurnEndsIsSaidAgainWithItsEnd() throws Exception {
    try (ChatHouse house = house()) {
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "lost at the end"));
      ScriptedModel.Session session = house.model.next();
      session.say("Um, ");
      house.until("turn.delta");
      session.say("dois.");
      house.until("turn.delta");
      lose("dois.", conversation);
      session.end();
      house.until("turn.completed");
      assertEquals("Um, dois.", messages(house, conversation).getLast().content());
      List<StreamEvent> rows = rows(conversation);
      assertEquals("Um, dois.", said(rows));
      assertEquals("turn.completed", rows.getLast().type());
    }
  }

  @Test
  void whatPostgresLosesInACrashIsSaidAgain() throws Exception {
    try (ChatHouse house = house()) {
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "lost"));
      ScriptedModel.Session session = house.model.next();
      session.say("Um, ");
      house.until("turn.delta");
      session.say("dois, ");
      house.until("turn.delta");
      lose("dois, ", conversation);
      session.say("três.");
      Await.until(
          "all is there again", () -> said(rows(conversation)).equals("Um, dois, três."), PATIENCE);
      session.end();
      house.until("turn.completed");
      assertEquals("Um, dois, três.", messages(house, conversation).getLast().content());
    }
  }

  @Test
  void anAnswerThatCannotBeStoredForLongStopsAndIsKept() throws Exception {
    try (ChatHouse house = house(Map.of("chat.store_patience", "1s"))) {
      UUID conversation = house.conversation(scope).id();
      TurnStarted turn =
          house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "stalled"));
      ScriptedModel.Session session = house.model.next();
      session.say("Um, ");
      house.until("turn.delta");
      proxy.refuse();
      proxy.reset();
      Await.until(
          "the model is let go",
          () -> {
            session.say("mais, ");
            return session.isCancelled();
          },
          PATIENCE);
      proxy.heal();
      JsonNode failed = Json.read(house.until("turn.failed").getLast().payload());
      assertEquals("unavailable", failed.get("code").asText());
      assertTrue(failed.get("retryable").asBoolean());
      String kept = messages(house, conversation).getLast().content();
      assertTrue(kept.startsWith("Um, mais, "), kept);
      assertEquals(kept, said(rows(conversation)));
      assertEquals(TurnStatus.FAILED, house.chat.turn(scope, turn.turnId()).status());
    }
  }

  @Test
  void aDatabaseThatStandsStillIsGivenUpAndFoundAgain() throws Exception {
    try (ChatHouse house = house()) {
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "still"));
      ScriptedModel.Session session = house.model.next();
      session.say("Um, ");
      house.until("turn.delta");
      proxy.hold();
      session.say("dois, ");
      // Connections that swallow all are dropped by their silence, in 3 s + 2 s here.
      Failure late = assertThrows(Failure.class, () -> house.chat.get(scope, conversation));
      assertEquals(FailureCode.UNAVAILABLE, late.code());
      proxy.reset();
      proxy.heal();
      session.say("três.").end();
      house.until("turn.completed");
      assertEquals("Um, dois, três.", said(rows(conversation)));
    }
  }

  @Test
  void whatCannotBeStoredEndsItsTurnAndNoOther() throws Exception {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ChatHouse house = house(Map.of("chat.node_lease", "2s"))) {
      statement.execute(
          "ALTER TABLE event ADD CONSTRAINT poison CHECK (payload::text NOT LIKE '%veneno%')");
      try {
        UUID good = house.conversation(scope).id();
        UUID bad = house.conversation(scope).id();
        house.chat.startTurn(scope, TurnRequest.of(good, "conta", "good"));
        ScriptedModel.Session goodSession = house.model.next();
        TurnStarted badTurn = house.chat.startTurn(scope, TurnRequest.of(bad, "conta", "bad"));
        ScriptedModel.Session badSession = house.model.next();
        for (int i = 0; i < 20; i++) {
          goodSession.say("palavra ");
          badSession.say("veneno ");
        }
        Await.until("the model is let go", badSession::isCancelled, PATIENCE);
        goodSession.end();
        house.until("turn.completed");
        assertEquals("palavra ".repeat(20), said(rows(good)));
        Await.until(
            "the other ends too",
            () -> house.chat.turn(scope, badTurn.turnId()).status() == TurnStatus.FAILED,
            PATIENCE);
        assertEquals("", said(rows(bad)));
        assertEquals(2, house.model.requests().size(), "it is not begun again by itself");
        assertEquals(
            "interrupted", house.chat.turn(scope, badTurn.turnId()).error().orElseThrow().code());
      } finally {
        statement.execute("ALTER TABLE event DROP CONSTRAINT poison");
      }
    }
  }

  @Test
  void charactersThatTextCannotHoldDoNotBreakTheTurn() throws Exception {
    try (ChatHouse house = house()) {
      UUID conversation = house.conversation(scope).id();
      house.chat.startTurn(scope, TurnRequest.of(conversation, "conta", "odd"));
      ScriptedModel.Session session = house.model.next();
      session.say("a\0b ");
      house.until("turn.delta");
      // Half a smile, and then the other half.
      session.say("\uD83D");
      session.say("\uDE00");
      session.say("!").end();
      house.until("turn.completed");
      assertEquals("a\uFFFDb \uD83D\uDE00!", said(rows(conversation)));
      assertEquals("a\uFFFDb \uD83D\uDE00!", messages(house, conversation).getLast().content());
    }
  }

  @Test
  void whatWaitsOnANodeThatStopsIsTakenUpByAnother() throws Exception {
    try (ChatHouse other = new ChatHouse(db, Map.of("chat.node_lease", "3s"))) {
      Conversation conversation;
      ScriptedModel.Session running;
      ChatHouse stopping = new ChatHouse(db, Map.of("chat.node_lease", "3s"));
      try (stopping) {
        conversation = stopping.conversation(scope);
        stopping.chat.startTurn(scope, words(conversation, "primeira"));
        running = stopping.model.next();
        TurnStarted waiting = stopping.chat.startTurn(scope, words(conversation, "segunda"));
        assertEquals(TurnStatus.QUEUED, waiting.status());
        var drained = stopping.chat.drain(PATIENCE);
        Failure refused =
            assertThrows(
                Failure.class,
                () -> stopping.chat.startTurn(scope, words(conversation, "terceira")));
        assertEquals(FailureCode.SHUTTING_DOWN, refused.code());
        assertTrue(refused.code().retryable());
        assertFalse(drained.isComplete());
        running.say("Um.").end();
        drained.await();
      }
      ScriptedModel.Session taken = other.model.next();
      assertTrue(taken.request.messages().toString().contains("segunda"));
      taken.say("Dois.").end();
      other.until("turn.completed");
      assertEquals("Dois.", messages(other, conversation.id()).getLast().content());
    }
  }
}
