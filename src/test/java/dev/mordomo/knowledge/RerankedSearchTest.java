package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import dev.mordomo.model.Reranker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Search with something that reads the best hits once more. */
class RerankedSearchTest {
  @TempDir private Path folder;
  private TestKnowledge knowledge;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Fancier fancier = new Fancier();
  private KnowledgeService service;
  private Scope ana;
  private Scope root;

  /** Likes texts that mention what it fancies, whatever is asked. */
  private static final class Fancier implements Reranker {
    volatile String fancied = "";
    volatile Optional<Failure> failure = Optional.empty();
    final List<List<String>> read = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    volatile boolean inside;

    @Override
    public String name() {
      return "test/fancier";
    }

    @Override
    public boolean isInside() {
      return inside;
    }

    @Override
    public Future<List<Double>> relevance(String question, List<String> texts) {
      asked.add(question);
      read.add(List.copyOf(texts));
      if (failure.isPresent()) {
        return Future.failedFuture(failure.get());
      }
      return Future.succeededFuture(
          texts.stream().map(text -> text.contains(fancied) ? 0.9 : -0.4).toList());
    }
  }

  @BeforeEach
  void open() {
    knowledge = new TestKnowledge(folder);
    service =
        new KnowledgeService(
            knowledge.db.database(),
            knowledge.bus,
            knowledge.files,
            TestKnowledge.jobs(knowledge.db, knowledge.bus),
            KnowledgeModels.only(knowledge.model).with(fancier),
            DocumentMasking.NONE,
            who -> text -> text.replace("secreto", "[…]"),
            KnowledgeConfig.DEFAULT,
            metrics,
            InstantSource.system());
    ana = knowledge.user();
    root = knowledge.db.tenantWithUser("superuser");
    UUID shelf = knowledge.collection(ana, CollectionScope.USER);
    List<String> colours =
        List.of("verde", "azul", "roxo", "cinza", "preto", "branco", "amarelo", "bege", "rosa");
    IntStream.range(0, colours.size())
        .forEach(i -> {
          String more = " e o barco".repeat(colours.size() - i);
          knowledge.add(ana, shelf, colours.get(i), "O barco " + colours.get(i) + more + ".");
        });
  }

  @AfterEach
  void close() {
    knowledge.close();
  }

  private List<String> titles(int limit) {
    return service.search(ana, SearchRequest.of("barco", limit)).hits().stream()
        .map(SearchHit::title)
        .toList();
  }

  @Test
  void theRerankersOrderWinsAmongMoreHitsThanAreShown() {
    fancier.fancied = "rosa";
    assertEquals("rosa", titles(2).getFirst());
    assertEquals(2, titles(2).size());
    assertEquals(9, fancier.read.getFirst().size(), "all that may move up were read");
    SearchResult result = service.search(ana, SearchRequest.of("barco", 2));
    assertEquals(0.9, result.hits().getFirst().score());
    SearchTrace.Reranking told = service.searchTrace(root, result.id()).reranking().orElseThrow();
    assertEquals("test/fancier", told.model());
    assertTrue(told.failure().isEmpty());
    assertEquals(9, told.before().size());
    assertFalse(told.before().getFirst().title().equals("rosa"), "as search alone had it");
    assertEquals(3, metrics.get("mordomo.rerank").timer().count());
  }

  @Test
  void oneOnAnotherServerIsToldNothingPersonal() {
    service.search(ana, SearchRequest.of("barco secreto", 2));
    fancier.inside = true;
    service.search(ana, SearchRequest.of("barco secreto", 2));
    assertEquals(List.of("barco […]", "barco secreto"), fancier.asked);
  }

  @Test
  void whatAnAnswerIsMadeOfFollowsTheReranker() {
    fancier.fancied = "bege";
    assertEquals("bege", service.retrieve(ana, Optional.empty(), "barco").getFirst().title());
  }

  @Test
  void whenItFailsTheOrderStaysAndThatIsTold() {
    List<String> alone =
        knowledge.service.search(ana, SearchRequest.of("barco", 3)).hits().stream()
            .map(SearchHit::title)
            .toList();
    fancier.failure = Optional.of(Failure.of(FailureCode.MODEL_TIMEOUT, "it said nothing"));
    SearchResult result = service.search(ana, SearchRequest.of("barco", 3));
    assertEquals(alone, result.hits().stream().map(SearchHit::title).toList());
    assertEquals(
        Optional.of("model_timeout: it said nothing"),
        service.searchTrace(root, result.id()).reranking().orElseThrow().failure());
    assertEquals(1, metrics.get("mordomo.rerank.failures").counter().count());
    assertEquals(1, metrics.get("mordomo.search").tag("mode", "hybrid").timer().count());
    assertFalse(service.retrieve(ana, Optional.empty(), "barco").isEmpty());
  }

  @Test
  void aVectorHasNoWordsToRankBy() {
    SearchRequest byVector =
        new SearchRequest(
            Optional.empty(),
            Optional.of(new QueryVector("test/words", WordVectors.vector("barco"))),
            Optional.empty(),
            SearchFilter.NONE,
            3,
            Optional.empty(),
            SearchMode.SEMANTIC);
    assertEquals(3, service.search(ana, byVector).hits().size());
    assertEquals(List.of(), fancier.read);
  }
}
