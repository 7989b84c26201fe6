package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobStatus;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Telling;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.SimilarTexts.Text;
import dev.mordomo.model.embedded.GlossMiniLm;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that say what another one says are told, and taken in all the same. */
final class SimilarDocumentsTest {
  private static final Set<String> GROUPS =
      SimilarTexts.all().stream().map(Text::group).collect(Collectors.toSet());

  @TempDir static Path store;
  @TempDir Path folder;
  private static TestDatabase db;
  private static GlossMiniLm model;
  private static Bus bus;
  private static JobService jobs;
  private static KnowledgeService service;
  private static KnowledgeService byIndex;
  private Scope ana;
  private UUID collection;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    model = new GlossMiniLm(Path.of("target/native"));
    bus = new Bus(db.vertx());
    jobs = TestKnowledge.jobs(db, bus);
    service = service(jobs, Map.of("knowledge.inline_bytes", "20000"));
    byIndex = service(TestKnowledge.jobs(db, bus), Map.of("knowledge.exact_search_up_to", "0"));
  }

  private static KnowledgeService service(JobService jobs, Map<String, String> settings) {
    return new KnowledgeService(
        db.database(),
        bus,
        new FolderFileStore(store),
        jobs,
        KnowledgeModels.only(model),
        DocumentMasking.NONE,
        Telling.PLAIN,
        KnowledgeConfig.from(Settings.of(settings, Map.of())),
        new SimpleMeterRegistry(),
        InstantSource.system());
  }

  @AfterAll
  static void close() {
    model.close();
    db.close();
  }

  @BeforeEach
  void begin() {
    ana = db.tenantWithUser("operator");
    collection = collection(ana, CollectionScope.TENANT);
  }

  private static UUID collection(Scope who, CollectionScope scope) {
    return service.createCollection(who, "c " + UUID.randomUUID(), scope).id();
  }

  private static DocumentUpload upload(Text text) {
    return DocumentUpload.file("text.md", Buffer.buffer(text.markdown()))
        .onDuplicate(OnDuplicate.KEEP);
  }

  private static Submitted.Added add(Scope who, UUID into, Text text) {
    return service.added(who, into, upload(text));
  }

  private static List<UUID> named(Submitted.Added added) {
    return added.similarTo().stream().map(SimilarDocument::documentId).toList();
  }

  @Test
  void theSameTextUnderAnotherTitleIsTold() {
    for (String group : GROUPS) {
      Text original = SimilarTexts.original(group);
      Document first = add(ana, collection, original).document();
      Submitted.Added second = add(ana, collection, original.titled("Para o arquivo"));
      assertEquals(
          List.of(new SimilarDocument(first.id(), original.title(), 1)), second.similarTo(), group);
      service.deleteDocument(ana, second.document().id());
    }
  }

  @Test
  void aTextThatWasLightlyWorkedOverIsTold() {
    for (String group : GROUPS) {
      Document first = add(ana, collection, SimilarTexts.original(group)).document();
      for (Text edited : SimilarTexts.of(group, "edited")) {
        assertEquals(List.of(first.id()), named(add(ana, collection, edited)), edited.title());
      }
    }
  }

  @Test
  void theyAreFoundAlongTheIndexToo() {
    Document first = add(ana, collection, SimilarTexts.original("returns")).document();
    Text edited = SimilarTexts.of("returns", "edited").getFirst();
    assertEquals(List.of(first.id()), named(byIndex.added(ana, collection, upload(edited))));
  }

  @Test
  void anotherYearOfALawAndOthersOfAKindAreNotTold() {
    GROUPS.forEach(group -> add(ana, collection, SimilarTexts.original(group)));
    for (String group : GROUPS) {
      for (Text other : SimilarTexts.of(group, "other")) {
        assertEquals(List.of(), add(ana, collection, other).similarTo(), other.title());
      }
    }
  }

  @Test
  void aYearThatOnlyTheTextTellsIsAnotherYear() {
    Text law = SimilarTexts.original("budget");
    add(ana, collection, law.titled("Lei Orçamentária"));
    Text next = SimilarTexts.of("budget", "other").getFirst();
    assertEquals(List.of(), add(ana, collection, next.titled("A lei do orçamento")).similarTo());
  }

  @Test
  void anotherTenantsDocumentIsNeverNamed() {
    Text text = SimilarTexts.original("returns");
    Scope rui = db.tenantWithUser("operator");
    add(rui, collection(rui, CollectionScope.TENANT), text);
    add(rui, collection(rui, CollectionScope.USER), text);
    Document ours = add(ana, collection, text).document();
    UUID own = collection(ana, CollectionScope.USER);
    assertEquals(List.of(ours.id()), named(add(ana, own, text)));
    Submitted.Added theirs = add(rui, collection(rui, CollectionScope.TENANT), text);
    assertTrue(theirs.similarTo().stream().noneMatch(it -> it.documentId().equals(ours.id())));
  }

  @Test
  void whatOneKeepsToOneselfIsNotNamedToOthers() {
    Text text = SimilarTexts.original("remote");
    UUID own = collection(ana, CollectionScope.USER);
    Document mine = add(ana, own, text).document();
    Scope bia = db.user(ana.tenantId(), "operator");
    assertEquals(List.of(), add(bia, collection(bia, CollectionScope.USER), text).similarTo());
    // Others read what stands beside a shared document, such as the result of its job.
    Submitted.Added shared = add(ana, collection, text);
    assertEquals(List.of(), shared.similarTo());
    Submitted.Added again = add(ana, own, text.titled("Once more"));
    assertEquals(Set.of(mine.id(), shared.document().id()), Set.copyOf(named(again)));
  }

  @Test
  void whatAllSeeIsNamedToAll() {
    Scope root = db.tenantWithUser("superuser");
    UUID global = collection(root, CollectionScope.GLOBAL);
    Text text = SimilarTexts.original("machine");
    Document published = add(root, global, text).document();
    assertEquals(List.of(published.id()), named(add(ana, collection, text)));
    // And not the tenant's to those who read what is published.
    Submitted.Added edited = add(root, global, SimilarTexts.of("machine", "edited").getFirst());
    assertEquals(List.of(published.id()), named(edited));
    service.deleteCollection(root, global);
  }

  @Test
  void aNewVersionIsNotSimilarToTheOneThatItReplaces() {
    Text text = SimilarTexts.original("job");
    Document first = add(ana, collection, text).document();
    Text edited = SimilarTexts.of("job", "edited").getFirst();
    Submitted.Added swapped = service.replaced(ana, first.id(), upload(edited));
    assertEquals(first.id(), swapped.document().id());
    assertEquals(List.of(), swapped.similarTo());
    assertEquals(List.of(first.id()), named(add(ana, collection, text)));
  }

  @Test
  void aJobsResultNamesThem() throws Exception {
    CompletableFuture<Job> ended = new CompletableFuture<>();
    bus.subscribe(
        JobEvent.Updated.ADDRESS,
        event -> {
          if (event.job().status().isFinal()) {
            ended.complete(event.job());
          }
        });
    db.vertx()
        .deployVerticle(
            () -> new JobVerticle(jobs, db.database(), InstantSource.system()),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
    String book = book();
    assertTrue(book.length() > 20_000);
    Document first =
        service.addDocument(
            ana, collection, DocumentUpload.file("book.md", Buffer.buffer("# Livro\n\n" + book)));
    service.submitDocument(
        ana,
        collection,
        DocumentUpload.file("cópia.md", Buffer.buffer("# Outro nome\n\n" + book))
            .onDuplicate(OnDuplicate.KEEP));
    Job job = ended.get(60, TimeUnit.SECONDS);
    assertEquals(JobStatus.DONE, job.status(), job.toString());
    assertEquals(
        List.of(Map.of("document_id", first.id().toString(), "title", "Livro", "share", 1.0)),
        job.result().orElseThrow().get("similar_to"));
  }

  /** All the texts, some of them twice: their numbers stay the same. */
  private static String book() {
    String all =
        SimilarTexts.all().stream()
            .map(text -> text.markdown().replaceAll("(?m)^#", "##"))
            .collect(Collectors.joining("\n"));
    return all + all.replace("## ", "## De novo: ");
  }

  @Test
  void theSummaryOfIngestNamesThem() throws IOException {
    Text text = SimilarTexts.original("minutes");
    Files.writeString(folder.resolve("ata.md"), text.markdown());
    assertEquals("1 added, 0 replaced, 0 unchanged, 0 skipped, 0 failed", ingest().getLast());
    Files.writeString(
        folder.resolve("cópia.md"), SimilarTexts.of("minutes", "edited").getFirst().markdown());
    List<String> out = ingest();
    assertEquals(
        "1 added, 0 replaced, 1 unchanged, 0 skipped, 0 failed, 1 similar to others",
        out.getLast());
    assertEquals(
        "  similar cópia.md: says what is in \"Ata da assembleia do condomínio\" (100 %)",
        out.get(out.size() - 2));
  }

  private List<String> ingest() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        new KnowledgeCommands(service, email -> ana, print, print, false)
            .run(
                List.of("ingest", folder.toString(), "--collection", "Atas", "--scope", "user"),
                Optional.empty());
    assertEquals(0, code);
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aSampleIsSpreadOverTheDocument() {
    assertArrayEquals(new int[] {0}, SimilarDocuments.sample(1));
    assertArrayEquals(IntStream.range(0, 24).toArray(), SimilarDocuments.sample(24));
    int[] many = SimilarDocuments.sample(10_000);
    assertEquals(24, many.length);
    assertEquals(0, many[0]);
    assertEquals(9_999, many[23]);
    assertEquals(24, IntStream.of(many).distinct().count());
  }
}
