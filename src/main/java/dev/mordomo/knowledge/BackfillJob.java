package dev.mordomo.knowledge;

import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.EmbeddingModelStore.Bare;
import dev.mordomo.knowledge.EmbeddingModelStore.Gap;
import dev.mordomo.knowledge.text.ChunkKind;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.model.EmbeddingModel.Use;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every chunk its vector of the model that the settings want, and makes that one the active
 * one when none is left. Search and ingest go on with the old one meanwhile. Broken off and begun
 * again, it embeds only what is missing.
 */
final class BackfillJob implements JobHandler {
  static final String TYPE = "backfill";
  private static final Logger LOG = LoggerFactory.getLogger(BackfillJob.class);
  private static final int BATCH = 64;
  private static final UUID FIRST = new UUID(0, 0);
  private static final UUID NOBODY = new UUID(0, 0);

  private final Database database;
  private final Bus bus;
  private final ActiveModel models;
  private final ModelCalls calls;
  private final double share;
  private final KnowledgeMeters meters;

  /**
   * @param share of the time that it may work, so that users' work comes first; above 0, up to 1
   */
  BackfillJob(
      Database database,
      Bus bus,
      ActiveModel models,
      ModelCalls calls,
      double share,
      KnowledgeMeters meters) {
    this.database = database;
    this.bus = bus;
    this.models = models;
    this.calls = calls;
    this.share = share;
    this.meters = meters;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    who.requireSuperuser("the index is filled by the superuser alone");
    return Map.of("model", models.wanted().model().name());
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    IndexedModel wanted = models.named(String.valueOf(run.payload().get("model")));
    long embedded;
    try {
      embedded = filledAndSwitched(run, wanted);
    } finally {
      meters.backfillOver();
    }
    models.refresh();
    bus.publish(
        KnowledgeEvent.EMBEDDING_MODEL_CHANGED,
        new KnowledgeEvent.EmbeddingModelChanged(wanted.model().name()));
    LOG.info(
        "search works with {} now; {} passages were embedded", wanted.model().name(), embedded);
    return Map.of("model", wanted.model().name(), "embedded", embedded);
  }

  private long filledAndSwitched(JobRun run, IndexedModel wanted) {
    long embedded = 0;
    // What was written meanwhile with the old model is found in the next round.
    do {
      embedded += fill(run, wanted);
      if (models.isKeptByOthers()) {
        // It came while this was going on, for hours maybe. What is filled stays.
        throw Failure.of(
            FailureCode.CONFLICT, "a server that runs wants the model that the index has");
      }
    } while (!EmbeddingModelStore.switchTo(database, wanted.id()));
    return embedded;
  }

  private long fill(JobRun run, IndexedModel wanted) {
    Gap gap = EmbeddingModelStore.gap(database, wanted.id());
    long done = gap.total() - gap.missing();
    long stored = 0;
    UUID after = FIRST;
    run.progress(done, gap.total());
    meters.backfill(done, gap.total());
    while (true) {
      List<Bare> batch = EmbeddingModelStore.next(database, wanted.id(), after, BATCH);
      if (batch.isEmpty()) {
        return stored;
      }
      long begun = System.nanoTime();
      stored += fill(wanted, batch);
      after = batch.getLast().id();
      run.progress(Math.min(gap.total(), done + stored), gap.total());
      meters.backfill(Math.min(gap.total(), done + stored), gap.total());
      rest(System.nanoTime() - begun);
    }
  }

  /** Each text is of the tokens of one tenant that has it. */
  private long fill(IndexedModel wanted, List<Bare> batch) {
    Map<UUID, Map<String, String>> byTenant = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (Bare bare : batch) {
      if (seen.add(bare.fingerprint())) {
        byTenant
            .computeIfAbsent(bare.tenantId().orElse(NOBODY), ignored -> new LinkedHashMap<>())
            .put(bare.fingerprint(), embeddingText(bare));
      }
    }
    long stored = 0;
    for (Map.Entry<UUID, Map<String, String>> of : byTenant.entrySet()) {
      Map<String, String> texts = of.getValue();
      List<float[]> vectors =
          calls.embedAnyway(
              new Scope(of.getKey(), NOBODY, "admin"),
              wanted.model(),
              List.copyOf(texts.values()),
              Use.PASSAGE);
      stored +=
          EmbeddingModelStore.store(database, wanted.id(), List.copyOf(texts.keySet()), vectors);
    }
    return stored;
  }

  private static String embeddingText(Bare bare) {
    return new TextChunk(
            0,
            bare.title(),
            bare.heading(),
            bare.text(),
            0,
            bare.text().length(),
            0,
            "",
            ChunkKind.PROSE)
        .embeddingText();
  }

  private void rest(long workedNanos) {
    try {
      Thread.sleep(Duration.ofNanos((long) (workedNanos * (1 / share - 1))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "stopped", e);
    }
  }
}
