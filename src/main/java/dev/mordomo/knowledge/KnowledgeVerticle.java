package dev.mordomo.knowledge;

import dev.mordomo.job.Job;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobService;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has orphaned files swept once a day, whichever node thinks of it first; has the index filled when
 * the settings of all servers want another embedding model; follows a switch that another node
 * made; and stores what was searched here, and what other nodes are to tell of it. What arrives in
 * bulk it has put into the index.
 */
public final class KnowledgeVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeVerticle.class);
  private static final Duration LOOK = Duration.ofHours(1);
  private static final Duration FOLLOW = Duration.ofSeconds(30);
  private static final Duration STORE = Duration.ofSeconds(1);
  private static final Duration FORGET = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int LATEST = 50;

  private final ActiveModel models;
  private final SearchTraces traces;
  private final AskedSearches asked;
  private final VectorIndex vectorIndex;
  private final JobService jobs;
  private final Bus bus;
  private final InstantSource clock;
  private final List<Long> timers = new ArrayList<>();
  private Optional<MessageConsumer<?>> changes = Optional.empty();
  private Thread indexing = Thread.ofVirtual().unstarted(() -> {});

  public KnowledgeVerticle(
      KnowledgeService knowledge, JobService jobs, Bus bus, InstantSource clock) {
    this.models = knowledge.models();
    this.traces = knowledge.traces();
    this.asked = knowledge.asked();
    this.vectorIndex = knowledge.vectorIndex();
    this.jobs = jobs;
    this.bus = bus;
    this.clock = clock;
  }

  @Override
  public void start() {
    changes =
        Optional.of(
            bus.subscribe(
                KnowledgeEvent.EMBEDDING_MODEL_CHANGED,
                event -> context.runOnContext(ignored -> quietly(models::refresh))));
    timers.add(vertx.setPeriodic(LOOK.toMillis(), ignored -> quietly(this::sweepDaily)));
    timers.add(vertx.setPeriodic(LOOK.toMillis(), ignored -> quietly(this::fillGaps)));
    timers.add(vertx.setPeriodic(FOLLOW.toMillis(), ignored -> follow()));
    timers.add(vertx.setPeriodic(AskedSearches.GATHER.toMillis(), ignored -> asked.write()));
    timers.add(vertx.setPeriodic(STORE.toMillis(), ignored -> quietly(traces::store)));
    timers.add(
        vertx.setPeriodic(
            FORGET.toMillis(), ignored -> quietly(() -> traces.forget(clock.instant()))));
    timers.add(vertx.setPeriodic(FOLLOW.toMillis(), ignored -> index()));
    follow();
  }

  /** Follows what others switched, and has the index changed when nobody else wants it as it is. */
  void follow() {
    quietly(() -> {
      models.refresh();
      if (!models.isKeptByOthers()) {
        fillIfWanted();
      }
    });
  }

  /** On a thread of its own: building an index may take minutes. */
  private void index() {
    if (!indexing.isAlive()) {
      indexing = Thread.ofVirtual().name("vector-index").start(() -> quietly(vectorIndex::keepUp));
    }
  }

  private void fillIfWanted() {
    if (models.isChanging() && isNotBeingFilled()) {
      LOG.info(
          "the index is filled for {}; until then search works with {}",
          models.wanted().model().name(),
          models.current().model().name());
      jobs.start(JobRequest.INSTALLATION, BackfillJob.TYPE, Map.of());
    }
  }

  /** What a server wrote that had not noticed the change, or has not got the model. */
  private void fillGaps() {
    if (!models.isChanging() && isNotBeingFilled() && models.isMissingSomewhere()) {
      jobs.start(JobRequest.INSTALLATION, BackfillJob.TYPE, Map.of());
    }
  }

  private boolean isNotBeingFilled() {
    return noneOf(job -> job.type().equals(BackfillJob.TYPE) && !job.status().isFinal());
  }

  private void sweepDaily() {
    if (noneOf(
        job ->
            job.type().equals(SweepJob.TYPE)
                && job.createdAt().isAfter(clock.instant().minus(DAY)))) {
      jobs.start(JobRequest.INSTALLATION, SweepJob.TYPE, Map.of());
    }
  }

  private boolean noneOf(Predicate<Job> wanted) {
    return jobs.list(JobRequest.INSTALLATION, Optional.empty(), Optional.empty(), LATEST).stream()
        .noneMatch(wanted);
  }

  private static void quietly(Runnable work) {
    try {
      work.run();
    } catch (Failure e) {
      LOG.warn("tried again later: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("failed, and is tried again later", e);
    }
  }

  @Override
  public void stop() {
    timers.forEach(vertx::cancelTimer);
    // Its connection closes; what it leaves is cleared away by the next one.
    indexing.interrupt();
    changes.ifPresent(MessageConsumer::unregister);
    quietly(() -> Database.await(asked.drain()));
    quietly(models::leave);
  }
}
