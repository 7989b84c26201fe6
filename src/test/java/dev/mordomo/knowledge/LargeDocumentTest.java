package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobStatus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that a job takes in. */
class LargeDocumentTest {
  private static final int CHUNKS = 200;
  private static TestKnowledge knowledge;
  private static KnowledgeService service;
  private static final BlockingQueue<Job> ENDED = new LinkedBlockingQueue<>();
  @TempDir static Path folder;
  private Scope ana;
  private UUID collection;

  @BeforeAll
  static void open() {
    Map<String, String> settings = Map.of("knowledge.inline_bytes", "2000");
    knowledge = new TestKnowledge(folder, KnowledgeConfig.from(Settings.of(settings, Map.of())));
    service = knowledge.service;
    knowledge.bus.subscribe(
        JobEvent.Updated.ADDRESS,
        event -> {
          if (event.job().status().isFinal()) {
            ENDED.add(event.job());
          }
        });
    knowledge.runJobs();
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @BeforeEach
  void begin() {
    ENDED.clear();
    ana = knowledge.db.tenantWithUser("admin");
    collection = knowledge.collection(ana, CollectionScope.TENANT);
  }

  @AfterEach
  void asUsual() {
    knowledge.model.before = () -> {};
  }

  @Test
  void aSmallOneIsAddedAtOnceAndALargeOneByAJob() throws Exception {
    assertTrue(
        service.submitDocument(ana, collection, DocumentUpload.text("Pouco", "Um texto curto."))
            instanceof Submitted.Added);
    int before = knowledge.model.embedded.get();
    Job queued = submit(DocumentUpload.file("Livro.md", book("livro", "abacaxi")));
    Job done = ended(queued);
    assertEquals(JobStatus.DONE, done.status());
    Document document = only("Livro livro");
    assertEquals(
        Map.of(
            "document_id",
            document.id().toString(),
            "chunk_count",
            document.chunkCount(),
            "similar_to",
            List.of()),
        done.result().orElseThrow());
    assertEquals(DocumentStatus.INDEXED, document.status());
    assertEquals(new Job.Progress(CHUNKS, CHUNKS), done.progress());
    assertEquals(CHUNKS, document.chunkCount());
    assertEquals(CHUNKS, knowledge.model.embedded.get() - before);
    assertEquals(List.of("Livro livro"), knowledge.titles(ana, "abacaxi 117"));
    assertEquals(0, count("kept_embedding"));
  }

  @Test
  void workThatWasDoneBeforeItBrokeOffIsNotRepeated() throws Exception {
    int before = knowledge.model.embedded.get();
    AtomicInteger batches = new AtomicInteger();
    knowledge.model.before =
        () -> {
          if (batches.incrementAndGet() % 2 == 0) {
            throw Failure.of(FailureCode.MODEL_UNAVAILABLE, "the model broke off");
          }
        };
    Job done = ended(submit(DocumentUpload.file("quebrado.md", book("quebrado", "caju"))));
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    assertTrue(done.attempts() >= 3, done.toString());
    assertEquals(CHUNKS, knowledge.model.embedded.get() - before, "each text once");
    assertEquals(CHUNKS, only("Livro quebrado").chunkCount());
  }

  @Test
  void aCancelledOneLeavesNothing() throws Exception {
    Held held = new Held();
    knowledge.model.before = held;
    Job queued = submit(DocumentUpload.file("parado.md", book("parado", "goiaba")));
    held.awaitBegun();
    Document pending = service.documents(ana, collection, Optional.empty(), 10).getFirst();
    assertEquals(DocumentStatus.PENDING, pending.status());
    assertEquals(List.of(), knowledge.titles(ana, "goiaba 7"));
    String key = Owner.of(CollectionScope.TENANT, ana).fileKey(pending.sha256());
    assertTrue(knowledge.files.exists(key));
    assertEquals(JobStatus.CANCELLED, knowledge.jobs.cancel(ana, queued.id()).status());
    held.release();
    assertEquals(JobStatus.CANCELLED, ended(queued).status());
    refused(FailureCode.NOT_FOUND, () -> service.document(ana, pending.id()));
    assertFalse(knowledge.files.exists(key));
    assertEquals(0, service.collection(ana, collection).documentCount());
  }

  @Test
  void aBrokenOneFailsWithItsReasonAndMayBeTriedAgain() throws Exception {
    Buffer scanned = TestKnowledge.bytes("%PDF-1.4\n" + "nonsense ".repeat(1_000));
    for (int i = 0; i < 2; i++) {
      Job failed = ended(submit(DocumentUpload.file("roto.pdf", scanned)));
      assertEquals(JobStatus.FAILED, failed.status());
      assertEquals("unreadable_file", failed.error().orElseThrow().code());
      assertEquals(1, failed.attempts(), "it would fail again");
      assertEquals(DocumentStatus.FAILED, only("roto").status());
    }
    service.deleteDocument(ana, only("roto").id());
  }

  @Test
  void searchSeesTheOldOneUntilTheNewOneIsWhole() throws Exception {
    DocumentUpload first = DocumentUpload.file("lei.md", book("lei", "manga")).withSource("lei");
    Document old = document(ended(submit(first)));
    Held held = new Held();
    knowledge.model.before = held;
    Job queued =
        submit(
            DocumentUpload.file("lei.md", book("lei", "pitanga"))
                .withSource("lei")
                .onDuplicate(OnDuplicate.REPLACE));
    held.awaitBegun();
    assertEquals(1, found("manga 9"));
    assertEquals(0, found("pitanga 9"));
    knowledge.model.before = () -> {};
    held.release();
    Document swapped = document(ended(queued));
    assertEquals(old.id(), swapped.id());
    assertEquals(0, found("manga 9"));
    assertEquals(1, found("pitanga 9"));
    assertEquals(List.of(swapped), service.documents(ana, collection, Optional.empty(), 10));
    assertFalse(
        knowledge.files.exists(Owner.of(CollectionScope.TENANT, ana).fileKey(old.sha256())));
  }

  @Test
  void whatIsBeingTakenInIsADuplicateAlready() throws Exception {
    Held held = new Held();
    knowledge.model.before = held;
    DocumentUpload upload = DocumentUpload.file("duas.md", book("duas", "jaca"));
    Job queued = submit(upload);
    held.awaitBegun();
    Failure refused =
        refused(FailureCode.DUPLICATE, () -> service.submitDocument(ana, collection, upload));
    Document pending = service.documents(ana, collection, Optional.empty(), 10).getFirst();
    assertEquals(Optional.of(new Duplicate(pending.id(), "hash")), refused.extra());
    held.release();
    ended(queued);
  }

  @Test
  void aTitleThatIsOnlyWithinTheFileMakesADuplicateToo() throws Exception {
    ended(submit(DocumentUpload.file("um.md", book("igual", "uva"))));
    Job failed = ended(submit(DocumentUpload.file("outro.md", book("igual", "figo"))));
    assertEquals(JobStatus.FAILED, failed.status());
    assertEquals("duplicate", failed.error().orElseThrow().code());
  }

  @Test
  void aCollectionThatIsDeletedMeanwhileEndsItsJobs() throws Exception {
    Held held = new Held();
    knowledge.model.before = held;
    Job queued = submit(DocumentUpload.file("fim.md", book("fim", "amora")));
    held.awaitBegun();
    service.deleteCollection(ana, collection);
    knowledge.model.before = () -> {};
    held.release();
    Job failed = ended(queued);
    assertEquals(JobStatus.FAILED, failed.status());
    assertEquals("not_found", failed.error().orElseThrow().code());
  }

  @Test
  void anAdministratorHasTheOriginalReadAgain() throws Exception {
    Document document = document(ended(submit(DocumentUpload.file("r.md", book("rever", "lima")))));
    int before = knowledge.model.embedded.get();
    Job again =
        knowledge.jobs.start(ana, IngestJob.TYPE, Map.of("document_id", document.id().toString()));
    assertEquals(JobStatus.DONE, ended(again).status());
    assertEquals(before, knowledge.model.embedded.get(), "no text was embedded twice");
    assertEquals(document, service.document(ana, document.id()));
    Scope rui = knowledge.db.tenantWithUser("admin");
    refused(
        FailureCode.NOT_FOUND,
        () ->
            knowledge.jobs.start(
                rui, IngestJob.TYPE, Map.of("document_id", document.id().toString())));
    refused(
        FailureCode.INVALID,
        () -> knowledge.jobs.start(ana, IngestJob.TYPE, Map.of("document_id", "x")));
  }

  /** Holds the model until the test lets it go on. */
  private static final class Held implements Runnable {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public void run() {
      begun.countDown();
      try {
        assertTrue(released.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    void awaitBegun() throws InterruptedException {
      assertTrue(begun.await(30, TimeUnit.SECONDS), "the job did not begin");
    }

    void release() {
      released.countDown();
    }
  }

  /** Sections, each a chunk with words of its own. */
  private static Buffer book(String name, String fruit) {
    StringBuilder text = new StringBuilder("# Livro " + name + "\n\n");
    for (int i = 0; i < CHUNKS; i++) {
      text.append("## Parte ").append(i).append("\n\n");
      text.append("Neste lugar se fala de ").append(fruit).append(' ').append(i).append(".\n\n");
    }
    return Buffer.buffer(text.toString());
  }

  private Job submit(DocumentUpload upload) {
    return switch (service.submitDocument(ana, collection, upload)) {
      case Submitted.Queued queued -> queued.job();
      case Submitted.Added added -> throw new AssertionError("not a job: " + added);
    };
  }

  private static Job ended(Job job) throws InterruptedException {
    Job last = ENDED.poll(30, TimeUnit.SECONDS);
    assertNotNull(last, "it did not end");
    assertEquals(job.id(), last.id());
    return last;
  }

  private Document document(Job done) {
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    return service.document(
        ana, UUID.fromString(String.valueOf(done.result().orElseThrow().get("document_id"))));
  }

  private Document only(String title) {
    List<Document> found =
        service.documents(ana, collection, Optional.empty(), 10).stream()
            .filter(d -> d.title().equals(title))
            .toList();
    assertEquals(1, found.size(), found.toString());
    return found.getFirst();
  }

  private long found(String words) {
    return service.search(ana, SearchRequest.of(words, 5).mode(SearchMode.TEXT)).hits().stream()
        .filter(hit -> hit.text().contains(words))
        .count();
  }

  private static long count(String table) throws SQLException {
    try (Connection owner = knowledge.db.owner();
        ResultSet rows = owner.createStatement().executeQuery("SELECT count(*) FROM " + table)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
