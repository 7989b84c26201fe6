package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.billing.BillingConfig;
import dev.mordomo.billing.BillingService;
import dev.mordomo.billing.MeteredCalls;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobStatus;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Reranker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of embeddings and of reranking that another server makes are the tenant's. */
class MeteredCallsTest {
  private static final int A_TEXT = 7;
  private static final int A_RANKING = 11;

  @TempDir private Path folder;
  private TestKnowledge house;
  private final Elsewhere model = new Elsewhere();
  private KnowledgeService service;
  private final UUID node = Ids.next();
  private final BlockingQueue<Job> ended = new LinkedBlockingQueue<>();
  private JobService jobs;
  private Scope ana;
  private UUID shelf;

  /** A model of another server, which says what it took. */
  private static final class Elsewhere implements EmbeddingModel {
    private final WordVectors words = new WordVectors();
    final List<String> texts = Collections.synchronizedList(new ArrayList<>());
    volatile boolean inside;
    volatile boolean silent;
    volatile String name = "openai/words";

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isInside() {
      return inside;
    }

    @Override
    public int dimensions() {
      return words.dimensions();
    }

    @Override
    public Future<List<float[]>> embed(List<String> all, Use use) {
      texts.addAll(all);
      return words.embed(all, use);
    }

    @Override
    public Future<Vectors> counted(List<String> all, Use use) {
      OptionalInt said = silent ? OptionalInt.empty() : OptionalInt.of(A_TEXT * all.size());
      return embed(all, use).map(vectors -> new Vectors(vectors, said));
    }

    @Override
    public double defaultThreshold() {
      return words.defaultThreshold();
    }

    @Override
    public double probability(double similarity, String query, String passage) {
      return Double.NaN;
    }
  }

  /** Keeps the order, and says what it took. */
  private static final class Ranks implements Reranker {
    @Override
    public String name() {
      return "http/ranks";
    }

    @Override
    public Future<List<Double>> relevance(String question, List<String> texts) {
      return Future.succeededFuture(texts.stream().map(text -> 0.5).toList());
    }

    @Override
    public Future<Relevances> counted(String question, List<String> texts) {
      return relevance(question, texts)
          .map(scores -> new Relevances(scores, OptionalInt.of(A_RANKING)));
    }
  }

  @BeforeEach
  void open() throws SQLException {
    house = new TestKnowledge(folder);
    jobs = house.jobs;
    sql(
        "INSERT INTO node (id, started_at, lease_until) VALUES ('%s', now(), now() + interval '1 hour')"
            .formatted(node));
    sql("INSERT INTO model_price (model, prompt, completion) VALUES ('openai/words', 1000, 0)");
    begin(KnowledgeModels.only(model));
    ana = house.db.tenantWithUser("admin");
    shelf = house.collection(ana, CollectionScope.TENANT);
    house.bus.subscribe(
        JobEvent.Updated.ADDRESS,
        event -> {
          if (event.job().status().isFinal()) {
            ended.add(event.job());
          }
        });
  }

  @AfterEach
  void close() {
    house.close();
  }

  /** A node that holds no tokens yet. */
  private void begin(KnowledgeModels models) {
    BillingService billing =
        new BillingService(
            house.db.vertx(),
            house.db.database(),
            new Streams(house.db.database(), house.bus),
            node,
            BillingConfig.from(Settings.of(Map.of("billing.block", "10"), Map.of())),
            InstantSource.system());
    jobs = TestKnowledge.jobs(house.db, house.bus);
    service =
        new KnowledgeService(
            house.db.database(),
            house.bus,
            house.files,
            jobs,
            models.with(
                new MeteredCalls(house.db.database(), billing, node, InstantSource.system())),
            DocumentMasking.NONE,
            Telling.PLAIN,
            KnowledgeConfig.from(Settings.of(Map.of("knowledge.inline_bytes", "2000"), Map.of())),
            new SimpleMeterRegistry(),
            InstantSource.system());
  }

  private void sql(String statement) throws SQLException {
    try (Connection owner = house.db.owner();
        Statement on = owner.createStatement()) {
      on.execute(statement);
    }
  }

  private void quota(long tokens) throws SQLException {
    sql("UPDATE tenant SET token_quota = %d WHERE id = '%s'".formatted(tokens, ana.tenantId()));
  }

  /** Kind, model, user, tokens and cost, a line a call. */
  private List<String> ledger() {
    List<String> lines = new ArrayList<>();
    house
        .db
        .database()
        .callSystem(
            "SELECT concat_ws(' ', kind, model, user_id = $2, prompt_tokens + completion_tokens,"
                + " cost::float8) FROM usage WHERE tenant_id = $1 ORDER BY created_at, id",
            Tuple.of(ana.tenantId(), ana.userId()))
        .forEach(row -> lines.add(row.getString(0)));
    return lines;
  }

  private void add(String title, String content) {
    service.addDocument(ana, shelf, DocumentUpload.text(title, content));
  }

  private SearchRequest ask(SearchMode mode) {
    return SearchRequest.of("barco azul", 3).mode(mode);
  }

  @Test
  void whatItsServerSaysIsChargedAndPriced() throws SQLException {
    quota(1_000);
    add("Azul", "O barco azul.");
    service.search(ana, ask(SearchMode.HYBRID));
    String one = "embedding openai/words t 7 0.007";
    assertEquals(List.of(one, one), ledger());
    // About four characters a token where it says nothing.
    model.silent = true;
    service.search(ana, ask(SearchMode.HYBRID));
    assertEquals("embedding openai/words t 3 0.003", ledger().getLast());
  }

  @Test
  void aModelInsideIsFreeAlsoWhenNothingIsLeft() throws SQLException {
    model.inside = true;
    quota(0);
    add("Azul", "O barco azul.");
    assertEquals(1, service.search(ana, ask(SearchMode.HYBRID)).hits().size());
    assertEquals(List.of(), ledger());
  }

  @Test
  void whenTheQuotaIsSpentSearchByMeaningIsRefusedAndByWordsItGoesOn() throws SQLException {
    quota(1_000);
    add("Azul", "O barco azul.");
    quota(0);
    begin(KnowledgeModels.only(model));
    int asked = model.texts.size();
    refused(FailureCode.QUOTA_EXCEEDED, () -> service.search(ana, ask(SearchMode.HYBRID)));
    refused(FailureCode.QUOTA_EXCEEDED, () -> service.search(ana, ask(SearchMode.SEMANTIC)));
    refused(FailureCode.QUOTA_EXCEEDED, () -> add("Roxo", "O barco roxo."));
    assertEquals(1, service.search(ana, ask(SearchMode.TEXT)).hits().size());
    assertEquals(asked, model.texts.size(), "the model was not asked");
    assertEquals(1, ledger().size());
    assertEquals(1, service.documents(ana, shelf, Optional.empty(), 10).size());
  }

  @Test
  void rerankingIsCountedApartAndLeftOutWhenNothingIsLeft() throws SQLException {
    quota(1_000);
    begin(KnowledgeModels.only(model).with(new Ranks()));
    add("Azul", "O barco azul.");
    service.search(ana, ask(SearchMode.TEXT));
    assertEquals("rerank http/ranks t 11 0", ledger().getLast());
    quota(0);
    begin(KnowledgeModels.only(model).with(new Ranks()));
    SearchResult result = service.search(ana, ask(SearchMode.TEXT));
    assertEquals(1, result.hits().size());
    Scope root = house.db.tenantWithUser("superuser");
    assertTrue(
        service
            .searchTrace(root, result.id())
            .reranking()
            .orElseThrow()
            .failure()
            .orElse("")
            .startsWith("quota_exceeded"));
    assertEquals(3, ledger().size());
  }

  @Test
  void aJobEndsSayingThatTheQuotaIsSpentAndGoesOnWhereItWas() throws Exception {
    StringBuilder book = new StringBuilder("# Livro\n");
    for (int i = 0; i < 150; i++) {
      book.append("\n## Capítulo ").append(i).append("\n\n");
      book.append(("Frase " + i + " do capítulo. ").repeat(12)).append('\n');
    }
    // Enough for one batch of 64 and not for two.
    quota(7_000);
    model.silent = true;
    runJobs();
    DocumentUpload upload = DocumentUpload.file("livro.md", TestKnowledge.bytes(book.toString()));
    Job queued = ((Submitted.Queued) service.submitDocument(ana, shelf, upload)).job();
    Job failed = ended(queued);
    assertEquals(JobStatus.FAILED, failed.status(), failed.toString());
    assertEquals("quota_exceeded", failed.error().orElseThrow().code());
    assertTrue(failed.error().orElseThrow().detail().contains("tokens"), failed.toString());
    int paid = model.texts.size();
    assertTrue(paid > 0, "some of it was paid for");
    Document document = service.documents(ana, shelf, Optional.empty(), 10).getFirst();
    assertEquals(DocumentStatus.FAILED, document.status());

    quota(1_000_000);
    Job again = jobs.start(ana, "ingest", Map.of("document_id", document.id().toString()));
    Job done = ended(again);
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    assertEquals(
        service.document(ana, document.id()).chunkCount(),
        model.texts.size(),
        "each text was paid for once");
    assertEquals(CallMeter.tokens(model.texts), sum());
  }

  @Test
  void fillingTheIndexForAnotherModelIsOfEachTenantAndStopsForNone() throws Exception {
    quota(1_000);
    add("Azul", "O barco azul.");
    Scope rui = house.db.tenantWithUser("admin");
    sql("UPDATE tenant SET token_quota = 1000 WHERE id = '%s'".formatted(rui.tenantId()));
    service.addDocument(
        rui,
        service.createCollection(rui, "c", CollectionScope.TENANT).id(),
        DocumentUpload.text("Roxo", "O barco roxo."));
    quota(0);
    Elsewhere other = new Elsewhere();
    other.name = "openai/other";
    begin(new KnowledgeModels(other, name -> Optional.of(model), Optional.empty(), CallMeter.FREE));
    runJobs();
    Scope root = house.db.tenantWithUser("superuser");
    Job done = ended(jobs.start(root, "backfill", Map.of()));
    assertEquals(JobStatus.DONE, done.status(), done.toString());
    assertFalse(service.models().isChanging());
    assertEquals("embedding openai/other 7 0", ledger().getLast());
    assertEquals(
        1,
        house
            .db
            .database()
            .callSystem(
                "SELECT count(*) FROM usage WHERE tenant_id = $1 AND model = 'openai/other'",
                Tuple.of(rui.tenantId()))
            .iterator()
            .next()
            .getLong(0));
  }

  private void runJobs() {
    house
        .db
        .vertx()
        .deployVerticle(
            () -> new JobVerticle(jobs, house.db.database(), InstantSource.system()),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  private Job ended(Job job) throws InterruptedException {
    Job end;
    do {
      end = ended.poll(60, TimeUnit.SECONDS);
      assertNotNull(end, "the job did not end");
    } while (!end.id().equals(job.id()));
    return end;
  }

  private long sum() {
    return house
        .db
        .database()
        .callSystem(
            "SELECT sum(prompt_tokens) FROM usage WHERE tenant_id = $1", Tuple.of(ana.tenantId()))
        .iterator()
        .next()
        .getLong(0);
  }
}
