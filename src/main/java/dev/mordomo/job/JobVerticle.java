package dev.mordomo.job;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.pgclient.pubsub.PgSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs on this node: sleeps until one is ready, until a lease is to be renewed, or until a
 * notification. One on each node; each job has a virtual thread of its own.
 */
public final class JobVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(JobVerticle.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLEANING = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Database database;
  private final JobRunner runner;
  private final JobConfig config;
  private final InstantSource clock;
  private Optional<PgSubscriber> subscriber = Optional.empty();
  private Optional<Long> timer = Optional.empty();
  private Instant cleaned = Instant.MIN;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private boolean looking;
  private boolean woken;
  private boolean stopped;

  public JobVerticle(JobService jobs, Database database, InstantSource clock) {
    this.database = database;
    this.runner = jobs.runner();
    this.config = jobs.config();
    this.clock = clock;
  }

  @Override
  public void start() {
    subscriber =
        Optional.of(
            database.listen(JobStore.CHANNEL, () -> context.runOnContext(ignored -> wake())));
    wake();
  }

  /** Waking while it looks makes it look once more: what it saw may be old. */
  private void wake() {
    woken = true;
    if (looking) {
      return;
    }
    looking = true;
    timer.ifPresent(vertx::cancelTimer);
    Duration sleep = config.poll();
    while (woken && !stopped) {
      woken = false;
      sleep = look();
    }
    looking = false;
    if (!stopped) {
      timer = Optional.of(vertx.setTimer(Math.max(1, sleep.toMillis()), ignored -> wake()));
    }
  }

  private Duration look() {
    try {
      runner.beat();
      runner.claim().forEach(this::begin);
      clean();
      Duration longest = runner.isIdle() ? config.poll() : shorter(config.poll(), third());
      Instant now = clock.instant();
      return runner
          .next()
          .map(next -> shorter(longest, Duration.between(now, next).plusMillis(1)))
          // What is ready and was not claimed waits for a place, or is locked for a moment.
          .map(wait -> wait.isPositive() ? wait : shorter(longest, RETRY))
          .orElse(longest);
    } catch (Failure e) {
      LOG.warn("jobs wait {} s for the database: {}", RETRY.toSeconds(), e.detail());
      return RETRY;
    } catch (RuntimeException e) {
      LOG.error("jobs could not be looked for; again in {} s", RETRY.toSeconds(), e);
      return RETRY;
    }
  }

  private void begin(JobRun run) {
    Thread thread =
        Thread.ofVirtual()
            .name("job-" + run.id())
            .unstarted(() -> {
              runner.execute(run);
              threads.remove(Thread.currentThread());
              context.runOnContext(ignored -> wake());
            });
    threads.add(thread);
    thread.start();
  }

  private void clean() {
    Instant now = clock.instant();
    if (cleaned.isBefore(now.minus(CLEANING))) {
      cleaned = now;
      int gone = runner.forget();
      if (gone > 0) {
        LOG.info("{} jobs that ended long ago were removed", gone);
      }
    }
  }

  private Duration third() {
    return config.lease().dividedBy(3);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public void stop() {
    stopped = true;
    timer.ifPresent(vertx::cancelTimer);
    subscriber.ifPresent(PgSubscriber::close);
    runner.stop();
    awaitThreads();
  }

  /** What it began in the database shall end before the pools close. */
  private void awaitThreads() {
    Instant until = clock.instant().plus(PATIENCE);
    try {
      for (Thread thread : threads) {
        thread.join(Duration.between(clock.instant(), until));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
