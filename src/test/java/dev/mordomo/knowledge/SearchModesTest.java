package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchModesTest {
  @TempDir static Path folder;
  private static TestKnowledge knowledge;
  private static Scope ana;
  private static UUID collection;

  @BeforeAll
  static void open() {
    knowledge = new TestKnowledge(folder);
    ana = knowledge.user();
    collection = knowledge.collection(ana, CollectionScope.TENANT);
    add("Servidores", "Configurações do servidor ficam no arquivo incremental_backup.sh.", "pt", 1);
    add("Copias", "Las copias de seguridad se guardan durante siete días en otra ciudad.", "es", 2);
    add("Holidays", "Employees may take twenty days of holidays every year.", "en", 2);
    add("Férias", "Os funcionários têm direito a trinta dias de descanso remunerado.", "pt", 2);
  }

  @Test
  void copiesLeaveNoGapHoweverManyAreWanted() {
    Scope rui = knowledge.user();
    UUID shelf = knowledge.collection(rui, CollectionScope.USER);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      text.append("## Um\n\nAbacaxi com caju para todos.\n\n");
    }
    for (int i = 0; i < 60; i++) {
      String own = Character.toString('a' + i / 20) + Character.toString('c' + i % 20);
      text.append("## Outro\n\nAbacaxi %1$sra %1$sno %1$ste %1$slu %1$smi.\n\n".formatted(own));
    }
    knowledge.add(rui, shelf, "Frutas", text.toString());
    SearchRequest request =
        new SearchRequest(
            Optional.of("abacaxi caju"),
            Optional.empty(),
            Optional.of(List.of(shelf)),
            SearchFilter.NONE,
            60,
            Optional.of(0.0),
            SearchMode.TEXT);
    assertEquals(60, knowledge.service.search(rui, request).hits().size());
  }

  private static void add(String title, String content, String language, int level) {
    knowledge.service.addDocument(
        ana,
        collection,
        new DocumentUpload(
            new DocumentUpload.Content.Text(content),
            Optional.of(title),
            Optional.of("test:" + title),
            Optional.of(language),
            Map.of("level", level, "tags", List.of("a", "b")),
            OnDuplicate.REFUSE));
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @Test
  void wordsAreFoundByStemAccentAndPart() {
    assertEquals("Servidores", first("configuração"));
    assertEquals("Servidores", first("configuracoes"));
    assertEquals("Servidores", first("backup"));
    assertEquals("Copias", first("¿cuántos dias se guarda la copia?"));
    assertEquals("Holidays", first("holiday"));
    assertEquals("Férias", first("ferias"));
  }

  @Test
  void aNameThatIsMistypedIsFoundByTitlesAndHeadings() {
    Scope rui = knowledge.user();
    UUID shelf = knowledge.collection(rui, CollectionScope.USER);
    knowledge.add(rui, shelf, "Contrato com a Kleinschmidt Ltda.", "O prazo é de doze meses.");
    knowledge.add(rui, shelf, "Outro papel", "# Fornecedor Oliveira\n\nEntrega às segundas.");
    knowledge.add(rui, shelf, "Mais um", "Nada de especial sobre entregas e prazos.");
    assertEquals(List.of("Contrato com a Kleinschmidt Ltda."), worded(rui, "Kleinschmit"));
    assertEquals(List.of("Outro papel"), worded(rui, "Olivera"));
    assertEquals(List.of(), worded(rui, "Xylophon"));
    assertEquals(List.of(), worded(ana, "Kleinschmit"), "another tenant's title");
    SearchRequest english =
        new SearchRequest(
            Optional.of("Kleinschmit"),
            Optional.empty(),
            Optional.empty(),
            new SearchFilter(Optional.of("en"), Optional.empty(), Map.of()),
            10,
            Optional.empty(),
            SearchMode.TEXT);
    assertEquals(List.of(), knowledge.service.search(rui, english).hits());
  }

  private static List<String> worded(Scope who, String query) {
    return knowledge
        .service
        .search(who, SearchRequest.of(query, 5).mode(SearchMode.TEXT))
        .hits()
        .stream()
        .map(SearchHit::title)
        .toList();
  }

  @Test
  void filtersHoldInEveryMode() {
    for (SearchMode mode : SearchMode.values()) {
      assertEquals(
          List.of("Copias"),
          filtered(mode, new SearchFilter(Optional.of("es"), Optional.empty(), Map.of())));
      assertEquals(
          List.of("Férias"),
          filtered(mode, new SearchFilter(Optional.empty(), Optional.of("test:Férias"), Map.of())));
      assertEquals(
          List.of(),
          filtered(
              mode, new SearchFilter(Optional.of("pt"), Optional.empty(), Map.of("level", 3))));
      assertEquals(
          List.of("Holidays"),
          filtered(
              mode,
              new SearchFilter(
                  Optional.of("en"), Optional.empty(), Map.of("level", 2, "tags", List.of("b")))));
    }
  }

  @Test
  void conditionsAreJoinedByAndOrAndNot() {
    Condition pt = new Condition.In("language", List.of("pt"));
    Condition second = new Condition.In("metadata.level", List.of(2));
    assertEquals(List.of("Férias"), where(new Condition.And(List.of(pt, second))));
    assertEquals(
        List.of("Copias", "Holidays"),
        where(new Condition.And(List.of(new Condition.Not(pt), second))));
    assertEquals(
        List.of("Copias", "Férias", "Holidays", "Servidores"),
        where(new Condition.Or(List.of(pt, second))));
    assertEquals(
        List.of("Servidores"), where(new Condition.Range("metadata.level", Map.of("lt", 2))));
    assertEquals(
        List.of("Copias", "Férias", "Holidays"),
        where(new Condition.Range("metadata.level", Map.of("gt", 1, "lte", 2))));
    assertEquals(4, where(new Condition.In("metadata.tags", List.of("b", "z"))).size());
    assertEquals(
        List.of("Holidays"), where(new Condition.In("title", List.of("Holidays", "None"))));
    assertEquals(4, where(new Condition.Range("created_at", Map.of("gt", 0))).size());
    assertEquals(List.of(), where(new Condition.Range("created_at", Map.of("lt", 1000))));
  }

  @Test
  void whatCannotBeComparedAndWhatIsNotThereIsNotFound() {
    assertEquals(List.of(), where(new Condition.Range("metadata.level", Map.of("gt", "a"))));
    assertEquals(List.of(), where(new Condition.In("metadata.no.such", List.of("x"))));
    assertEquals(List.of(), where(new Condition.In("metadata.level", List.of())));
    String injection = "x\" || true || $.\"y\\' ; DROP TABLE chunk; --";
    assertEquals(List.of(), where(new Condition.In("metadata." + injection, List.of(injection))));
    assertEquals(List.of(), where(new Condition.In("source", List.of(injection))));
  }

  private static List<String> where(Condition condition) {
    List<String> found = List.of();
    for (SearchMode mode : List.of(SearchMode.SEMANTIC, SearchMode.HYBRID)) {
      found =
          filtered(
                  mode,
                  new SearchFilter(
                      Optional.empty(), Optional.empty(), Map.of(), Optional.of(condition)))
              .stream()
              .sorted()
              .toList();
    }
    List<String> byWords =
        filtered(
            SearchMode.TEXT,
            new SearchFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.of(condition)));
    assertTrue(found.containsAll(byWords), byWords + " in " + found);
    return found;
  }

  @Test
  void theThresholdIsOnSimilarityAlone() {
    SearchRequest all = SearchRequest.of("dias de descanso remunerado", 10);
    List<SearchHit> hits = knowledge.service.search(ana, all).hits();
    double best = hits.stream().mapToDouble(SearchHit::similarity).max().orElseThrow();
    SearchRequest strict =
        new SearchRequest(
            all.query(),
            all.vector(),
            all.collections(),
            all.filter(),
            10,
            Optional.of(best - 0.001),
            all.mode());
    List<SearchHit> kept = knowledge.service.search(ana, strict).hits();
    assertEquals(List.of("Férias"), kept.stream().map(SearchHit::title).toList());
    assertTrue(hits.size() > 1);
  }

  @Test
  void hitsAreOrderedAndLimited() {
    List<SearchHit> hits = knowledge.service.search(ana, SearchRequest.of("dias", 2)).hits();
    assertEquals(2, hits.size());
    assertTrue(hits.get(0).score() >= hits.get(1).score());
  }

  @Test
  void whatSharesNothingIsNotShown() {
    SearchRequest alien = SearchRequest.of("xilofone zumbido quasar", 10);
    assertTrue(knowledge.service.search(ana, alien).hits().isEmpty());
    assertTrue(knowledge.service.search(ana, alien.mode(SearchMode.TEXT)).hits().isEmpty());
    assertTrue(knowledge.service.search(ana, SearchRequest.of("de a o que", 10)).hits().isEmpty());
  }

  @Test
  void retrievedPassagesCarryWhatAnAnswerNeeds() {
    Retrieved passage =
        knowledge.service.retrieve(ana, Optional.empty(), "dias de descanso").getFirst();
    assertEquals("Férias", passage.title());
    assertFalse(Double.isNaN(passage.probability()));
    assertEquals(3, passage.passage(3).n());
    assertEquals("Um dois.\n\nTrês.", Passages.joined("Um dois.", "Três."));
    assertEquals("Um dois. Três.", Passages.joined("Um dois.", "dois. Três."));
  }

  @Test
  void aTraceShowsBothBranchesToTheSuperuserAlone() {
    Scope root = knowledge.db.tenantWithUser("superuser");
    SearchResult result =
        knowledge.service.search(ana, SearchRequest.of("dias de descanso remunerado", 1));
    SearchTrace trace = knowledge.service.searchTrace(root, result.id());
    assertEquals(ana.userId(), trace.userId());
    assertEquals("pt", trace.language());
    assertEquals("exact", trace.route());
    assertEquals(4, trace.chunks());
    assertEquals(
        result.hits().stream().map(SearchHit::chunkId).toList(),
        trace.hits().stream().map(SearchTrace.Place::chunkId).toList());
    assertEquals(4, trace.byMeaning().size(), "whatever the threshold and the limit");
    assertEquals("Férias", trace.byWords().getFirst().title());
    assertTrue(trace.byWords().getFirst().coverage() > 0.5);
    refused(FailureCode.FORBIDDEN, () -> knowledge.service.searchTrace(ana, result.id()));
    refused(FailureCode.NOT_FOUND, () -> knowledge.service.searchTrace(root, UUID.randomUUID()));
    List<UUID> ids =
        java.util.stream.IntStream.range(0, 501)
            .mapToObj(i -> knowledge.service.search(ana, SearchRequest.of("dias", 1)).id())
            .toList();
    refused(FailureCode.NOT_FOUND, () -> knowledge.service.searchTrace(root, ids.getFirst()));
    assertEquals(1, knowledge.service.searchTrace(root, ids.getLast()).hits().size());
  }

  @Test
  void whatABetterPassageSaysIsNotSaidAgain() {
    Scope rui = knowledge.user();
    UUID shelf = knowledge.collection(rui, CollectionScope.USER);
    String rule = "A coleta do lixo do bairro passa às terças e quintas bem cedo de manhã";
    knowledge.add(rui, shelf, "Lixo", rule + ".");
    knowledge.add(rui, shelf, "Limpeza urbana", rule + "!");
    knowledge.add(rui, shelf, "Taxa de 2023", rule + " e custa 12 reais.");
    knowledge.add(rui, shelf, "Taxa de 2024", rule + " e custa 15 reais.");
    List<String> titles =
        knowledge.service.retrieve(rui, Optional.empty(), "Quando passa a coleta do lixo?").stream()
            .map(Retrieved::title)
            .sorted()
            .toList();
    assertEquals(3, titles.size(), titles.toString());
    assertTrue(titles.containsAll(List.of("Taxa de 2023", "Taxa de 2024")), titles.toString());
    assertFalse(Likeness.nearlyTheSame("", "curto"));
    SearchRequest three = SearchRequest.of("coleta do lixo", 3).in(List.of(shelf));
    List<String> hits =
        knowledge.service.search(rui, three).hits().stream().map(SearchHit::title).toList();
    assertEquals(3, hits.size(), "a copy leaves no gap: " + hits);
    assertTrue(hits.containsAll(List.of("Taxa de 2023", "Taxa de 2024")), hits.toString());
  }

  @Test
  void requestsThatMakeNoSenseAreRefused() {
    SearchRequest good = SearchRequest.of("x", 10);
    QueryVector foreign = new QueryVector("other/model", new float[] {1f});
    QueryVector brief = new QueryVector("test/words", new float[] {1f});
    for (SearchRequest bad :
        List.of(
            SearchRequest.of(" ", 10),
            SearchRequest.of("x", 0),
            SearchRequest.of("x", 101),
            vector(foreign, SearchMode.SEMANTIC),
            vector(brief, SearchMode.SEMANTIC),
            vector(brief, SearchMode.HYBRID),
            new SearchRequest(
                good.query(),
                Optional.empty(),
                Optional.empty(),
                SearchFilter.NONE,
                5,
                Optional.of(Double.NaN),
                SearchMode.HYBRID))) {
      refused(FailureCode.INVALID, () -> knowledge.service.search(ana, bad));
    }
  }

  private static SearchRequest vector(QueryVector vector, SearchMode mode) {
    return new SearchRequest(
        Optional.empty(),
        Optional.of(vector),
        Optional.empty(),
        SearchFilter.NONE,
        5,
        Optional.empty(),
        mode);
  }

  private static String first(String query) {
    return knowledge
        .service
        .search(ana, SearchRequest.of(query, 5).mode(SearchMode.TEXT))
        .hits()
        .getFirst()
        .title();
  }

  private static List<String> filtered(SearchMode mode, SearchFilter filter) {
    SearchRequest request =
        new SearchRequest(
            Optional.of("dias configurações holidays"),
            Optional.empty(),
            Optional.of(List.of(collection)),
            filter,
            10,
            Optional.of(0.0),
            mode);
    return knowledge.service.search(ana, request).hits().stream().map(SearchHit::title).toList();
  }
}
