package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobStatus;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.onnx.OnnxConfig;
import dev.mordomo.model.onnx.OnnxExports;
import dev.mordomo.model.onnx.OnnxProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
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
    volatile Runnable meanwhile = () -> {};

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
        meanwhile.run();
        embedded.addAndGet(texts.size());
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
    final KnowledgeVerticle verticle;
    private final List<String> deployed = new ArrayList<>();

    House(EmbeddingModel wanted, List<EmbeddingModel> known) {
      service =
          new KnowledgeService(
              before.db.database(),
              before.bus,
              before.files,
              jobs,
              new KnowledgeModels(
                  wanted,
                  name -> known.stream().filter(m -> m.name().equals(name)).findFirst(),
                  Optional.empty(),
                  CallMeter.FREE),
              DocumentMasking.NONE,
              Telling.PLAIN,
              KnowledgeConfig.DEFAULT,
              metrics,
              InstantSource.system());
      verticle = new KnowledgeVerticle(service, jobs, before.bus, InstantSource.system());
      before.bus.subscribe(
          JobEvent.Updated.ADDRESS,
          event -> {
            if (event.job().status().isFinal()) {
              ended.add(event.job());
            }
          });
    }

    House(EmbeddingModel wanted) {
      this(wanted, List.of(before.model, other));
    }

    void deploy() {
      DeploymentOptions virtual =
          new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
      InstantSource clock = InstantSource.system();
      deploy(new JobVerticle(jobs, before.db.database(), clock), virtual);
      deploy(verticle, virtual);
    }

    private void deploy(AbstractVerticle one, DeploymentOptions options) {
      deployed.add(before.db.vertx().deployVerticle(() -> one, options).await());
    }

    void stop() {
      deployed.reversed().forEach(id -> before.db.vertx().undeploy(id).await());
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
    other.meanwhile =
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
    other.meanwhile =
        () -> {
          if (batches.incrementAndGet() == 2) {
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

    there.stop();
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

  @Test
  void serversThatDifferWorkWithTheModelOfTheIndexUntilTheLastThatWantsItIsGone() throws Exception {
    House first = new House(before.model);
    first.deploy();
    House second = new House(other);
    second.deploy();
    assertEquals("test/words", second.service.models().current().model().name());
    second.service.addDocument(ana, collection, DocumentUpload.text("Nova", "Zebras novas."));
    assertEquals("Nova", found(first.service, "zebras novas").getFirst());
    second.verticle.follow();
    first.verticle.follow();
    assertEquals(0, other.embedded.get(), "nothing was filled");
    assertEquals(List.of(), backfills(first));

    first.stop();
    second.verticle.follow();
    assertEquals(JobStatus.DONE, second.ended().status());
    assertEquals("test/half", second.service.models().current().model().name());
    assertEquals("Nova", found(second.service, "zebras novas").getFirst());

    // The old setting once more, by mistake: it is not filled back.
    House late = new House(before.model);
    late.deploy();
    assertEquals("test/half", late.service.models().current().model().name());
    assertEquals(1, backfills(late).size());
  }

  @Test
  void aServerThatWasKilledKeepsTheModelNoLongerThanAMinuteAndAHalf() throws Exception {
    House killed = new House(before.model);
    assertFalse(killed.service.models().isKeptByOthers());
    House next = new House(other);
    next.deploy();
    assertEquals(List.of(), backfills(next));
    try (Connection owner = before.db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute("UPDATE embedding_wish SET seen_at = seen_at - interval '91 seconds'");
    }
    next.verticle.follow();
    assertEquals(JobStatus.DONE, next.ended().status());
  }

  @Test
  void aServerThatDoesNotHaveTheModelOfTheIndexWritesNothingBesideIt() {
    House first = new House(before.model);
    first.deploy();
    House second = new House(other, List.of(other));
    second.deploy();
    DocumentUpload upload = DocumentUpload.text("Nova", "Zebras novas.");
    Failure failure =
        refused(FailureCode.UNAVAILABLE, () -> second.service.addDocument(ana, collection, upload));
    assertTrue(failure.detail().contains("test/words"), failure.detail());
    assertEquals(PAGES, first.service.collection(ana, collection).documentCount());
    assertEquals(
        "Página 7",
        second.service.search(ana, SearchRequest.of("página 107", 3)).hits().getFirst().title());
  }

  @Test
  void anIndexWhoseModelIsGoneIsFilledAtOnce() throws Exception {
    House next = new House(other, List.of(other));
    next.deploy();
    assertEquals(JobStatus.DONE, next.ended().status());
    assertEquals("Página 7", found(next.service, "página 107").getFirst());
  }

  @Test
  void otherWeightsInTheSameFolderAreFilledInWithoutTheOldOnesBeingMixedIn() throws Exception {
    Path weights = folder.resolve("weights");
    OnnxExports.embedding(weights);
    try (OnnxProvider old = onnx()) {
      EmbeddingModel model = old.embedding("weights");
      House house = new House(model, List.of(before.model, model));
      house.deploy();
      assertEquals(JobStatus.DONE, house.ended().status());
      house.service.addDocument(ana, collection, DocumentUpload.text("Mar", "sea sea fish"));
      assertEquals("Mar", found(house.service, "sea fish").getFirst());
      house.stop();
    }
    OnnxExports.turned(weights);
    try (OnnxProvider changed = onnx()) {
      EmbeddingModel model = changed.embedding("weights");
      House house = new House(model, List.of(before.model, model));
      assertTrue(house.service.models().isChanging());
      house.deploy();
      Job done = house.ended();
      assertEquals(JobStatus.DONE, done.status(), done.toString());
      assertEquals(PAGES + 2, done.result().orElseThrow().get("embedded"), "all of them anew");
      assertEquals("Mar", found(house.service, "sea fish").getFirst());
      house.stop();
    }
  }

  private OnnxProvider onnx() {
    return new OnnxProvider(
        folder, Path.of("target/native"), OnnxConfig.from(Settings.of(Map.of(), Map.of())));
  }

  @Test
  void aRowFromBeforeFingerprintsIsTakenToBeTheModelOfNow() {
    var database = before.db.database();
    short id = EmbeddingModelStore.add(database, "onnx/old", 8);
    assertNotEquals(id, EmbeddingModelStore.add(database, "onnx/old@aaaaaaaaaaaa", 16));
    assertEquals(id, EmbeddingModelStore.add(database, "onnx/old@0123456789ab", 8));
    assertNotEquals(id, EmbeddingModelStore.add(database, "onnx/old@ba9876543210", 8));
    assertEquals(id, EmbeddingModelStore.add(database, "onnx/old@0123456789ab", 8));
  }

  private static List<Job> backfills(House house) {
    return house.jobs.list(JobRequest.INSTALLATION, Optional.empty(), Optional.empty(), 10).stream()
        .filter(job -> job.type().equals(BackfillJob.TYPE))
        .toList();
  }
}
