package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.job.JobConfig;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Telling;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.privacy.PersonalData;
import dev.mordomo.privacy.Placeholders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.function.Executable;

/** Knowledge on a database of its own, with a model that tests can foresee. */
public final class TestKnowledge implements AutoCloseable {
  final TestDatabase db = TestDatabase.create();
  final Bus bus = new Bus(db.vertx());
  final WordVectors model = new WordVectors();
  final FolderFileStore files;
  final JobService jobs = jobs(db, bus);
  final KnowledgeService service;

  TestKnowledge(Path folder) {
    this(folder, KnowledgeConfig.DEFAULT);
  }

  TestKnowledge(Path folder, KnowledgeConfig config) {
    this(folder, config, false);
  }

  private TestKnowledge(Path folder, KnowledgeConfig config, boolean byPolicy) {
    files = new FolderFileStore(folder);
    PersonalData personal = new PersonalData(db.database(), new Placeholders(TestDatabase.SECRET));
    service =
        new KnowledgeService(
            db.database(),
            bus,
            byPolicy ? new SealingFileStore(files, TestDatabase.SECRET) : files,
            jobs,
            KnowledgeModels.only(model),
            byPolicy ? who -> personal.documents(who, () -> "pt-BR") : DocumentMasking.NONE,
            Telling.PLAIN,
            config,
            new SimpleMeterRegistry(),
            InstantSource.system());
  }

  /** One that treats personal data as {@link #policy} says. */
  static TestKnowledge byPolicy(Path folder, KnowledgeConfig config) {
    return new TestKnowledge(folder, config, true);
  }

  /** What becomes of personal data in the documents of every tenant. */
  void policy(String policy) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "UPDATE tenant SET settings = '{\"privacy\":{\"documents\":\"%s\"}}'".formatted(policy));
    }
  }

  /** A service with a model of the test's choice, and all else as by default. */
  static KnowledgeService service(TestDatabase db, Path folder, EmbeddingModel model) {
    Bus bus = new Bus(db.vertx());
    return new KnowledgeService(
        db.database(),
        bus,
        new FolderFileStore(folder),
        jobs(db, bus),
        KnowledgeModels.only(model),
        DocumentMasking.NONE,
        Telling.PLAIN,
        KnowledgeConfig.DEFAULT,
        new SimpleMeterRegistry(),
        InstantSource.system());
  }

  /** Jobs that are tried again at once. */
  public static JobService jobs(TestDatabase db, Bus bus) {
    JobConfig config =
        new JobConfig(
            2,
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            5,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofHours(1),
            Duration.ofDays(30));
    return new JobService(
        db.database(), new Streams(db.database(), bus), bus, config, InstantSource.system());
  }

  /** From now on jobs are run. */
  void runJobs() {
    db.vertx()
        .deployVerticle(
            () -> new JobVerticle(jobs, db.database(), InstantSource.system()),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  Scope user() {
    return db.tenantWithUser("operator");
  }

  UUID collection(Scope who, CollectionScope scope) {
    return service.createCollection(who, "c " + UUID.randomUUID(), scope).id();
  }

  Document add(Scope who, UUID collection, String title, String content) {
    return service.addDocument(who, collection, DocumentUpload.text(title, content));
  }

  List<String> titles(Scope who, String query) {
    return service.search(who, SearchRequest.of(query, 20)).hits().stream()
        .map(SearchHit::title)
        .distinct()
        .toList();
  }

  static Buffer bytes(String text) {
    return Buffer.buffer(text);
  }

  static Failure refused(FailureCode code, Executable work) {
    Failure failure = assertThrows(Failure.class, work);
    assertEquals(code, failure.code(), failure.detail());
    return failure;
  }

  @Override
  public void close() {
    db.close();
  }
}
