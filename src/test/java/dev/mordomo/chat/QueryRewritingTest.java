package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.billing.TokenEstimate;
import dev.mordomo.chat.Directions.Line;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ScriptedModel;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is searched for a question that follows another, and what asking a model for it costs. */
class QueryRewritingTest {
  private static final String FIRST = "Quanto custa a quadra?";
  private static final String NEXT = "e a churrasqueira?";
  private static final String BY_RULE = "Quanto custa a churrasqueira?";
  private static final String BY_MODEL = "Qual é o preço da churrasqueira do condomínio?";
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  private static TestDatabase db;
  private final ScriptedModel rewriter = new ScriptedModel("test/rewriter");
  private final List<String> searched = new CopyOnWriteArrayList<>();
  private ChatHouse house;
  private Scope scope;
  private Conversation conversation;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @BeforeEach
  void begin() throws InterruptedException {
    // None of the machine's slowness is to look as the model's.
    enter(Map.of("chat.rewrite_deadline", "1m"));
  }

  @AfterEach
  void leave() {
    house.close();
  }

  private void enter(Map<String, String> settings) throws InterruptedException {
    house = new ChatHouse(db, settings);
    house.retrieval =
        (who, collections, question) -> {
          searched.add(question);
          return List.of();
        };
    house.model.rewrittenBy(rewriter).answering("Dez reais.");
    scope = db.tenantWithUser("member");
    conversation = house.conversation(scope);
    ask(FIRST);
    house.until("turn.completed");
    assertEquals(List.of(FIRST), searched, "there was nothing to follow");
    assertEquals(List.of(), rewriter.requests());
    searched.clear();
  }

  private void enterAgain(String setting, String value) throws InterruptedException {
    leave();
    Map<String, String> settings = new HashMap<>(Map.of("chat.rewrite_deadline", "1m"));
    settings.put(setting, value);
    enter(settings);
  }

  private UUID ask(String text) {
    return house.chat.startTurn(scope, words(conversation, text)).turnId();
  }

  private JsonNode completed() throws InterruptedException {
    return Json.read(house.until("turn.completed").getLast().payload());
  }

  /** The ledger's rows of a turn, of this model. */
  private record Charged(int calls, int prompt, int completion) {
    static final Charged NOTHING = new Charged(0, 0, 0);
  }

  private static Charged charged(UUID turn, String model) {
    Row row =
        db.database()
            .callSystem(
                """
                SELECT count(*)::integer, coalesce(sum(prompt_tokens), 0)::integer,
                  coalesce(sum(completion_tokens), 0)::integer
                FROM usage WHERE turn_id = $1 AND model LIKE $2
                """,
                Tuple.of(turn, model))
            .iterator()
            .next();
    return new Charged(row.getInteger(0), row.getInteger(1), row.getInteger(2));
  }

  /** The message says the same as the ledger. */
  private static void assertSums(UUID turn, JsonNode end) {
    Charged all = charged(turn, "%");
    assertEquals(all.prompt(), end.at("/message/tokens/prompt").asInt(), end.toString());
    assertEquals(all.completion(), end.at("/message/tokens/completion").asInt(), end.toString());
  }

  private double outcomes(String result) {
    return house.meters.counter("mordomo.query.rewrites", "result", result).count();
  }

  @Test
  void itIsSearchedAsTheModelPutsIt() throws Exception {
    UUID turn = ask(NEXT);
    ScriptedModel.Session session = rewriter.next();
    ChatRequest request = session.request;
    String told = request.messages().getLast().content();
    assertTrue(told.contains("User: " + FIRST + "\nAssistant: Dez reais.\n"), told);
    assertTrue(told.endsWith("\nLast message:\n" + NEXT), told);
    assertEquals(List.of(), request.tools());
    assertTrue(request.maxTokens() <= 256);
    session.say(" \"" + BY_MODEL.substring(0, 10), BY_MODEL.substring(10), "\"\n").end();
    JsonNode end = completed();
    assertEquals(List.of(BY_MODEL), searched);
    // The model that answers hears what the user said.
    assertEquals(NEXT, house.model.requests().getLast().messages().getLast().content());
    assertEquals("Dez reais.", end.at("/message/content").asText());
    assertEquals("test/scripted", end.at("/message/model").asText());
    assertEquals(new Charged(1, 10, 5), charged(turn, rewriter.name()));
    assertEquals(new Charged(2, 20, 10), charged(turn, "%"));
    assertSums(turn, end);
    assertEquals(1, outcomes("rewritten"));
  }

  @Test
  void theLastExchangesAreToldAndEachOfThemInPart() throws Exception {
    for (int i = 0; i < 4; i++) {
      ask("pergunta " + i + " " + "x".repeat(2_000));
      completed();
    }
    assertEquals(List.of(), rewriter.requests(), "a long question leaves nothing out");
    ask(NEXT);
    ScriptedModel.Session session = rewriter.next();
    String told = session.request.messages().getLast().content();
    assertFalse(told.contains("pergunta 0") || told.contains(FIRST), told);
    assertTrue(told.contains("pergunta 1 ") && told.contains("pergunta 3 "), told);
    assertTrue(told.length() < 4_000, told);
    session.say(BY_MODEL).end();
    completed();
  }

  @Test
  void whatAClientGivesAsHistoryCounts() throws Exception {
    Directions given =
        ChatHouse.directions(
            Optional.of(List.of(Line.of("user", "Quanto custa o salão?"))),
            List.of(),
            Optional.empty(),
            false);
    house.chat.startTurn(scope, words(house.conversation(scope), NEXT, given));
    ScriptedModel.Session session = rewriter.next();
    assertTrue(session.request.messages().getLast().content().contains("User: Quanto custa o sal"));
    session.say(BY_MODEL).end();
    completed();
    assertEquals(List.of(BY_MODEL), searched);
  }

  @Test
  void withoutASearchTheModelIsNotAsked() throws Exception {
    conversation =
        house.chat.create(scope, "", "web", Optional.empty(), Optional.of(List.of()), Map.of());
    for (String said : List.of(FIRST, NEXT)) {
      ask(said);
      completed();
    }
    assertEquals(List.of(), rewriter.requests());
    assertEquals(List.of(), searched);
  }

  @Test
  void switchedOffTheModelIsNotAsked() throws Exception {
    enterAgain("chat.rewrite", "false");
    ask(NEXT);
    completed();
    assertEquals(List.of(), rewriter.requests());
    assertEquals(List.of(BY_RULE), searched);
  }

  @Test
  void aModelThatFailsIsDoneWithoutAndCostsNothing() throws Exception {
    UUID turn = ask(NEXT);
    rewriter.next().fail(Failure.of(FailureCode.MODEL_UNAVAILABLE, "it is down"));
    JsonNode end = completed();
    assertEquals(List.of(BY_RULE), searched);
    assertEquals(1, rewriter.requests().size(), "it is not asked again");
    assertEquals(Charged.NOTHING, charged(turn, rewriter.name()));
    assertSums(turn, end);
    assertEquals(1, outcomes("failed"));
  }

  @Test
  void aModelThatThrowsIsDoneWithout() throws Exception {
    house.model.rewrittenBy(
        (FailingModel)
            (request, observer) -> {
              throw new IllegalStateException("a fault of ours");
            });
    UUID turn = ask(NEXT);
    assertSums(turn, completed());
    assertEquals(List.of(BY_RULE), searched);
  }

  @FunctionalInterface
  private interface FailingModel extends dev.mordomo.model.ChatModel {
    @Override
    default String name() {
      return "test/failing";
    }
  }

  @Test
  void aModelThatIsLateIsLetGoAndPaidForWhatItSaid() throws Exception {
    enterAgain("chat.rewrite_deadline", "2s");
    UUID turn = ask(NEXT);
    ScriptedModel.Session session = rewriter.next().say("Qual é o");
    JsonNode end = completed();
    assertTrue(session.isCancelled());
    session.say("preço?").end();
    assertEquals(List.of(BY_RULE), searched);
    assertEquals(
        new Charged(1, TokenEstimate.of(session.request), 2), charged(turn, rewriter.name()));
    assertSums(turn, end);
    assertEquals(1, outcomes("late"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "\"\"", "Claro!\nQuanto custa?", "Quanto\u0000custa?"})
  void whatIsNoQuestionIsNotSearched(String said) throws Exception {
    UUID turn = ask(NEXT);
    ScriptedModel.Session session = rewriter.next();
    if (!said.isEmpty()) {
      session.say(said);
    }
    session.end();
    JsonNode end = completed();
    assertEquals(List.of(BY_RULE), searched);
    assertEquals(new Charged(1, 10, 5), charged(turn, rewriter.name()));
    assertSums(turn, end);
    assertEquals(1, outcomes("unusable"));
  }

  @Test
  void whatIsCutOffIsNotSearched() throws Exception {
    ask(NEXT);
    rewriter
        .next()
        .say(BY_MODEL)
        .observer
        .onComplete(
            new ChatResult(
                "length", new ChatResult.Tokens(10, 5), Optional.empty(), Optional.empty()));
    completed();
    assertEquals(List.of(BY_RULE), searched);
  }

  @Test
  void aModelThatDoesNotStopIsStopped() throws Exception {
    UUID turn = ask(NEXT);
    ScriptedModel.Session session = rewriter.next().say("x".repeat(900), "x".repeat(200));
    JsonNode end = completed();
    assertTrue(session.isCancelled());
    assertEquals(List.of(BY_RULE), searched);
    assertEquals(275, charged(turn, rewriter.name()).completion());
    assertSums(turn, end);
  }

  @Test
  void theLastTokensOfAQuotaAreLeftToTheAnswer() throws Exception {
    scope = db.tenantWithUser("member");
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "UPDATE tenant SET token_quota = 450 WHERE id = '%s'".formatted(scope.tenantId()));
    }
    conversation = house.conversation(scope);
    ask(FIRST);
    completed();
    UUID turn = ask(NEXT);
    assertSums(turn, completed());
    assertEquals(List.of(), rewriter.requests());
    assertEquals(List.of(FIRST, BY_RULE), searched);
    assertEquals(1, outcomes("failed"));
  }

  @Test
  void aTurnIsStoppedMeanwhile() throws Exception {
    UUID turn = ask(NEXT);
    ScriptedModel.Session session = rewriter.next();
    long from = System.nanoTime();
    Turn cancelled = house.chat.cancel(scope, turn, Optional.empty());
    assertTrue(System.nanoTime() - from < AT_ONCE.toNanos(), "at once");
    assertEquals(TurnStatus.CANCELLED, cancelled.status());
    assertTrue(session.isCancelled());
    session.say(BY_MODEL).end();
    JsonNode end = Json.read(house.until("turn.cancelled").getLast().payload());
    assertEquals("", end.at("/message/content").asText());
    assertTrue(end.at("/message/interrupted").asBoolean(), end.toString());
    assertSums(turn, end);
    assertEquals(
        new Charged(1, TokenEstimate.of(session.request), 0), charged(turn, "%"), "it had left");
    assertEquals(1, house.model.requests().size(), "only the first question was answered");
    assertEquals(List.of(), searched);
    // And the next one is not in its way.
    ask(NEXT);
    rewriter.next().say(BY_MODEL).end();
    completed();
    assertEquals(List.of(BY_MODEL), searched);
  }

  @Test
  void anAnswerStoppedAfterItIsChargedForBoth() throws Exception {
    house.model.silent();
    UUID turn = ask(NEXT);
    rewriter.next().say(BY_MODEL).end();
    ScriptedModel.Session answer = house.model.next().say("Vinte reais.");
    house.until("turn.delta");
    house.chat.cancel(scope, turn, Optional.empty());
    JsonNode end = Json.read(house.until("turn.cancelled").getLast().payload());
    assertEquals(
        new Charged(1, TokenEstimate.of(answer.request), "Vinte reais.".length() / 4),
        charged(turn, "test/scripted"));
    assertEquals(new Charged(1, 10, 5), charged(turn, rewriter.name()));
    assertSums(turn, end);
  }
}
