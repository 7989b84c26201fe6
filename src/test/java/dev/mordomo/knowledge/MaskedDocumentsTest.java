package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mordomo.Await;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents whose names and texts lose what is personal stay those that they are. */
class MaskedDocumentsTest {
  private static final String ONE = "529.982.247-25";
  private static final String OTHER = "111.444.777-35";

  @TempDir static Path store;
  private static TestKnowledge knowledge;
  private static KnowledgeService service;
  private Scope ana;
  private UUID collection;

  @BeforeAll
  static void open() {
    Map<String, String> settings = Map.of("knowledge.inline_bytes", "2000");
    knowledge =
        TestKnowledge.byPolicy(store, KnowledgeConfig.from(Settings.of(settings, Map.of())));
    service = knowledge.service;
    knowledge.runJobs();
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @BeforeEach
  void begin() throws SQLException {
    ana = knowledge.db.tenantWithUser("admin");
    knowledge.policy("mask");
    collection = knowledge.collection(ana, CollectionScope.TENANT);
  }

  private Document add(String cpf, String content, OnDuplicate then) {
    DocumentUpload upload =
        DocumentUpload.text("Ficha de " + cpf, content).withSource(cpf + ".pdf").onDuplicate(then);
    return service.addDocument(ana, collection, upload);
  }

  @Test
  void documentsOfTwoPeopleAreTwo() {
    Document one = add(ONE, "Mora na praia.", OnDuplicate.REPLACE);
    Document other = add(OTHER, "Mora na serra.", OnDuplicate.REPLACE);
    assertNotEquals(one.id(), other.id());
    assertEquals("Ficha de [cpf]", one.title());
    assertEquals("Ficha de [cpf]", other.title());
    assertEquals(2, service.documents(ana, collection, Optional.empty(), 10).size());
    assertEquals(other.id(), add(OTHER, "Mora no campo.", OnDuplicate.REPLACE).id());
    assertEquals("Mora na praia.", text(one));
    assertEquals("Mora no campo.", text(other));
  }

  @Test
  void aMaskedSourceIsTheSameAgainAndTellsNothing() {
    String source = add(ONE, "Um.", OnDuplicate.REFUSE).source().orElseThrow();
    assertFalse(source.contains("529"), source);
    // Letters alone, which are never taken for a number.
    assertEquals("[cpf].pdf #", source.replaceAll("[a-p]{12}$", ""));
    TestKnowledge.refused(FailureCode.DUPLICATE, () -> add(ONE, "Outro.", OnDuplicate.REFUSE));
  }

  @Test
  void aFolderKnowsItsFilesAgain(@TempDir Path folder) throws Exception {
    Path file = folder.resolve(ONE + ".md");
    Files.writeString(file, "Mora na praia.");
    Files.writeString(folder.resolve(OTHER + ".md"), "Mora na serra.");
    assertEquals("2 added, 0 replaced, 0 unchanged, 0 skipped, 0 failed", load(folder).summary());
    Files.writeString(file, "Mora no campo.");
    assertEquals("0 added, 1 replaced, 1 unchanged, 0 skipped, 0 failed", load(folder).summary());
    assertEquals(
        Set.of("Mora no campo.", "Mora na serra."),
        service.documents(ana, collection, Optional.empty(), 10).stream()
            .map(this::text)
            .collect(Collectors.toSet()));
  }

  @Test
  void aFolderThatWasKeptAsItIsIsMaskedInItsPlace(@TempDir Path folder) throws Exception {
    knowledge.policy("keep");
    Path file = folder.resolve(ONE + ".md");
    Files.writeString(file, "Mora na praia.");
    load(folder);
    knowledge.policy("mask");
    Files.writeString(file, "Mora no campo.");
    assertEquals("0 added, 1 replaced, 0 unchanged, 0 skipped, 0 failed", load(folder).summary());
    Document only = service.documents(ana, collection, Optional.empty(), 10).getFirst();
    assertFalse(only.toString().contains(ONE), only.toString());
    knowledge.policy("refuse");
    assertEquals("0 added, 0 replaced, 0 unchanged, 0 skipped, 1 failed", load(folder).summary());
  }

  @Test
  void ofALargeOneThatIsRefusedNothingIsKept() throws Exception {
    knowledge.policy("refuse");
    DocumentUpload large =
        DocumentUpload.text("Lista", "Uma linha.\n\n".repeat(300) + "O CPF é " + ONE + ".");
    BlockingQueue<Job> ended = new LinkedBlockingQueue<>();
    knowledge.bus.subscribe(
        JobEvent.Updated.ADDRESS,
        event -> {
          if (event.job().status().isFinal()) {
            ended.add(event.job());
          }
        });
    Submitted submitted = service.submitDocument(ana, collection, large);
    UUID queued = assertInstanceOf(Submitted.Queued.class, submitted).job().id();
    Job job;
    do {
      job = Objects.requireNonNull(ended.poll(30, TimeUnit.SECONDS), "it does not end");
    } while (!job.id().equals(queued));
    assertEquals("invalid", job.error().orElseThrow().code());
    assertEquals(List.of(), service.documents(ana, collection, Optional.empty(), 10));
    String sha256 = DocumentPreparation.sha256(DocumentPreparation.bytes(large));
    String key = Owner.of(CollectionScope.TENANT, ana).fileKey(sha256);
    Await.until("its file is gone", () -> !knowledge.files.exists(key), Duration.ofSeconds(30));
  }

  @Test
  void aFileKeepsItsExtension() {
    String name = "joao@example.com.md";
    Buffer small = Buffer.buffer("Mora na praia.");
    Buffer large = Buffer.buffer("Mora na serra.\n\n".repeat(300));
    for (Buffer bytes : List.of(small, large)) {
      service.submitDocument(ana, collection, DocumentUpload.file(name, bytes));
    }
    for (Document one : service.documents(ana, collection, Optional.empty(), 10)) {
      assertEquals("[email]", one.title());
      assertEquals("[email].md", service.file(ana, one.id()).name());
    }
  }

  private LoadReport load(Path folder) throws IOException {
    LoadReport report = new LoadReport();
    FolderIngest ingest = new FolderIngest(service, report);
    KnowledgeCollection into = service.collection(ana, collection);
    ingest.load(ana, into, folder, ingest.files(folder), done -> {});
    return report;
  }

  private String text(Document document) {
    List<Chunk> chunks = service.chunks(ana, document.id(), -1, 10);
    return chunks.getFirst().text();
  }
}
