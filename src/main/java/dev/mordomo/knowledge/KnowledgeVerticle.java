package dev.mordomo.knowledge;

import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobService;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has orphaned files swept once a day, whichever node thinks of it first. */
public final class KnowledgeVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeVerticle.class);
  private static final Duration LOOK = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int LATEST = 50;

  private final JobService jobs;
  private final InstantSource clock;
  private Optional<Long> timer = Optional.empty();

  public KnowledgeVerticle(JobService jobs, InstantSource clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  @Override
  public void start() {
    timer = Optional.of(vertx.setPeriodic(LOOK.toMillis(), ignored -> look()));
  }

  private void look() {
    try {
      boolean swept =
          jobs
              .list(JobRequest.INSTALLATION, Optional.empty(), Optional.empty(), LATEST)
              .stream()
              .anyMatch(job ->
                  job.type().equals(SweepJob.TYPE)
                      && job.createdAt().isAfter(clock.instant().minus(DAY)));
      if (!swept) {
        jobs.start(JobRequest.INSTALLATION, SweepJob.TYPE, java.util.Map.of());
      }
    } catch (Failure e) {
      LOG.warn("the sweep of files waits for the next hour: {}", e.detail());
    }
  }

  @Override
  public void stop() {
    timer.ifPresent(vertx::cancelTimer);
  }
}
