package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a ChromaDB server holds is treated as an upload is, its vectors included. */
class ImportMaskingTest {
  private static final String CPF = "529.982.247-25";

  @TempDir Path folder;
  private TestKnowledge knowledge;
  private KnowledgeService service;
  private Scope ana;
  private float[] given;

  @BeforeEach
  void open() {
    knowledge = TestKnowledge.byPolicy(folder, KnowledgeConfig.DEFAULT);
    ana = knowledge.user();
    service = knowledge.service;
    given = new float[knowledge.model.dimensions()];
    given[given.length - 1] = 1;
  }

  @AfterEach
  void close() {
    knowledge.close();
  }

  private KnowledgeCollection load(LoadReport report, String text) {
    return load(report, "one", text);
  }

  private KnowledgeCollection load(LoadReport report, String id, String text) {
    KnowledgeCollection into = service.ensureCollection(ana, "c", CollectionScope.TENANT);
    try (ChromaServer nowhere =
        new ChromaServer(URI.create("http://127.0.0.1:9"), "t", "d", Optional.empty())) {
      service
          .chromaImport(nowhere, report)
          .write(
              ana,
              into,
              new ChromaServer.Collection("", into.name()),
              List.of(new ChromaServer.Entry(id, text, given, Map.of("owner", CPF))),
              true);
    }
    return into;
  }

  /** How near the entry is to the vector that came with it. */
  private double nearness(KnowledgeCollection collection) {
    return service
        .search(
            ana,
            new SearchRequest(
                Optional.empty(),
                Optional.of(new QueryVector(knowledge.model.name(), given)),
                Optional.of(List.of(collection.id())),
                SearchFilter.NONE,
                1,
                Optional.of(0.0),
                SearchMode.SEMANTIC))
        .hits()
        .stream()
        .mapToDouble(SearchHit::similarity)
        .max()
        .orElse(0);
  }

  @Test
  void whereItIsKeptTheVectorIsTakenToo() throws SQLException {
    knowledge.policy("keep");
    KnowledgeCollection collection = load(new LoadReport(), "O CPF é " + CPF);
    Document document = service.documents(ana, collection.id(), Optional.empty(), 10).getFirst();
    assertEquals("O CPF é " + CPF, text(document));
    assertEquals(1, nearness(collection), 1e-3);
  }

  @Test
  void whereItIsMaskedItsVectorIsMadeAnew() throws SQLException {
    knowledge.policy("mask");
    KnowledgeCollection collection = load(new LoadReport(), "O CPF é " + CPF);
    Document document = service.documents(ana, collection.id(), Optional.empty(), 10).getFirst();
    assertEquals("O CPF é [cpf]", text(document));
    assertEquals("[cpf]", document.metadata().get("owner"));
    assertTrue(document.metadata().containsKey("personal_data"), document.toString());
    assertTrue(nearness(collection) < 0.99, "a vector that tells of the number");
  }

  @Test
  void whereItIsRefusedItIsSkippedAndSaid() throws SQLException {
    knowledge.policy("refuse");
    LoadReport report = new LoadReport();
    KnowledgeCollection collection = load(report, "O CPF é " + CPF);
    assertEquals(List.of(), service.documents(ana, collection.id(), Optional.empty(), 10));
    assertEquals(0, report.failures());
    assertTrue(report.reasons().toString().contains("personal data (cpf)"), report.summary());
  }

  @Test
  void whatAnEntryIsCalledIsMaskedToo() throws SQLException {
    knowledge.policy("mask");
    load(new LoadReport(), "cliente " + CPF, "Mora na praia.");
    LoadReport report = new LoadReport();
    KnowledgeCollection collection = load(report, "cliente 111.444.777-35", "Mora na serra.");
    assertEquals("1 added, 0 replaced, 0 unchanged, 0 skipped, 0 failed", report.summary());
    load(report, "cliente 111.444.777-35", "Mora no campo.");
    assertEquals("1 added, 1 replaced, 0 unchanged, 0 skipped, 0 failed", report.summary());
    for (Document document : service.documents(ana, collection.id(), Optional.empty(), 10)) {
      String source = document.source().orElseThrow();
      assertTrue(source.matches("chroma:c/cliente \\[cpf] #[a-p]{12}"), source);
    }
  }

  @Test
  void whatAnEntryIsCalledIsRefusedTooAndTheReportDoesNotSayIt() throws SQLException {
    knowledge.policy("refuse");
    LoadReport report = new LoadReport();
    KnowledgeCollection collection = load(report, "cliente " + CPF, "Mora na praia.");
    assertEquals(List.of(), service.documents(ana, collection.id(), Optional.empty(), 10));
    String said = report.reasons().toString();
    assertTrue(said.contains("personal data (cpf)") && !said.contains(CPF), said);
  }

  private String text(Document document) {
    return service.chunks(ana, document.id(), -1, 10).getFirst().text();
  }
}
