package dev.mordomo.job;

import dev.mordomo.job.JobAnnouncer.Announced;
import dev.mordomo.job.JobStore.Kept;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims jobs for one node, keeps their leases, and brings each attempt to its end. */
final class JobRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
  private static final String OUR_FAULT = "our fault; the log has it";

  private final Database database;
  private final JobAnnouncer announcer;
  private final Map<String, JobHandler> handlers;
  private final JobConfig config;
  private final InstantSource clock;
  private final Map<UUID, JobRun> running = new ConcurrentHashMap<>();

  JobRunner(
      Database database,
      JobAnnouncer announcer,
      Map<String, JobHandler> handlers,
      JobConfig config,
      InstantSource clock) {
    this.database = database;
    this.announcer = announcer;
    this.handlers = handlers;
    this.config = config;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  /** As many ready jobs as there are free places; each is to be given to {@link #execute}. */
  List<JobRun> claim() {
    int free = config.parallel() - running.size();
    if (free <= 0 || handlers.isEmpty()) {
      return List.of();
    }
    Instant now = now();
    List<Kept> claimed =
        database.asSystem(
            c -> JobStore.claim(c, handlers.keySet(), free, now, now.plus(config.lease())));
    return claimed.stream()
        .map(kept -> {
          JobRun run =
              new JobRun(
                  this,
                  kept.request(),
                  kept.job().attempts(),
                  kept.mostAttempts(),
                  kept.fence(),
                  now);
          running.put(run.id(), run);
          return run;
        })
        .toList();
  }

  /** Does one attempt, to its end. */
  void execute(JobRun run) {
    try {
      tell(run);
      JobHandler handler = handler(run.request());
      Map<String, Object> result = handler.run(run);
      if (run.finished().isEmpty()) {
        database.as(
            run.scope(),
            c -> {
              run.finish(c, result);
              return true;
            });
      }
      run.finished().ifPresent(announcer::announce);
    } catch (JobStopped stopped) {
      LOG.info("job {} stops here: {}", run.id(), stopped.getMessage());
    } catch (Failure failure) {
      if (failure.code() == FailureCode.INTERNAL) {
        LOG.error("job {} ({}) broke", run.id(), run.request().type(), failure);
      }
      failed(run, failure.told(OUR_FAULT));
    } catch (RuntimeException | Error broken) {
      LOG.error("job {} ({}) broke", run.id(), run.request().type(), broken);
      failed(run, Failure.of(FailureCode.INTERNAL, OUR_FAULT, broken));
    } finally {
      running.remove(run.id(), run);
    }
  }

  /** That it is running now. */
  private void tell(JobRun run) {
    announcer.announce(
        database.as(
            run.scope(),
            c -> {
              Kept kept = JobStore.find(c, run.id()).orElseThrow(() -> lost(run));
              return announcer.append(c, run.request(), kept.job(), now());
            }));
  }

  private void failed(JobRun run, Failure failure) {
    try {
      if (failure.code().retryable() && !run.isLastAttempt()) {
        retry(run, failure);
      } else {
        fail(run.request(), run.fence(), problem(failure));
      }
    } catch (JobStopped stopped) {
      LOG.info("job {} had ended already: {}", run.id(), stopped.getMessage());
    } catch (Failure unreachable) {
      LOG.warn(
          "job {} failed, which cannot be stored now; it runs again when its lease ends: {}",
          run.id(),
          unreachable.detail());
    }
  }

  private void retry(JobRun run, Failure failure) {
    Instant now = now();
    Instant at =
        now.plus(
            failure
                .retryAfter()
                .filter(wait -> wait.compareTo(config.longestRetry()) < 0)
                .orElse(config.backoff(run.attempt())));
    LOG.warn("job {} failed and is tried again at {}: {}", run.id(), at, failure.detail());
    announcer.announce(
        database.as(
            run.scope(),
            c -> {
              Kept kept =
                  JobStore.retry(c, run.id(), run.fence(), problem(failure), at, now)
                      .orElseThrow(() -> lost(run));
              JobStore.wake(c);
              return announcer.append(c, run.request(), kept.job(), now);
            }));
  }

  private void fail(JobRequest request, long fence, Job.Problem problem) {
    record Ended(Job job, Announced announced) {}
    Instant now = now();
    JobHandler handler = handler(request);
    LOG.warn("job {} ({}) failed: {}", request.id(), request.type(), problem.detail());
    Ended ended =
        database.as(
            request.scope(),
            c -> {
              Kept kept =
                  JobStore.fail(c, request.id(), fence, problem, now)
                      .orElseThrow(() -> new JobStopped("it is another's"));
              handler.gaveUp(c, request, kept.job());
              return new Ended(kept.job(), announcer.append(c, request, kept.job(), now));
            });
    announcer.announce(ended.announced());
    handler.afterGivingUp(request, ended.job());
  }

  /**
   * Renews the leases of what runs here, stops what is not ours any more or takes too long, and
   * fails what died with its node at its last attempt.
   */
  void beat() {
    Instant now = now();
    List<JobRun> runs = List.copyOf(running.values());
    if (!runs.isEmpty()) {
      Set<UUID> ours = database.asSystem(c -> JobStore.renew(c, runs, now.plus(config.lease())));
      for (JobRun run : runs) {
        if (!ours.contains(run.id())) {
          run.stop("it was cancelled, or another node has it");
        } else if (run.startedAt().plus(config.deadline()).isBefore(now)) {
          giveUp(run);
        }
      }
    }
    if (!handlers.isEmpty()) {
      Job.Problem died =
          new Job.Problem(
              FailureCode.INTERRUPTED.wire(), "the server stopped in the middle, each time");
      for (Kept kept : database.asSystem(c -> JobStore.lost(c, handlers.keySet(), now))) {
        ifStillThere(() -> fail(kept.request(), kept.fence(), died));
      }
    }
  }

  private void giveUp(JobRun run) {
    run.stop("it took too long");
    String detail = "it took longer than " + config.deadline().toMinutes() + " minutes";
    ifStillThere(() ->
        fail(run.request(), run.fence(), new Job.Problem(FailureCode.INTERRUPTED.wire(), detail)));
    // A handler that does not heed keeps its thread, but not its place.
    running.remove(run.id(), run);
  }

  private static void ifStillThere(Runnable end) {
    try {
      end.run();
    } catch (JobStopped ended) {
      LOG.debug("a job had ended already", ended);
    }
  }

  /** Puts what runs here back into the queue, for another node or the next start. */
  void stop() {
    List<JobRun> runs = List.copyOf(running.values());
    runs.forEach(run -> run.stop("the server stops"));
    if (!runs.isEmpty()) {
      database.asSystem(c -> {
        JobStore.giveBack(c, runs, now());
        return true;
      });
    }
  }

  /** When there may be something to do again. */
  Optional<Instant> next() {
    return database.asSystem(c -> JobStore.next(c, handlers.keySet()));
  }

  /** Removes what ended long ago. */
  int forget() {
    Instant before = now().minus(config.keep());
    return database.asSystem(c -> JobStore.forget(c, before));
  }

  void progress(JobRun run, Job.Progress progress) {
    Instant now = now();
    announcer.announce(
        database.as(
            run.scope(),
            c -> {
              Kept kept =
                  JobStore.progress(c, run.id(), run.fence(), progress, now)
                      .orElseThrow(() -> lost(run));
              return announcer.append(c, run.request(), kept.job(), now);
            }));
  }

  void hold(SqlClient connection, JobRun run) {
    if (!JobStore.hold(connection, run.id(), run.fence())) {
      throw lost(run);
    }
  }

  Announced finish(SqlClient connection, JobRun run, Map<String, Object> result) {
    Instant now = now();
    Kept kept =
        JobStore.finish(connection, run.id(), run.fence(), result, now)
            .orElseThrow(() -> lost(run));
    return announcer.append(connection, run.request(), kept.job(), now);
  }

  private static JobStopped lost(JobRun run) {
    run.stop("it was cancelled, or another node has it");
    return new JobStopped("it was cancelled, or another node has it");
  }

  private JobHandler handler(JobRequest request) {
    JobHandler handler = handlers.get(request.type());
    if (handler == null) {
      throw new IllegalStateException("nobody does jobs of the type " + request.type());
    }
    return handler;
  }

  private static Job.Problem problem(Failure failure) {
    return new Job.Problem(failure.code().wire(), failure.detail());
  }
}
