package dev.mordomo.chat;

import static dev.mordomo.chat.ChatHouse.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.SearchMode;
import dev.mordomo.knowledge.TestVectors;
import dev.mordomo.knowledge.TextVectors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One's messages, by words, by meaning, and by both. */
class MessageSearchTest {
  private final TestDatabase db = TestDatabase.create();
  private final Messages messages = new Messages(db);
  private final Topics model = new Topics();
  private final TextVectors vectors = TestVectors.of(db.database(), model);
  private final MessageEmbedding embedding =
      new MessageEmbedding(new MessageEmbeddingStore(db.database()), vectors, Masking.NONE);
  private final MessageSearch search =
      new MessageSearch(db.database(), vectors, who -> Masking.NONE.begin(who, () -> "pt-BR"));
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

  private static MessageSearchRequest request(String query, SearchMode mode) {
    return new MessageSearchRequest(
        query, mode, 20, 0.7, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private List<String> texts(Scope who, MessageSearchRequest request) {
    return search.search(who, request).stream().map(MessageHit::text).toList();
  }

  @Test
  void whatWasSaidAndAnsweredIsFoundInOtherWords() throws Exception {
    try (ChatHouse house = new ChatHouse(db, Map.of())) {
      house.model.answering("Anotei: mecânico na sexta.");
      house.chat.startTurn(
          ana, words(house.conversation(ana), "O carro está na oficina, que chuva"));
      house.until("turn.completed");
    }
    messages.said(ana, talk, "Tira o bolo do forno");
    embedding.runOnce();
    assertEquals(List.of(), texts(ana, request("automóvel", SearchMode.TEXT)));
    List<MessageHit> hits = search.search(ana, request("automóvel", SearchMode.SEMANTIC));
    assertEquals(
        List.of("Anotei: mecânico na sexta.", "O carro está na oficina, que chuva"),
        hits.stream().map(MessageHit::text).toList());
    assertEquals(1, hits.getFirst().similarity().orElseThrow(), 0.01);
    assertEquals(0.89, hits.getLast().similarity().orElseThrow(), 0.02);
    assertEquals(hits, search.search(ana, request("automóvel", SearchMode.HYBRID)));
  }

  @ParameterizedTest
  @EnumSource(SearchMode.class)
  void nobodyFindsWhatSomebodyElseSaid(SearchMode mode) throws Exception {
    Scope neighbour = db.user(ana.tenantId(), "admin");
    Scope stranger = db.tenantWithUser("superuser");
    messages.said(ana, talk, "o carro de ana");
    messages.said(neighbour, messages.conversation(neighbour), "o carro do vizinho");
    messages.said(stranger, messages.conversation(stranger), "o carro de fora");
    assertEquals(3, embedding.runOnce().stored());
    assertEquals(List.of("o carro de ana"), texts(ana, request("carro", mode)));
    assertEquals(List.of("o carro do vizinho"), texts(neighbour, request("carro", mode)));
    assertEquals(List.of("o carro de fora"), texts(stranger, request("carro", mode)));
  }

  @Test
  void policiesShowOnesOwnVectorsAlone() {
    Scope neighbour = db.user(ana.tenantId(), "admin");
    messages.said(ana, talk, "o carro de ana");
    embedding.runOnce();
    assertEquals(1, vectorsSeenBy(ana));
    assertEquals(0, vectorsSeenBy(neighbour));
    assertEquals(0, vectorsSeenBy(db.tenantWithUser("superuser")));
    assertEquals(
        0,
        db.database()
            .call("SELECT message_id FROM message_embedding", io.vertx.sqlclient.Tuple.tuple())
            .size());
    assertThrows(
        Failure.class,
        () ->
            db.database()
                .as(neighbour, c -> Database.run(c, "SELECT e FROM message_embedding_m1")));
  }

  private int vectorsSeenBy(Scope who) {
    return db.database()
        .as(who, c -> Database.run(c, "SELECT message_id FROM message_embedding"))
        .size();
  }

  @Test
  void theThresholdIsOnMeaningAndNotOnWords() {
    messages.said(ana, talk, "carro e receita de bolo no forno");
    messages.said(ana, talk, "mecânico, receita e bolo");
    embedding.runOnce();
    assertEquals(List.of(), texts(ana, request("carro", SearchMode.SEMANTIC)));
    assertEquals(
        List.of("carro e receita de bolo no forno"),
        texts(ana, request("carro", SearchMode.HYBRID)));
    assertEquals(
        List.of("mecânico, receita e bolo", "carro e receita de bolo no forno"),
        texts(
            ana,
            new MessageSearchRequest(
                "automóvel",
                SearchMode.SEMANTIC,
                20,
                0.2,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
  }

  @Test
  void whatHasNoVectorYetIsFoundByItsWords() {
    messages.said(ana, talk, "o automóvel novo");
    embedding.runOnce();
    messages.said(ana, talk, "vendi o carro");
    List<MessageHit> hits = search.search(ana, request("carro", SearchMode.HYBRID));
    assertEquals(
        List.of("vendi o carro", "o automóvel novo"), hits.stream().map(MessageHit::text).toList());
    assertEquals(Optional.empty(), hits.getFirst().similarity());
    assertTrue(hits.getLast().similarity().isPresent());
  }

  @Test
  void bothWaysTogetherAreBeforeEither() {
    messages.said(ana, talk, "carro, bolo, forno, receita, chuva e tempo");
    messages.said(ana, talk, "mecânico");
    messages.said(ana, talk, "carro");
    embedding.runOnce();
    assertEquals(
        List.of("carro", "carro, bolo, forno, receita, chuva e tempo", "mecânico"),
        texts(ana, request("carro", SearchMode.HYBRID)));
  }

  @ParameterizedTest
  @EnumSource(SearchMode.class)
  void timeNarrows(SearchMode mode) {
    Instant noon =
        Instant.now().minus(Duration.ofDays(2)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    messages.said(ana, talk, "carro antes", noon.minusSeconds(1));
    messages.said(ana, talk, "carro na hora", noon);
    messages.said(ana, talk, "carro depois", noon.plusSeconds(60));
    embedding.runOnce();
    assertEquals(
        List.of("carro na hora"),
        texts(
            ana,
            new MessageSearchRequest(
                "carro",
                mode,
                20,
                0.7,
                Optional.of(noon),
                Optional.of(noon.plusSeconds(60)),
                Optional.empty())));
  }

  @ParameterizedTest
  @EnumSource(SearchMode.class)
  void sentimentNarrowsToWhatIsKnown(SearchMode mode) throws Exception {
    Map<String, Double> felt =
        Map.of("carro bom", 0.11, "carro", 0.1, "carro e só", -0.1, "carro ruim", -0.11);
    for (Map.Entry<String, Double> one : felt.entrySet()) {
      UUID id = messages.said(ana, talk, one.getKey());
      messages.owner(
          "UPDATE message SET sentiment = %s WHERE id = '%s'".formatted(one.getValue(), id));
    }
    messages.said(ana, talk, "carro sem opinião");
    embedding.runOnce();
    assertEquals(Set.of("carro bom"), felt(mode, Sentiment.POSITIVE));
    assertEquals(Set.of("carro", "carro e só"), felt(mode, Sentiment.NEUTRAL));
    assertEquals(Set.of("carro ruim"), felt(mode, Sentiment.NEGATIVE));
    assertEquals(5, texts(ana, request("carro", mode)).size());
    assertThrows(
        java.sql.SQLException.class, () -> messages.owner("UPDATE message SET sentiment = 1.1"));
  }

  private Set<String> felt(SearchMode mode, Sentiment sentiment) {
    List<MessageHit> hits =
        search.search(
            ana,
            new MessageSearchRequest(
                "carro",
                mode,
                20,
                0.7,
                Optional.empty(),
                Optional.empty(),
                Optional.of(sentiment)));
    assertTrue(hits.stream().allMatch(hit -> hit.sentiment().isPresent()), hits.toString());
    return hits.stream().map(MessageHit::text).collect(Collectors.toSet());
  }

  @Test
  void theLimitIsOfTheBest() {
    for (int i = 0; i < 30; i++) {
      messages.said(ana, talk, "carro e bolo " + i);
    }
    messages.said(ana, talk, "mecânico");
    while (embedding.runOnce().taken() > 0) {
      // More lack one.
    }
    assertEquals(
        List.of("mecânico"),
        texts(
            ana,
            new MessageSearchRequest(
                "automóvel",
                SearchMode.SEMANTIC,
                1,
                0.1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
  }

  @Test
  void anEmptyQueryIsRefused() {
    Failure refused =
        assertThrows(Failure.class, () -> search.search(ana, request(" ", SearchMode.HYBRID)));
    assertTrue(
        refused.errors().stream().anyMatch(e -> e.field().equals("query")), refused.detail());
  }
}
