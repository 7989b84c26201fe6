package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.chat.GroupCall.Outcome;
import dev.mordomo.chat.TurnBeginStore.Beginning;
import dev.mordomo.chat.TurnBeginStore.Begun;
import dev.mordomo.chat.TurnEndStore.Call;
import dev.mordomo.chat.TurnEndStore.End;
import dev.mordomo.chat.TurnEndStore.Ending;
import dev.mordomo.chat.TurnEndStore.Finished;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Turns of several users that begin and end together, on a real database, from two nodes at once.
 */
class TurnGroupTest {
  private static final int QUEUED = 3;
  private static TestDatabase db;
  private static ExecutorService threads;
  private static TurnBeginStore one;
  private static TurnBeginStore other;
  private static TurnEndStore ends;
  private static TurnEndStore otherEnds;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    threads = Executors.newVirtualThreadPerTaskExecutor();
    one = new TurnBeginStore(db.vertx(), db.database(), Ids.next(), QUEUED, remembering());
    other = new TurnBeginStore(db.vertx(), db.database(), Ids.next(), QUEUED, remembering());
    ends = new TurnEndStore(db.vertx(), db.database());
    otherEnds = new TurnEndStore(db.vertx(), db.database());
  }

  private static RecentTurns remembering() {
    return RecentTurns.open(db.vertx(), RecentConfig.NONE, db.keyring(), new SimpleMeterRegistry());
  }

  @AfterAll
  static void close() {
    threads.close();
    db.close();
  }

  private record Talk(Scope scope, UUID id) {}

  private static Talk talk(Scope scope) {
    UUID id = Ids.next();
    Tuple whose = Tuple.of(id, scope.tenantId(), scope.userId());
    db.database()
        .as(
            scope,
            connection -> {
              Database.run(
                  connection,
                  "INSERT INTO conversation (id, tenant_id, user_id, model, collections,"
                      + " started_at, last_message_at, ended_at)"
                      + " VALUES ($1, $2, $3, 'test', '{}', now(), now(), now())",
                  whose);
              return Database.run(
                  connection,
                  "INSERT INTO channel (id, kind, tenant_id, user_id)"
                      + " VALUES ($1, 'conversation', $2, $3)",
                  whose);
            });
    return new Talk(scope, id);
  }

  private static Talk talk() {
    return talk(db.tenantWithUser("member"));
  }

  private static List<Talk> talks(int count) {
    return IntStream.range(0, count).mapToObj(i -> talk()).toList();
  }

  private static Beginning words(Talk talk, String clientMessageId, String content) {
    return words(talk.scope(), talk.id(), clientMessageId, content);
  }

  private static Beginning words(
      Scope scope, UUID conversation, String clientMessageId, String content) {
    UUID turn = Ids.next();
    Instant at = Instant.now();
    TurnRequest request = TurnRequest.of(conversation, content, clientMessageId);
    Message message = Message.ofUser(Ids.next(), conversation, turn, "text", request, at);
    return new Beginning(
        scope, conversation, turn, message, Ids.next(), request, "{\"a\": 1}", false, at);
  }

  private static Beginning words(Talk talk) {
    return words(talk, UUID.randomUUID().toString(), "olá  mundo");
  }

  private static End end(Talk talk, Begun turn, UUID message) {
    return end(talk.scope(), talk.id(), turn.turn(), turn.fence(), message);
  }

  private static End end(Scope scope, UUID conversation, UUID turn, long fence, UUID message) {
    Instant at = Instant.now();
    Message said =
        new Message(
            message,
            conversation,
            Optional.of(turn),
            "assistant",
            "text",
            "resposta",
            List.of(),
            new Message.Tokens(3, 5),
            Optional.of("test"),
            Optional.of("greeting"),
            Optional.of(0.5),
            Optional.of(12),
            Optional.empty(),
            false,
            Optional.empty(),
            Map.of("k", "v"),
            at);
    return new End(
        scope,
        conversation,
        turn,
        fence,
        0,
        new Ending(
            TurnStatus.COMPLETED,
            Optional.empty(),
            List.of(new Draft("turn.delta", "{\"n\": 1}"), new Draft("turn.completed", "{}")),
            Optional.of(said),
            List.of(),
            List.of(new Call(Ids.next(), "test", 3, 5))),
        at);
  }

  private static long number(String sql, UUID id) {
    return db.database().callSystem(sql, Tuple.of(id)).iterator().next().getLong(0);
  }

  private static String text(String sql, UUID id) {
    return String.valueOf(
        db.database().callSystem(sql, Tuple.of(id)).iterator().next().getValue(0));
  }

  /** Events stand one after the other, from the first. */
  private static void assertContiguous(UUID conversation, int count) {
    List<Long> offsets = new ArrayList<>();
    db.database()
        .callSystem(
            "SELECT \"offset\" FROM event WHERE channel_id = $1 ORDER BY 1", Tuple.of(conversation))
        .forEach(row -> offsets.add(row.getLong(0)));
    assertEquals(LongStream.rangeClosed(1, count).boxed().toList(), offsets);
    assertEquals(count, number("SELECT last_offset FROM channel WHERE id = $1", conversation));
  }

  private static void assertUntouched(UUID conversation) {
    assertEquals(
        0, number("SELECT message_count::bigint FROM conversation WHERE id = $1", conversation));
    assertEquals(0, number("SELECT count(*) FROM turn WHERE conversation_id = $1", conversation));
    assertEquals(
        0, number("SELECT count(*) FROM message WHERE conversation_id = $1", conversation));
    assertEquals(0, number("SELECT fence FROM channel WHERE id = $1", conversation));
    assertContiguous(conversation, 0);
  }

  private static List<Outcome<Row>> together(TurnBeginStore store, List<Beginning> all) {
    return Database.await(store.together(all, false));
  }

  private static Row done(Outcome<Row> outcome) {
    if (outcome instanceof Outcome.Done<Row>(Row row)) {
      return row;
    }
    throw new AssertionError("not done: " + outcome);
  }

  private static FailureCode refused(Outcome<Row> outcome) {
    return assertInstanceOf(Outcome.Refused.class, outcome).failure().code();
  }

  private static <T> List<CompletableFuture<T>> atOnce(List<Supplier<T>> work) {
    return work.stream().map(each -> CompletableFuture.supplyAsync(each, threads)).toList();
  }

  private static FailureCode failure(CompletableFuture<?> future) {
    CompletionException e = assertThrows(CompletionException.class, future::join);
    return assertInstanceOf(Failure.class, e.getCause()).code();
  }

  @Test
  void aGroupIsBegunAndEndedWhole() {
    List<Talk> talks = talks(8);
    List<Beginning> asked = talks.stream().map(TurnGroupTest::words).toList();
    List<Outcome<Row>> begun = together(one, asked);
    for (int i = 0; i < talks.size(); i++) {
      UUID id = talks.get(i).id();
      Row row = done(begun.get(i));
      assertEquals(asked.get(i).turn(), row.getUUID("turn_id"));
      assertEquals(asked.get(i).message().id(), row.getUUID("message_id"));
      assertEquals(id, row.getUUID("conversation_id"));
      assertEquals("running", row.getString("turn_status"));
      assertEquals(1, row.getLong("fence"));
      assertEquals(1, row.getLong("last_offset"));
      assertEquals("test", row.getString("conversation_model"));
      assertEquals(0, row.getArrayOfUUIDs("collections").length);
      assertEquals("[]", row.getString("history"));
      assertTrue(row.getBoolean("first_turn"));
      assertEquals("olá mundo", text("SELECT title FROM conversation WHERE id = $1", id));
      assertEquals("null", text("SELECT ended_at FROM conversation WHERE id = $1", id));
      assertEquals(
          asked.get(i).turn().toString(), text("SELECT writer FROM channel WHERE id = $1", id));
      assertContiguous(id, 1);
    }
    List<End> ending = new ArrayList<>();
    for (int i = 0; i < talks.size(); i++) {
      Talk talk = talks.get(i);
      ending.add(
          end(talk.scope(), talk.id(), asked.get(i).turn(), 1, asked.get(i).assistantMessage()));
    }
    // The second time as the first.
    for (int time = 0; time < 2; time++) {
      for (Outcome<Row> outcome : Database.await(ends.together(ending, false))) {
        Row row = done(outcome);
        assertEquals(3, row.getLong("last_offset"));
        assertFalse(row.getBoolean("more"));
      }
      for (Talk talk : talks) {
        UUID id = talk.id();
        assertContiguous(id, 3);
        assertEquals(2, number("SELECT message_count::bigint FROM conversation WHERE id = $1", id));
        assertEquals(1, number("SELECT count(*) FROM usage WHERE conversation_id = $1", id));
        assertEquals(
            "turn.started turn.delta turn.completed",
            text(
                "SELECT string_agg(type, ' ' ORDER BY \"offset\") FROM event WHERE channel_id = $1",
                id));
        assertEquals(
            "completed 3 1",
            text(
                "SELECT status || ' ' || end_offset || ' ' || fence FROM turn WHERE conversation_id"
                    + " = $1",
                id));
        assertEquals(
            "1 turn.ask completed 3 5 test",
            text(
                "SELECT concat_ws(' ', count(*), min(a.action), min(a.outcome),"
                    + " sum(a.prompt_tokens), sum(a.completion_tokens), min(a.model)) FROM asked a"
                    + " JOIN turn t ON t.id = a.turn_id AND t.user_message_id = a.question_id AND"
                    + " t.message_id = a.answer_id AND t.user_id = a.actor_id WHERE"
                    + " a.conversation_id = $1",
                id));
        assertEquals(
            "resposta 3 5 test greeting 0.5 12 {\"k\": \"v\"}",
            text(
                "SELECT concat_ws(' ', content, prompt_tokens, completion_tokens, model, intent,"
                    + " confidence, latency_ms, time_to_first_token_ms, metadata) FROM message"
                    + " WHERE conversation_id = $1 AND role = 'assistant'",
                id));
      }
    }
  }

  @Test
  void whatIsAnothersIsRefusedForItselfAndLeavesNoTrace() {
    Talk mine = talk();
    Talk foreign = talk();
    Talk colleague = talk(db.user(mine.scope().tenantId(), "admin"));
    List<Outcome<Row>> begun =
        together(
            one,
            List.of(
                words(mine.scope(), foreign.id(), "a", "x"),
                words(mine.scope(), colleague.id(), "b", "x"),
                words(mine.scope(), Ids.next(), "c", "x"),
                words(mine, "d", "x"),
                // Their conversation, their user, and my tenant; and the other way round.
                words(
                    new Scope(mine.scope().tenantId(), foreign.scope().userId(), "admin"),
                    foreign.id(),
                    "e",
                    "x"),
                words(
                    new Scope(foreign.scope().tenantId(), mine.scope().userId(), "admin"),
                    foreign.id(),
                    "f",
                    "x")));
    for (int i : new int[] {0, 1, 2, 4, 5}) {
      assertEquals(FailureCode.NOT_FOUND, refused(begun.get(i)), "item " + i);
    }
    assertInstanceOf(Outcome.Done.class, begun.get(3));
    assertUntouched(foreign.id());
    assertUntouched(colleague.id());
    assertContiguous(mine.id(), 1);
  }

  @Test
  void anothersTurnCannotBeEndedAndAnothersWordsAreNotAnswered() {
    Talk mine = talk();
    Talk foreign = talk();
    Begun theirs = one.begin(words(foreign, "theirs", "segredo"));
    // The same id of a message is another turn for another user.
    assertNotEquals(theirs.turn(), one.begin(words(mine, "theirs", "x")).turn());
    for (Scope scope :
        List.of(
            mine.scope(),
            db.user(foreign.scope().tenantId(), "admin"),
            new Scope(mine.scope().tenantId(), foreign.scope().userId(), "member"))) {
      Failure refused =
          assertThrows(
              Failure.class,
              () ->
                  ends.finish(end(scope, foreign.id(), theirs.turn(), theirs.fence(), Ids.next())));
      assertEquals(FailureCode.CONFLICT, refused.code());
    }
    assertContiguous(foreign.id(), 1);
    assertEquals(
        1, number("SELECT message_count::bigint FROM conversation WHERE id = $1", foreign.id()));
    assertEquals("running", text("SELECT status FROM turn WHERE id = $1", theirs.turn()));
    assertEquals(0, number("SELECT count(*) FROM usage WHERE turn_id = $1", theirs.turn()));
    Finished theirEnd = (Finished) ends.finish(end(foreign, theirs, Ids.next()));
    assertEquals(3, theirEnd.position().offset());
  }

  @Test
  void whoIsFencedOutIsRefusedAndTheOthersEnd() {
    List<Talk> talks = talks(3);
    List<Begun> begun = talks.stream().map(talk -> one.begin(words(talk))).toList();
    List<End> ending = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      long fence = begun.get(i).fence() + (i == 1 ? 1 : 0);
      ending.add(
          end(talks.get(i).scope(), talks.get(i).id(), begun.get(i).turn(), fence, Ids.next()));
    }
    List<Outcome<Row>> ended = Database.await(ends.together(ending, false));
    assertInstanceOf(Outcome.Done.class, ended.get(0));
    assertEquals(FailureCode.CONFLICT, refused(ended.get(1)));
    assertInstanceOf(Outcome.Done.class, ended.get(2));
    assertContiguous(talks.get(0).id(), 3);
    assertContiguous(talks.get(1).id(), 1);
    assertEquals(
        1, number("SELECT count(*) FROM message WHERE conversation_id = $1", talks.get(1).id()));
  }

  @Test
  void ofTwoInOneConversationOrWithOneIdTheFirstIsDone() {
    Talk talk = talk();
    Talk second = talk(talk.scope());
    List<Outcome<Row>> begun =
        together(
            one,
            List.of(
                words(talk, "first", "x"), words(talk, "other", "x"), words(second, "first", "x")));
    assertEquals(
        List.of(Outcome.Done.class, Outcome.Busy.class, Outcome.Busy.class),
        begun.stream().map(Outcome::getClass).toList());
    assertContiguous(talk.id(), 1);
    assertUntouched(second.id());
    Begun known = one.begin(words(second, "first", "x"));
    assertTrue(known.existing());
    assertEquals(talk.id(), known.conversation());
    assertEquals(TurnStatus.QUEUED, one.begin(words(talk, "other", "x")).status());
  }

  @Test
  void theSameWordsInTwoGroupsAtOnceAreOneTurn() {
    List<Talk> talks = talks(12);
    List<Supplier<Begun>> work = new ArrayList<>();
    for (Talk talk : talks) {
      work.add(() -> one.begin(words(talk, "same", "x")));
      work.add(() -> other.begin(words(talk, "same", "x")));
    }
    List<Begun> begun = atOnce(work).stream().map(CompletableFuture::join).toList();
    for (int i = 0; i < talks.size(); i++) {
      Begun a = begun.get(2 * i);
      Begun b = begun.get(2 * i + 1);
      assertEquals(a.turn(), b.turn());
      assertEquals(a.message(), b.message());
      assertNotEquals(a.existing(), b.existing());
      assertContiguous(talks.get(i).id(), 1);
      assertEquals(
          1,
          number(
              "SELECT message_count::bigint FROM conversation WHERE id = $1", talks.get(i).id()));
    }
  }

  @Test
  void theSameIdsInOtherConversationsAtOnceDoNotStandInEachOthersWay() {
    Scope scope = db.tenantWithUser("member");
    List<Talk> here = IntStream.range(0, 10).mapToObj(i -> talk(scope)).toList();
    List<Talk> there = IntStream.range(0, 10).mapToObj(i -> talk(scope)).toList();
    List<Beginning> first = new ArrayList<>();
    List<Beginning> second = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      first.add(words(here.get(i), "id" + i, "x"));
      second.addFirst(words(there.get(i), "id" + i, "x"));
    }
    List<List<Outcome<Row>>> both =
        atOnce(
                List.<Supplier<List<Outcome<Row>>>>of(
                    () -> together(one, first), () -> together(other, second)))
            .stream()
            .map(CompletableFuture::join)
            .toList();
    for (int i = 0; i < 10; i++) {
      // Each once: in the other group it is known, or stored just now.
      long fresh =
          number("SELECT count(*) FROM turn WHERE conversation_id = $1", here.get(i).id())
              + number("SELECT count(*) FROM turn WHERE conversation_id = $1", there.get(i).id());
      assertEquals(1, fresh);
      for (Outcome<Row> outcome : List.of(both.get(0).get(i), both.get(1).get(9 - i))) {
        assertFalse(outcome instanceof Outcome.Refused, outcome.toString());
      }
    }
  }

  @Test
  void theQueueIsBoundedExactlyAlsoWhenAllComeAtOnce() {
    Talk talk = talk();
    List<Supplier<Begun>> work = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      TurnBeginStore store = i % 2 == 0 ? one : other;
      work.add(() -> store.begin(words(talk)));
    }
    int running = 0;
    int queued = 0;
    int full = 0;
    for (CompletableFuture<Begun> each : atOnce(work)) {
      try {
        if (each.join().status() == TurnStatus.QUEUED) {
          queued++;
        } else {
          running++;
        }
      } catch (CompletionException e) {
        assertEquals(FailureCode.QUEUE_FULL, failure(each));
        full++;
      }
    }
    assertEquals(List.of(1, QUEUED, 12 - 1 - QUEUED), List.of(running, queued, full));
    assertContiguous(talk.id(), 1 + QUEUED);
    assertEquals(
        1 + QUEUED,
        number("SELECT message_count::bigint FROM conversation WHERE id = $1", talk.id()));
  }

  @Test
  void anEndAndABeginningOfOneConversationAtOnceLoseNothing() {
    for (int round = 0; round < 10; round++) {
      Talk talk = talk();
      Begun first = one.begin(words(talk));
      UUID message = Ids.next();
      var finished =
          CompletableFuture.supplyAsync(() -> ends.finish(end(talk, first, message)), threads);
      var begun = CompletableFuture.supplyAsync(() -> other.begin(words(talk)), threads);
      Finished end = (Finished) finished.join();
      Begun second = begun.join();
      // Who waits is seen by the end, and who is not seen does not wait.
      assertEquals(second.status() == TurnStatus.QUEUED, end.more());
      if (end.more()) {
        assertEquals(
            second.turn(),
            other.claim(talk.scope(), talk.id(), Instant.now()).orElseThrow().turn());
      } else {
        assertEquals(2, second.history().said().size());
        assertEquals(2, second.fence());
      }
      assertContiguous(talk.id(), 4);
      assertEquals(
          3, number("SELECT message_count::bigint FROM conversation WHERE id = $1", talk.id()));
    }
  }

  @Test
  void manyConversationsOnTwoNodesKeepTheirOrder() {
    List<Talk> talks = talks(16);
    int turns = 4;
    List<Supplier<Boolean>> work = new ArrayList<>();
    for (Talk talk : talks) {
      work.add(() -> {
        for (int i = 0; i < turns; i++) {
          Begun begun = (i % 2 == 0 ? one : other).begin(words(talk));
          assertEquals(2 * i, begun.history().said().size());
          assertEquals(i + 1, begun.fence());
          assertEquals(i == 0, begun.first());
          (i % 3 == 0 ? ends : otherEnds).finish(end(talk, begun, Ids.next()));
        }
        return true;
      });
    }
    atOnce(work).forEach(CompletableFuture::join);
    for (Talk talk : talks) {
      assertContiguous(talk.id(), 3 * turns);
      assertEquals(
          2L * turns,
          number("SELECT message_count::bigint FROM conversation WHERE id = $1", talk.id()));
      assertEquals(
          2L * turns, number("SELECT count(*) FROM message WHERE conversation_id = $1", talk.id()));
      assertEquals(
          turns, number("SELECT count(*) FROM usage WHERE conversation_id = $1", talk.id()));
    }
  }

  @Test
  void whoWaitsForAHeldRowWaitsAlone() throws Exception {
    for (String held : List.of("conversation", "channel")) {
      Talk talk = talk();
      Talk free = talk();
      Begun running = one.begin(words(talk));
      try (Connection owner = db.owner();
          Statement statement = owner.createStatement()) {
        owner.setAutoCommit(false);
        statement.execute("SELECT FROM " + held + " WHERE id = '" + talk.id() + "' FOR UPDATE");
        var begins = CompletableFuture.supplyAsync(() -> one.begin(words(talk)), threads);
        var finishes =
            CompletableFuture.supplyAsync(
                () -> ends.finish(end(talk, running, Ids.next())), threads);
        for (int i = 0; i < 3; i++) {
          Begun begun = one.begin(words(free));
          ends.finish(end(free, begun, Ids.next()));
        }
        assertFalse(begins.isDone());
        assertFalse(finishes.isDone());
        owner.rollback();
        Finished end = (Finished) finishes.join();
        assertEquals(begins.join().status() == TurnStatus.QUEUED, end.more());
      }
      assertContiguous(talk.id(), 4);
      assertContiguous(free.id(), 9);
    }
  }

  @Test
  void oneThatCannotBeStoredFailsAloneAndNothingOfItIsLeft() {
    List<Talk> talks = talks(10);
    Talk bad = talks.get(4);
    List<Beginning> asked = new ArrayList<>();
    for (Talk talk : talks) {
      asked.add(talk.equals(bad) ? words(talk, "x".repeat(121), "x") : words(talk));
    }
    assertThrows(Failure.class, () -> together(one, asked));
    talks.forEach(talk -> assertUntouched(talk.id()));
    List<CompletableFuture<Begun>> begun =
        atOnce(asked.stream().map(each -> (Supplier<Begun>) () -> one.begin(each)).toList());
    for (int i = 0; i < talks.size(); i++) {
      if (talks.get(i).equals(bad)) {
        assertEquals(FailureCode.INTERNAL, failure(begun.get(i)));
        assertUntouched(bad.id());
      } else {
        assertEquals(asked.get(i).turn(), begun.get(i).join().turn());
        assertContiguous(talks.get(i).id(), 1);
      }
    }
  }

  @Test
  void anAnswerMadeAgainMarksTheOneThatItReplacesAndNoOther() {
    List<Talk> talks = talks(3);
    List<UUID> answers = new ArrayList<>();
    List<End> again = new ArrayList<>();
    for (Talk talk : talks) {
      Beginning first = words(talk);
      Begun begun = one.begin(first);
      answers.add(first.assistantMessage());
      ends.finish(end(talk, begun, first.assistantMessage()));
      Begun next =
          talk.equals(talks.get(1))
              ? one.begin(words(talk))
              : one.again(
                  talk.scope(),
                  begun.turn(),
                  Ids.next(),
                  Ids.next(),
                  TurnRequest.of(talk.id(), "x", "again:" + begun.turn()),
                  "{}",
                  false,
                  true,
                  Instant.now());
      again.add(end(talk, next, Ids.next()));
    }
    assertEquals(
        List.of(Outcome.Done.class, Outcome.Done.class, Outcome.Done.class),
        Database.await(ends.together(again, false)).stream().map(Outcome::getClass).toList());
    String superseded = "SELECT metadata->>'superseded_by' FROM message WHERE id = $1";
    assertEquals(again.get(0).turn().toString(), text(superseded, answers.get(0)));
    assertEquals("null", text(superseded, answers.get(1)));
    assertEquals(again.get(2).turn().toString(), text(superseded, answers.get(2)));
    assertEquals(2, one.begin(words(talks.get(0))).history().said().size());
  }
}
