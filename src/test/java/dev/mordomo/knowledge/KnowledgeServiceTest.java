package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KnowledgeServiceTest {
  @TempDir static Path folder;
  private static TestKnowledge knowledge;
  private static KnowledgeService service;

  @BeforeAll
  static void open() {
    knowledge = new TestKnowledge(folder);
    service = knowledge.service;
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @Test
  void aDocumentIsKeptWholeAndFound() {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.USER);
    String text =
        "# Horta\n\n## Rega\n\nRegue os tomates a cada dois dias.\n\n```sql\nSELECT 1;\n```\n";
    Document document =
        service.addDocument(ana, collection, DocumentUpload.file("horta.md", Buffer.buffer(text)));
    assertEquals("Horta", document.title());
    assertEquals("md", document.sourceType());
    assertEquals("pt", document.language());
    assertEquals(document, service.document(ana, document.id()));
    assertEquals(List.of(document), service.documents(ana, collection, Optional.empty(), 10));
    assertEquals(1, service.collection(ana, collection).documentCount());
    assertEquals(text, service.file(ana, document.id()).bytes().toString());
    assertEquals("text/markdown", service.file(ana, document.id()).mediaType());

    List<Chunk> chunks = service.chunks(ana, document.id(), -1, 10);
    assertEquals(1, chunks.size());
    assertEquals("Rega", chunks.getFirst().heading());
    assertEquals(chunks.getFirst(), service.chunk(ana, chunks.getFirst().id()));

    SearchHit hit =
        service
            .search(ana, SearchRequest.of("de quantos em quantos dias regar tomates?", 5))
            .hits()
            .getFirst();
    assertEquals(chunks.getFirst().id(), hit.chunkId());
    assertTrue(hit.coverage() > 0.5 && hit.similarity() > 0 && hit.similarity() <= 1);
    assertEquals(Optional.of(hit.similarity() / 2), hit.probability());
  }

  @Test
  void announcesWhatCanBeFound() throws Exception {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.TENANT);
    CompletableFuture<UUID> heard = new CompletableFuture<>();
    knowledge.bus.subscribe(
        KnowledgeEvent.DOCUMENT_INDEXED,
        e -> {
          if (e.collectionId().equals(collection)) {
            heard.complete(e.documentId());
          }
        });
    Document document = knowledge.add(ana, collection, "Avisos", "A reunião será na quinta-feira.");
    assertEquals(document.id(), heard.get(10, TimeUnit.SECONDS));
  }

  @Test
  void deletingRemovesChunksEmbeddingsAndFile() throws SQLException {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.TENANT);
    Document document = knowledge.add(ana, collection, "Cópia", "Palavra rara: ornitorrinco.");
    String key = fileKey(document.id());
    assertTrue(knowledge.files.exists(key));
    service.deleteDocument(ana, document.id());
    assertEquals(0, count("chunk", document.id()));
    assertTrue(!knowledge.files.exists(key));
    assertTrue(knowledge.titles(ana, "ornitorrinco").isEmpty());
    assertEquals(0, service.collection(ana, collection).documentCount());
    refused(FailureCode.NOT_FOUND, () -> service.document(ana, document.id()));
  }

  @Test
  void aFileThatAnotherDocumentNeedsStays() throws SQLException {
    Scope ana = knowledge.user();
    UUID one = knowledge.collection(ana, CollectionScope.TENANT);
    UUID two = knowledge.collection(ana, CollectionScope.TENANT);
    DocumentUpload upload = DocumentUpload.text("Mesmo", "O mesmo texto em dois lugares.");
    Document first = service.addDocument(ana, one, upload);
    int before = knowledge.model.embedded.get();
    Document second = service.addDocument(ana, two, upload.onDuplicate(OnDuplicate.LINK));
    assertEquals(before, knowledge.model.embedded.get(), "the same text is not embedded twice");
    service.deleteDocument(ana, first.id());
    assertEquals("O mesmo texto em dois lugares.", service.file(ana, second.id()).bytes() + "");
    service.deleteCollection(ana, two);
    assertTrue(
        !knowledge.files.exists(Owner.of(CollectionScope.TENANT, ana).fileKey(first.sha256())));
  }

  @Test
  void duplicatesAreRefusedWithTheirReason() {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.TENANT);
    DocumentUpload upload =
        DocumentUpload.text("Lei Orçamentária 2023", "Artigo primeiro.").withSource("https://a/1");
    Document first = service.addDocument(ana, collection, upload);
    assertDuplicate(first, "source", ana, collection, upload);
    assertDuplicate(
        first, "hash", ana, collection, DocumentUpload.text("Outra", "Artigo primeiro."));
    assertDuplicate(
        first,
        "title",
        ana,
        collection,
        DocumentUpload.text("LEI orçamentária, 2023", "Novo texto."));
    knowledge.add(ana, collection, "Lei Orçamentária 2024", "Outro ano, outra lei.");
    service.addDocument(ana, collection, upload.onDuplicate(OnDuplicate.KEEP));
    assertEquals(3, service.collection(ana, collection).documentCount());
  }

  @Test
  void anotherTenantsDocumentIsNoDuplicateAndIsNotTold() {
    Scope ana = knowledge.user();
    Scope rui = knowledge.user();
    DocumentUpload upload = DocumentUpload.text("Segredo da casa", "Texto igual nos dois.");
    service.addDocument(ana, knowledge.collection(ana, CollectionScope.TENANT), upload);
    service.addDocument(rui, knowledge.collection(rui, CollectionScope.TENANT), upload);
  }

  @Test
  void replacingSwapsTheTextUnderTheSameId() throws SQLException {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.TENANT);
    DocumentUpload old = DocumentUpload.text("Preços", "O pão custa dez.").withSource("precos");
    Document first = service.addDocument(ana, collection, old);
    String oldKey = fileKey(first.id());
    Document second =
        service.addDocument(
            ana,
            collection,
            DocumentUpload.text("Preços", "O pão custa quinze.")
                .withSource("precos")
                .onDuplicate(OnDuplicate.REPLACE));
    assertEquals(first.id(), second.id());
    List<SearchHit> hits = service.search(ana, SearchRequest.of("quanto custa o pão", 5)).hits();
    assertEquals(List.of("O pão custa quinze."), hits.stream().map(SearchHit::text).toList());
    assertTrue(!knowledge.files.exists(oldKey));
    assertEquals(1, service.collection(ana, collection).documentCount());
  }

  @Test
  void aSearchDuringAReplacementSeesOneVersionWhole() throws Exception {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.TENANT);
    List<DocumentUpload> versions =
        Stream.of("um", "dois")
            .map(v ->
                DocumentUpload.text(
                        "Versão",
                        "# Alfa\n\nAlfa vale %1$s.\n\n# Beta\n\nBeta vale %1$s.\n\n# Gama\n\nGama vale %1$s."
                            .formatted(v))
                    .withSource("versoes"))
            .toList();
    UUID document = service.addDocument(ana, collection, versions.getFirst()).id();
    AtomicBoolean over = new AtomicBoolean();
    Future<Integer> searching =
        Executors.newVirtualThreadPerTaskExecutor()
            .submit(() -> {
              int searches = 0;
              while (!over.get()) {
                for (SearchMode mode : SearchMode.values()) {
                  List<SearchHit> hits =
                      service
                          .search(
                              ana, SearchRequest.of("quanto vale alfa, beta, gama", 9).mode(mode))
                          .hits();
                  assertEquals(3, hits.size(), mode + ": " + hits);
                  long ofOne = hits.stream().filter(hit -> hit.text().contains("um")).count();
                  assertTrue(ofOne == 0 || ofOne == 3, mode + ": " + hits);
                  searches++;
                }
              }
              return searches;
            });
    for (int i = 1; i <= 100; i++) {
      service.replaceDocument(ana, document, versions.get(i % 2));
    }
    over.set(true);
    assertTrue(searching.get(30, TimeUnit.SECONDS) > 0);
  }

  @Test
  void whatOthersKeepToThemselvesIsNoDuplicateAndWhatAllSeeIs() {
    Scope ana = knowledge.user();
    Scope rui = knowledge.db.user(ana.tenantId(), "operator");
    Scope root = knowledge.db.tenantWithUser("superuser");
    DocumentUpload upload = DocumentUpload.text("Diário de bordo", "Dia um: mar calmo.");
    knowledge.service.addDocument(ana, knowledge.collection(ana, CollectionScope.USER), upload);
    UUID shared = knowledge.collection(rui, CollectionScope.TENANT);
    Document theirs = service.addDocument(rui, shared, upload);
    assertDuplicate(
        theirs,
        "hash",
        rui,
        knowledge.collection(rui, CollectionScope.USER),
        DocumentUpload.text("Outro nome", "Dia um: mar calmo."));
    Document global =
        knowledge.add(
            root,
            knowledge.collection(root, CollectionScope.GLOBAL),
            "Código de conduta",
            "Seja gentil.");
    assertDuplicate(
        global,
        "title",
        rui,
        shared,
        DocumentUpload.text("código de Conduta!", "Outras palavras."));
  }

  @Test
  void linkingWithinACollectionGivesTheOneThatIsThere() {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.USER);
    DocumentUpload upload = DocumentUpload.text("Único", "Um só.").onDuplicate(OnDuplicate.LINK);
    Document first = service.addDocument(ana, collection, upload);
    assertEquals(first.id(), service.addDocument(ana, collection, upload).id());
  }

  @Test
  void globalCollectionsAreReadByAllAndWrittenByTheSuperuser() {
    Scope root = knowledge.db.tenantWithUser("superuser");
    Scope ana = knowledge.db.tenantWithUser("admin");
    refused(
        FailureCode.FORBIDDEN,
        () -> service.createCollection(ana, "Geral", CollectionScope.GLOBAL));
    UUID global = knowledge.collection(root, CollectionScope.GLOBAL);
    Document document = knowledge.add(root, global, "Manual geral", "Aperte o botão vermelho.");
    assertEquals(document, service.document(ana, document.id()));
    assertEquals(List.of("Manual geral"), knowledge.titles(ana, "botão vermelho"));
    refused(
        FailureCode.FORBIDDEN,
        () -> service.addDocument(ana, global, DocumentUpload.text("Meu", "Texto.")));
    refused(FailureCode.FORBIDDEN, () -> service.deleteDocument(ana, document.id()));
    refused(FailureCode.FORBIDDEN, () -> service.deleteCollection(ana, global));
  }

  @Test
  void namesAreUniqueForTheirOwner() {
    Scope ana = knowledge.user();
    service.createCollection(ana, "Receitas", CollectionScope.USER);
    refused(
        FailureCode.CONFLICT,
        () -> service.createCollection(ana, "receitas", CollectionScope.USER));
    service.createCollection(knowledge.user(), "Receitas", CollectionScope.USER);
    refused(FailureCode.INVALID, () -> service.createCollection(ana, "  ", CollectionScope.USER));
  }

  @Test
  void whatCannotBeReadLeavesNothing() {
    Scope ana = knowledge.user();
    UUID collection = knowledge.collection(ana, CollectionScope.USER);
    DocumentUpload binary = DocumentUpload.file("conta.pdf", Buffer.buffer(new byte[4000]));
    refused(FailureCode.UNREADABLE_FILE, () -> service.addDocument(ana, collection, binary));
    refused(
        FailureCode.INVALID,
        () -> service.addDocument(ana, collection, DocumentUpload.text(" ", "Texto.")));
    assertEquals(0, service.collection(ana, collection).documentCount());
  }

  private static void assertDuplicate(
      Document of, String reason, Scope who, UUID collection, DocumentUpload upload) {
    Failure failure =
        refused(FailureCode.DUPLICATE, () -> service.addDocument(who, collection, upload));
    assertEquals(Optional.of(new Duplicate(of.id(), reason)), failure.extra());
  }

  private static String fileKey(UUID document) throws SQLException {
    try (Connection owner = knowledge.db.owner();
        var query = owner.prepareStatement("SELECT file_key FROM document WHERE id = ?")) {
      query.setObject(1, document);
      try (var rows = query.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  private static long count(String table, UUID document) throws SQLException {
    try (Connection owner = knowledge.db.owner();
        var query =
            owner.prepareStatement("SELECT count(*) FROM " + table + " WHERE document_id = ?")) {
      query.setObject(1, document);
      try (var rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
