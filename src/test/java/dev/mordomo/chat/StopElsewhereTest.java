package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.TcpProxy;
import dev.mordomo.TcpProxy.Way;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import dev.mordomo.model.ToolCall;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stop that comes to another node than the one that runs the turn. The two share PostgreSQL and
 * nothing else: whatever one says on its bus, the other never hears.
 */
class StopElsewhereTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static TestDatabase db;
  private final HeldWork work = new HeldWork();
  private Scope scope;
  private ChatHouse runs;
  private ChatHouse stops;
  private ExecutorService threads;

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
    runs = new ChatHouse(db, Map.of());
    stops = new ChatHouse(db, Map.of());
    threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterEach
  void end() {
    work.letGo();
    threads.close();
    stops.close();
    runs.close();
  }

  private UUID started(ChatHouse at, Conversation conversation, String text) {
    return at.chat.startTurn(scope, words(conversation, text)).turnId();
  }

  private CompletableFuture<Turn> stop(UUID turn, Optional<Integer> spoken) {
    return CompletableFuture.supplyAsync(() -> stops.chat.cancel(scope, turn, spoken), threads);
  }

  private JsonNode told(CompletableFuture<Turn> stop, UUID turn) throws Exception {
    assertEquals(TurnStatus.CANCELLED, stop.get(20, TimeUnit.SECONDS).status());
    JsonNode told = Json.read(runs.until("turn.cancelled").getLast().payload());
    assertEquals(turn.toString(), told.get("turn_id").asText());
    return told;
  }

  private static long number(String sql, UUID id) {
    return db.database().callSystem(sql, Tuple.of(id)).iterator().next().getLong(0);
  }

  private static long usage(UUID turn) {
    return number("SELECT count(*) FROM usage WHERE turn_id = $1", turn);
  }

  /** The conversation goes on, and nothing of the stop is left. */
  private void goesOn(Conversation conversation) throws Exception {
    started(runs, conversation, "de novo");
    runs.model.next().say("Sim.").end();
    runs.until("turn.completed");
  }

  @Test
  void whileItRetrieves() throws Exception {
    runs.retrieval =
        (who, collections, question) -> {
          work.block();
          return List.of();
        };
    Conversation conversation = runs.conversation(scope);
    UUID turn = started(runs, conversation, "procura");
    work.awaitReached();
    long from = System.nanoTime();
    assertTrue(told(stop(turn, Optional.empty()), turn).get("message").isNull());
    assertTrue(System.nanoTime() - from < AT_ONCE.toNanos(), "at once");
    assertEquals(0, usage(turn), "no model was asked");
    runs.retrieval = (who, collections, question) -> List.of();
    goesOn(conversation);
    assertEquals(1, runs.model.requests().size());
  }

  @Test
  void beforeTheFirstWord() throws Exception {
    Conversation conversation = runs.conversation(scope);
    UUID turn = started(runs, conversation, "pensa");
    ScriptedModel.Session session = runs.model.next();
    CompletableFuture<Turn> stop = stop(turn, Optional.empty());
    Await.until("the model is let go", session::isCancelled, AT_ONCE);
    assertEquals("", told(stop, turn).at("/message/content").asText("none"));
    session.say("tarde demais").end();
    assertEquals(1, usage(turn));
    assertEquals(2, runs.chat.get(scope, conversation.id()).messageCount());
    goesOn(conversation);
  }

  @Test
  void whileItSpeaksAndWhatWasHeardIsKept() throws Exception {
    Conversation conversation = runs.conversation(scope);
    UUID turn = started(runs, conversation, "fala");
    ScriptedModel.Session session = runs.model.next();
    session.say("Um \uD83D\uDE00 dois");
    runs.until("turn.delta");
    CompletableFuture<Turn> stop = stop(turn, Optional.of(4));
    Await.until("the model is let go", session::isCancelled, AT_ONCE);
    JsonNode told = told(stop, turn);
    assertEquals("Um ", told.at("/message/content").asText(), "no half of a character is kept");
    assertEquals(1, usage(turn));
    // Again, and with more heard: nothing changes.
    assertEquals(TurnStatus.CANCELLED, stop(turn, Optional.empty()).get().status());
    assertEquals(1, usage(turn));
    goesOn(conversation);
  }

  @Test
  void whileAToolRuns() throws Exception {
    runs.actions = work.slowTool();
    Conversation conversation = runs.conversation(scope);
    UUID turn = started(runs, conversation, "usa");
    ScriptedModel.Session session = runs.model.next();
    session.say("Um momento. ");
    session.observer.onToolCall(new ToolCall("1", "slow", Map.of()));
    session.end();
    work.awaitReached();
    long from = System.nanoTime();
    JsonNode told = told(stop(turn, Optional.empty()), turn);
    assertTrue(System.nanoTime() - from < AT_ONCE.toNanos(), "at once");
    assertEquals("Um momento. ", told.at("/message/content").asText());
    assertEquals(1, usage(turn), "the call that was made is settled once");
    assertEquals(1, runs.model.requests().size());
  }

  @Test
  void whileItWaitsAndTheOthersGoOn() throws Exception {
    Conversation conversation = runs.conversation(scope);
    started(runs, conversation, "um");
    ScriptedModel.Session first = runs.model.next();
    UUID second = started(runs, conversation, "dois");
    started(runs, conversation, "três");
    assertEquals(TurnStatus.CANCELLED, stop(second, Optional.empty()).get().status());
    stops.until("turn.cancelled");
    first.say("1").end();
    runs.model.next().say("3").end();
    runs.until("turn.completed");
    runs.until("turn.completed");
    assertEquals(2, runs.model.requests().size());
  }

  /** The turn is stored, and its node does not know yet whether it is. */
  private CompletableFuture<Turn> stoppedBeforeItsNodeKnew(
      TcpProxy proxy, ChatHouse far, Conversation conversation) {
    proxy.hold(Way.TO_CLIENT);
    threads.execute(() -> started(far, conversation, "começa"));
    Await.until(
        "the turn is there",
        () -> number("SELECT count(*) FROM turn WHERE conversation_id = $1", conversation.id()) > 0,
        PATIENCE);
    UUID turn = stops.chat.get(scope, conversation.id()).runningTurn().orElseThrow().id();
    CompletableFuture<Turn> stop = stop(turn, Optional.empty());
    Await.until(
        "the stop is there",
        () ->
            number("SELECT count(*) FROM turn WHERE id = $1 AND cancel_wanted_at IS NOT NULL", turn)
                > 0,
        PATIENCE);
    return stop;
  }

  private ChatHouse through(TcpProxy proxy) throws Exception {
    ChatHouse far = new ChatHouse(db.configThrough(proxy.port(), Duration.ofSeconds(10)), Map.of());
    // Statements are prepared on its connections: asking for them anew would need an answer first.
    started(far, far.conversation(scope), "olá");
    far.model.next().say("Olá.").end();
    far.until("turn.completed");
    return far;
  }

  @Test
  void beforeItsNodeKnowsOfIt() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(db.port());
        ChatHouse far = through(proxy)) {
      CompletableFuture<Turn> stop = stoppedBeforeItsNodeKnew(proxy, far, far.conversation(scope));
      proxy.heal();
      assertEquals(TurnStatus.CANCELLED, stop.get(20, TimeUnit.SECONDS).status());
      far.until("turn.cancelled");
    }
  }

  @Test
  void beforeItsNodeKnowsOfItAndTheAnswerIsLost() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(db.port());
        ChatHouse far = through(proxy)) {
      Conversation conversation = far.conversation(scope);
      CompletableFuture<Turn> stop = stoppedBeforeItsNodeKnew(proxy, far, conversation);
      proxy.reset();
      proxy.heal();
      assertEquals(TurnStatus.CANCELLED, stop.get(20, TimeUnit.SECONDS).status());
      far.until("turn.cancelled");
      assertEquals(1, far.model.requests().size(), "it is taken up, and no model is asked");
      assertFalse(far.chat.get(scope, conversation.id()).runningTurn().isPresent());
    }
  }
}
