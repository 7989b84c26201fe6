package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobStatus;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.EmbeddingModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings want another embedding model: a server that was started anew with it. */
class ModelChangeTest {
  private static final int PAGES = 90;
  @TempDir private Path folder;
  private TestKnowledge before;
  private final HalfWords other = new HalfWords();
  private Scope ana;
  private UUID collection;

  /** Another model, of another length. */
  private static final class HalfWords implements EmbeddingModel {
    static final int DIMENSIONS = 192;
    final AtomicInteger embedded = new AtomicInteger();
    volatile Runnable after = () -> {};

    @Override
    public String name() {
      return "test/half";
    }

    @Override
    public int dimensions() {
      return DIMENSIONS;
    }

    @Override
    public Future<List<float[]>> embed(List<String> texts, Use use) {
      if (use == Use.PASSAGE) {
        embedded.addAndGet(texts.size());
        after.run();
      }
      return Future.succeededFuture(
          texts.stream().map(t -> Arrays.copyOf(WordVectors.vector(t), DIMENSIONS)).toList());
    }

    @Override
    public double defaultThreshold() {
      return 0.2;
    }

    @Override
    public double probability(double similarity, String query, String passage) {
      return Double.NaN;
    }
  }

  /** A server with a model of its own on the same database. */
  private final class House {
    final JobService jobs = TestKnowledge.jobs(before.db, before.bus);
    final KnowledgeService service;
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final BlockingQueue<Job> ended = new LinkedBlockingQueue<>();

    House(EmbeddingModel wanted) {
      service =
          new KnowledgeService(
              before.db.database(),
              before.bus,
              before.files,
              jobs,
              new KnowledgeModels(
                  wanted,
                  name ->
                      List.of(before.model, other).stream()
                          .filter(m -> m.name().equals(name))
                          .findFirst(),
                  Optional.empty()),
              DocumentMasking.NONE,
              KnowledgeConfig.DEFAULT,
              metrics,
              InstantSource.system());
      before.bus.subscribe(
          JobEvent.Updated.ADDRESS,
          event -> {
            if (event.job().status().isFinal()) {
              ended.add(event.job());
            }
          });
    }

    void deploy() {
      DeploymentOptions virtual =
          new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
      InstantSource clock = InstantSource.system();
      before
          .db
          .vertx()
          .deployVerticle(() -> new JobVerticle(jobs, before.db.database(), clock), virtual)
          .await();
      before
          .db
          .vertx()
          .deployVerticle(() -> new KnowledgeVerticle(service, jobs, before.bus, clock), virtual)
          .await();
    }

    double gauge(String name) {
      return metrics.get("mordomo.backfill." + name).gauge().value();
    }

    Job ended() throws InterruptedException {
      Job job = ended.poll(30, TimeUnit.SECONDS);
      assertNotNull(job, "no job ended");
      return job;
    }
  }

  @BeforeEach
  void open() {
    before = new TestKnowledge(folder);
    ana = before.user();
    collection = before.collection(ana, CollectionScope.USER);
    for (int i = 0; i < PAGES; i++) {
      before.add(ana, collection, "Página " + i, "Na página " + (100 + i) + " mora um bicho.");
    }
    Scope rui = before.user();
    before.add(rui, before.collection(rui, CollectionScope.TENANT), "De Rui", "Texto de Rui.");
  }

  @AfterEach
  void close() {
    before.close();
  }

  private List<String> found(KnowledgeService service, String words) {
    return service.search(ana, SearchRequest.of(words, 3).mode(SearchMode.SEMANTIC)).hits().stream()
        .map(SearchHit::title)
        .toList();
  }

  @Test
  void searchStaysOnTheOldModelUntilTheNewOneIsWhole() throws Exception {
    House house = new House(other);
    House stale = new House(before.model);
    assertEquals("Página 7", found(house.service, "página 107").getFirst());
    assertEquals(0, other.embedded.get());
    // What is written while the index is filled belongs to both.
    AtomicInteger batches = new AtomicInteger();
    other.after =
        () -> {
          if (batches.incrementAndGet() == 1) {
            house.service.addDocument(
                ana, collection, DocumentUpload.text("Nova", "Uma coisa nova: zebras."));
            assertEquals("Nova", found(house.service, "zebras coisa nova").getFirst());
            assertEquals("test/words", house.service.models().current().model().name());
            assertEquals(1, house.gauge("running"));
            assertEquals(0, house.gauge("done"));
            assertEquals(PAGES + 1, house.gauge("total"));
          }
        };
    house.deploy();
    Job done = house.ended();
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    assertEquals("backfill", done.type());
    assertEquals(PAGES + 2, done.result().orElseThrow().get("embedded"));
    assertEquals(PAGES + 2, other.embedded.get(), "each text once");
    assertEquals("test/half", house.service.models().current().model().name());
    assertEquals(0, house.gauge("running"));
    assertEquals(house.gauge("total"), house.gauge("done"));
    assertEquals("Página 7", found(house.service, "página 107").getFirst());
    assertEquals("Nova", found(house.service, "zebras coisa nova").getFirst());
    house.service.addDocument(ana, collection, DocumentUpload.text("Depois", "Girafas depois."));
    assertEquals("Depois", found(house.service, "girafas depois").getFirst());

    // A server that has not heard of it notices at its next write, and then follows.
    DocumentUpload late = DocumentUpload.text("Tarde", "Escrito tarde.");
    refused(FailureCode.UNAVAILABLE, () -> stale.service.addDocument(ana, collection, late));
    stale.service.addDocument(ana, collection, late);
    assertEquals("Tarde", found(stale.service, "escrito tarde").getFirst());
  }

  @Test
  void whatBrokeOffGoesOnWithoutRepeating() throws Exception {
    House house = new House(other);
    AtomicInteger batches = new AtomicInteger();
    other.after =
        () -> {
          if (batches.incrementAndGet() == 2) {
            other.embedded.addAndGet(-(PAGES + 1 - 64));
            throw Failure.of(FailureCode.MODEL_UNAVAILABLE, "the model broke off");
          }
        };
    house.deploy();
    Job done = house.ended();
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    assertEquals(2, done.attempts());
    assertEquals(PAGES + 1, other.embedded.get());
    assertFalse(house.service.models().isChanging());
  }

  @Test
  void goingBackFillsOnlyWhatIsMissingAndTheOldOneIsDroppedByTheSuperuser() throws Exception {
    House there = new House(other);
    there.deploy();
    assertEquals(JobStatus.DONE, there.ended().status());
    there.service.addDocument(ana, collection, DocumentUpload.text("Depois", "Girafas depois."));

    int embedded = before.model.embedded.get();
    House back = new House(before.model);
    back.deploy();
    assertEquals(JobStatus.DONE, back.ended().status());
    assertEquals(1, before.model.embedded.get() - embedded);
    Await.until("it has heard", () -> !back.service.models().isChanging(), Duration.ofSeconds(30));
    assertEquals("Depois", found(back.service, "girafas depois").getFirst());

    Scope root = before.db.tenantWithUser("superuser");
    Map<String, Object> half = Map.of("model", "test/half");
    refused(
        FailureCode.CONFLICT,
        () -> back.jobs.start(root, "drop_embedding_model", Map.of("model", "test/words")));
    refused(FailureCode.FORBIDDEN, () -> back.jobs.start(ana, "drop_embedding_model", half));
    refused(FailureCode.FORBIDDEN, () -> back.jobs.start(ana, "backfill", Map.of()));
    back.ended.clear();
    back.jobs.start(root, "drop_embedding_model", half);
    Job dropped = back.ended();
    assertEquals(JobStatus.DONE, dropped.status(), dropped.toString());
    assertEquals("Página 7", found(back.service, "página 107").getFirst());
    assertTrue(
        back.jobs.list(root, Optional.empty(), Optional.empty(), 10).stream()
            .anyMatch(job -> job.type().equals("backfill")),
        "the superuser sees the installation's jobs");
  }
}
