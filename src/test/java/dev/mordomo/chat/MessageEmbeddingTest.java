package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.chat.MessageEmbeddingStore.Bare;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.SearchMode;
import dev.mordomo.knowledge.TestVectors;
import dev.mordomo.knowledge.TextVectors;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.privacy.PersonalData;
import dev.mordomo.privacy.Placeholders;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which messages get a vector, when, and what becomes of it. */
class MessageEmbeddingTest {
  private static final short FIRST_MODEL = 1;
  private static final String AFTER_THE_FIRST =
      "message_id > uuid_from_time(now() - interval '23 hours')";
  private final TestDatabase db = TestDatabase.create();
  private final Messages messages = new Messages(db);
  private final MessageEmbeddingStore store = new MessageEmbeddingStore(db.database());
  private final Topics model = new Topics();
  private final MessageEmbedding embedding = embedding(TestVectors.of(db.database(), model));
  private Scope ana;
  private UUID talk;

  @BeforeEach
  void open() {
    ana = db.tenantWithUser("member");
    talk = messages.conversation(ana);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private MessageEmbedding embedding(TextVectors vectors) {
    return new MessageEmbedding(store, vectors, Masking.NONE);
  }

  private static Instant ago(int minutes) {
    return Instant.now().minus(Duration.ofMinutes(minutes));
  }

  private void runAll(MessageEmbedding worker) {
    while (worker.runOnce().taken() > 0) {
      // More lack one.
    }
  }

  private UUID said(String text) {
    return messages.said(ana, talk, text);
  }

  @Test
  void nothingIsWrittenWhereNothingLacksAVector() {
    said("carro");
    runAll(embedding);
    String before = rows();
    assertEquals(0, embedding.runOnce().taken());
    assertEquals(before, rows());
  }

  /** The versions of the worker's own row. */
  private String rows() {
    try (var owner = db.owner();
        var rows =
            owner
                .createStatement()
                .executeQuery(
                    "SELECT string_agg(p::text || p.xmin || p.xmax, ' ') FROM"
                        + " message_embedding_progress p")) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatWasJustSaidComesBeforeWhatIsOld() {
    for (int i = 0; i < 2 * MessageEmbedding.BATCH; i++) {
      messages.said(ana, talk, "velha " + i, ago(1_000 - i));
    }
    embedding.runOnce();
    said("nova");
    embedding.runOnce();
    assertEquals("velha 31", model.passages.getFirst());
    assertEquals("nova", model.passages.get(MessageEmbedding.BATCH));
    runAll(embedding);
    assertEquals(2 * MessageEmbedding.BATCH + 1, Set.copyOf(model.passages).size());
    assertEquals(2 * MessageEmbedding.BATCH + 1, model.passages.size());
  }

  @Test
  void anAnswerThatTookLongIsNotPassedBy() throws SQLException {
    said("antes");
    runAll(embedding);
    UUID answer = Ids.at(ago(30));
    UUID turn = Ids.at(ago(30));
    messages.owner(
        "UPDATE message_embedding_progress SET upto = uuid_from_time(now() - interval '1 hour'),"
            + " downto = NULL");
    messages.owner(
        """
        INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
          message_id, status, request, node_id, created_at)
        VALUES ('%s', '%s', '%s', '%s', 'slow', '%s', '%s', 'running', '{}', '%1$s', now())
        """
            .formatted(turn, ana.tenantId(), ana.userId(), talk, Ids.next(), answer));
    messages.said(ana, talk, "depois", ago(20));
    runAll(embedding);
    assertTrue(model.passages.contains("depois"));
    messages.said(ana, talk, "a resposta lenta", answer, Instant.now());
    messages.owner("UPDATE turn SET status = 'completed' WHERE id = '" + turn + "'");
    runAll(embedding);
    assertTrue(model.passages.contains("a resposta lenta"), model.passages.toString());
  }

  @Test
  void whatIsSaidWhileItLooksElsewhereIsNotPassedBy() {
    UUID early = Ids.next();
    said("depois");
    runAll(embedding);
    messages.said(ana, talk, "um pouco antes", early, Instant.now());
    runAll(embedding);
    assertTrue(model.passages.contains("um pouco antes"), model.passages.toString());
  }

  @Test
  void manyThatLackAVectorAreNotAllLookedAt() throws SQLException {
    messages.owner(
        """
        INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
        SELECT uuid_from_time(now() - interval '1 day' + n * interval '1 second'), '%s', '%s', '%s', 'user', 'x', now()
        FROM generate_series(1, 20000) n
        """
            .formatted(ana.tenantId(), ana.userId(), talk));
    // Statistics of a time when every message had a vector; now most have none.
    messages.owner(
        """
        INSERT INTO message_embedding
        SELECT 1, id, tenant_id, user_id, '[1,0,0,0,0,0,0,0]' FROM message
        """);
    messages.owner("ANALYZE message");
    messages.owner("ANALYZE message_embedding");
    messages.owner("DELETE FROM message_embedding WHERE " + AFTER_THE_FIRST);
    embedding.runOnce();
    messages.owner(
        "UPDATE message_embedding_progress SET upto = uuid_from_time(now() - interval '23 hours')");
    assertTrue(buffersRead() < 3_000, "as it begins");
    assertTrue(buffersRead() < 3_000, "as it goes on");
    messages.owner("UPDATE message_embedding_progress SET upto = uuid_from_time(now())");
    assertTrue(buffersRead() < 3_000, "backwards");
  }

  private long buffersRead() throws SQLException {
    try (var owner = db.owner();
        var rows =
            owner
                .createStatement()
                .executeQuery(
                    "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
                        + " SELECT * FROM messages_to_embed(1::smallint, 16, 60)")) {
      rows.next();
      return Json.read(rows.getString(1)).at("/0/Plan/Shared Hit Blocks").asLong();
    }
  }

  @Test
  void severalNodesShareThem() {
    for (int i = 0; i < 40; i++) {
      said("carro " + i);
    }
    Set<UUID> taken = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      List<Bare> claimed = store.claim(FIRST_MODEL, 16, 60);
      claimed.forEach(bare -> assertTrue(taken.add(bare.id()), "claimed twice"));
    }
    assertEquals(40, taken.size());
  }

  @Test
  void whatANodeThatDiedHadClaimedComesToAnother() throws SQLException {
    UUID one = said("carro");
    assertEquals(1, store.claim(FIRST_MODEL, 16, 60).size());
    assertEquals(0, embedding.runOnce().taken());
    due();
    assertEquals(1, embedding.runOnce().stored());
    assertEquals(1, messages.vectorsOf(one));
    assertEquals(0, messages.count("FROM message_embedding_claim"));
  }

  /** As if the leases had ended. */
  private void due() throws SQLException {
    messages.owner("UPDATE message_embedding_claim SET until = now() - interval '1 second'");
  }

  @Test
  void aTextThatTheModelRefusesKeepsNoOtherFromIt() throws SQLException {
    model.poison = Optional.of("veneno");
    UUID bad = said("veneno");
    UUID good = said("carro");
    embedding.runOnce();
    assertEquals(1, messages.vectorsOf(good));
    for (int attempt = 1; attempt < 5; attempt++) {
      assertEquals(1, messages.count("FROM message_embedding_claim"), "attempt " + attempt);
      due();
      assertEquals(1, embedding.runOnce().taken());
    }
    assertEquals(0, messages.count("FROM message_embedding_claim"), "given up");
    assertEquals(0, messages.vectorsOf(bad));
  }

  @Test
  void aModelThatIsAwayLosesNothing() throws SQLException {
    UUID one = said("carro");
    model.away = true;
    for (int i = 0; i < 7; i++) {
      Failure failure = assertThrows(Failure.class, embedding::runOnce);
      assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
      due();
    }
    model.away = false;
    assertEquals(1, embedding.runOnce().stored());
    assertEquals(1, messages.vectorsOf(one));
  }

  @Test
  void aSpentQuotaPutsOffThoseOfItsTenantAlone() throws SQLException {
    Scope rich = db.tenantWithUser("member");
    Set<UUID> spent = new HashSet<>(Set.of(ana.tenantId()));
    List<UUID> paid = new ArrayList<>();
    model.inside = false;
    MessageEmbedding worker =
        embedding(
            TestVectors.of(
                db.database(),
                model,
                List.of(),
                new CallMeter() {
                  @Override
                  public <T> Counted<T> call(
                      Scope who, Kind kind, String name, int tokens, Supplier<Spent<T>> work) {
                    if (spent.contains(who.tenantId())) {
                      throw Failure.of(FailureCode.QUOTA_EXCEEDED, "spent");
                    }
                    paid.add(who.userId());
                    return new Counted<>(work.get().value(), tokens);
                  }

                  @Override
                  public <T> Counted<T> callAnyway(
                      Scope who, Kind kind, String name, int tokens, Supplier<Spent<T>> work) {
                    throw new AssertionError("not anyway");
                  }
                },
                Telling.PLAIN));
    UUID poor = said("carro");
    UUID other = messages.said(rich, messages.conversation(rich), "bolo");
    runAll(worker);
    assertEquals(0, messages.vectorsOf(poor));
    assertEquals(1, messages.vectorsOf(other));
    assertEquals(List.of("bolo"), model.passages);
    spent.clear();
    due();
    runAll(worker);
    assertEquals(1, messages.vectorsOf(poor));
    assertEquals(List.of(rich.userId(), ana.userId()), paid);
  }

  @Test
  void whatIsPersonalIsMaskedBeforeItIsEmbedded() {
    PersonalData personal = new PersonalData(db.database(), new Placeholders(TestDatabase.SECRET));
    TextVectors vectors =
        TestVectors.of(
            db.database(),
            model,
            List.of(),
            CallMeter.FREE,
            who -> personal.telling(who, () -> "pt-BR"));
    MessageEmbedding worker = new MessageEmbedding(store, vectors, personal);
    String written = "escreva para ana@example.org e 529.982.247-25";
    String kept = personal.begin(ana, () -> "pt-BR").masked(written);
    assertTrue(kept.contains("[[email:"), kept);
    said(kept);
    said(written);
    said("x".repeat(3_000));
    runAll(worker);
    String told = "escreva para [email] e [cpf]";
    assertEquals(List.of(told, told, "x".repeat(MessageEmbedding.CHARS)), model.passages);
    vectors.of(ana, written);
    assertEquals(List.of(told), model.queries);
  }

  @Test
  void aVectorGoesWithItsMessageOrConversation() throws SQLException {
    UUID one = said("carro");
    UUID other = messages.said(ana, messages.conversation(ana), "bolo");
    runAll(embedding);
    messages.owner("DELETE FROM message WHERE id = '" + one + "'");
    assertEquals(0, messages.vectorsOf(one));
    assertEquals(1, messages.vectorsOf(other));
    db.database()
        .as(ana, c -> Database.run(c, "DELETE FROM conversation WHERE id <> $1", Tuple.of(talk)));
    assertEquals(0, messages.count("FROM message_embedding"));
  }

  @Test
  void nothingIsKeptOfAMessageThatWentMeanwhile() throws SQLException {
    UUID one = said("carro");
    List<Bare> claimed = store.claim(FIRST_MODEL, 16, 60);
    messages.owner("DELETE FROM message WHERE id = '" + one + "'");
    assertEquals(0, messages.count("FROM message_embedding_claim"));
    assertEquals(
        0,
        store.store(
            FIRST_MODEL,
            claimed.stream().map(Bare::id).toList(),
            List.of(new float[] {1, 0, 0, 0, 0, 0, 0, 0})));
    assertEquals(0, messages.count("FROM message_embedding"));
  }

  @Test
  void itWaitsForWhoErasesTheMessage() throws Exception {
    UUID one = said("carro");
    List<UUID> claimed = store.claim(FIRST_MODEL, 16, 60).stream().map(Bare::id).toList();
    assertEquals(List.of(one), claimed);
    try (var owner = db.owner();
        var storing = Executors.newVirtualThreadPerTaskExecutor()) {
      owner.setAutoCommit(false);
      owner.createStatement().execute("DELETE FROM message WHERE id = '" + one + "'");
      String transaction = transaction(owner);
      Future<Long> stored =
          storing.submit(() ->
              store.store(FIRST_MODEL, claimed, List.of(new float[] {1, 0, 0, 0, 0, 0, 0, 0})));
      Await.until(
          "it waits", () -> stored.isDone() || waitingFor(transaction) > 0, Duration.ofSeconds(10));
      owner.commit();
      assertEquals(0, stored.get());
    }
    assertEquals(0, messages.count("FROM message_embedding"));
  }

  private static String transaction(Connection connection) throws SQLException {
    try (var rows = connection.createStatement().executeQuery("SELECT pg_current_xact_id()::xid")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private long waitingFor(String transaction) {
    try {
      return messages.count(
          "FROM pg_locks WHERE NOT granted AND transactionid = '" + transaction + "'::xid");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itBelongsToWhomItsMessageIsGiven() throws SQLException {
    Scope heir = db.user(ana.tenantId(), "member");
    UUID one = said("carro");
    runAll(embedding);
    messages.owner("UPDATE message SET user_id = '" + heir.userId() + "'");
    assertEquals(
        1,
        messages.count(
            "FROM message_embedding WHERE message_id = '%s' AND user_id = '%s'"
                .formatted(one, heir.userId())));
  }

  @Test
  void aMessageThatIsMovedToItsMonthKeepsIt() throws SQLException {
    Instant inTenYears = Instant.now().plus(Duration.ofDays(3_650));
    UUID one = messages.said(ana, talk, "carro", inTenYears);
    runAll(embedding);
    assertEquals(1, messages.count("FROM message_default"));
    db.database()
        .callSystem(
            "SELECT maintain_partitions($1)", Tuple.of(inTenYears.atOffset(ZoneOffset.UTC)));
    assertEquals(0, messages.count("FROM message_default"));
    assertEquals(1, messages.vectorsOf(one));
    messages.owner("DELETE FROM message WHERE id = '" + one + "'");
    assertEquals(0, messages.vectorsOf(one), "its partition has the trigger");
  }

  @Test
  void anotherModelIsFilledWhileSearchStaysWithTheOld() throws SQLException {
    UUID one = said("carro");
    runAll(embedding);
    EmbeddingModel other = new Topics("test/others", 16);
    TextVectors both =
        TestVectors.of(db.database(), other, List.of(model), CallMeter.FREE, Telling.PLAIN);
    assertEquals(FIRST_MODEL, both.of(ana, "carro").model());
    runAll(embedding(both));
    assertEquals(2, messages.vectorsOf(one));
    messages.owner("UPDATE embedding_model SET is_active = (name = 'test/others')");
    TextVectors after =
        TestVectors.of(db.database(), other, List.of(model), CallMeter.FREE, Telling.PLAIN);
    MessageSearch search =
        new MessageSearch(db.database(), after, who -> Masking.NONE.begin(who, () -> "pt-BR"));
    assertEquals(
        1,
        search
            .search(
                ana,
                new MessageSearchRequest(
                    "automóvel",
                    SearchMode.SEMANTIC,
                    20,
                    0.7,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))
            .size());
    db.database().callSystem("SELECT drop_embedding_model($1)", Tuple.of("test/topics"));
    assertEquals(1, messages.vectorsOf(one));
    assertEquals(1, messages.count("FROM message_embedding_progress"));
    runAll(embedding(after));
    said("bolo");
    assertEquals(1, embedding(after).runOnce().stored());
  }

  @Test
  void theMoreTurnsRunTheLongerItRests() {
    Duration worked = Duration.ofMillis(10);
    assertEquals(Duration.ofMillis(40), MessageEmbeddingVerticle.rest(worked, 0.2, 0));
    assertEquals(Duration.ofMillis(490), MessageEmbeddingVerticle.rest(worked, 0.2, 9));
    assertEquals(Duration.ofMinutes(1), MessageEmbeddingVerticle.rest(worked, 0.2, 9_000));
    assertEquals(Duration.ZERO, MessageEmbeddingVerticle.rest(worked, 1, 0));
    assertFalse(
        Stream.of(0, 1)
            .map(n -> MessageEmbeddingVerticle.rest(worked, 1, n))
            .allMatch(Duration::isZero));
  }
}
