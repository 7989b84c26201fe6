package dev.mordomo.job;

import dev.mordomo.job.JobAnnouncer.Announced;
import dev.mordomo.job.JobStore.Kept;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Jobs of a user: started, read, cancelled. To be called from virtual threads. */
public final class JobService {
  private static final int MOST_LISTED = 201;

  private final Database database;
  private final JobAnnouncer announcer;
  private final JobConfig config;
  private final InstantSource clock;
  private final Map<String, JobHandler> handlers = new TreeMap<>();

  public JobService(
      Database database, Streams streams, Bus bus, JobConfig config, InstantSource clock) {
    this.database = database;
    this.announcer = new JobAnnouncer(streams, bus);
    this.config = config;
    this.clock = clock;
  }

  /** Before the first job is run. */
  public void register(JobHandler handler) {
    if (handlers.putIfAbsent(handler.type(), handler) != null) {
      throw new IllegalStateException("two handlers of jobs of the type " + handler.type());
    }
  }

  /**
   * A job that a feature wants done, in the feature's own transaction.
   *
   * @param announce to be run once that has committed
   */
  public record Enqueued(Job job, Runnable announce) {}

  /** Begins soon after the transaction commits, and never when it does not. */
  public Enqueued enqueue(
      SqlClient connection, Scope scope, String type, Map<String, Object> payload) {
    handler(type);
    Instant now = now();
    JobRequest request = new JobRequest(Ids.next(), scope, type, payload);
    Kept kept = JobStore.insert(connection, request, config.attempts(), now);
    JobStore.wake(connection);
    Announced announced = announcer.append(connection, request, kept.job(), now);
    return new Enqueued(kept.job(), () -> announcer.announce(announced));
  }

  /**
   * One that an administrator starts by hand.
   *
   * @throws Failure {@code invalid} for a type that there is not, and as {@link JobHandler#checked}
   */
  public Job start(Scope who, String type, Map<String, Object> payload) {
    JobHandler handler = handlers.get(type);
    if (handler == null) {
      throw Failure.invalid("type", "expected one of " + String.join(", ", handlers.keySet()));
    }
    Map<String, Object> checked = handler.checked(who, payload);
    Enqueued enqueued =
        database.as(
            who,
            c -> {
              Enqueued made = enqueue(c, who, type, checked);
              Deed.about(made.job().id());
              Once.made(c, made.job());
              return made;
            });
    enqueued.announce().run();
    return enqueued.job();
  }

  /** One's own, newest first; the superuser sees those of the installation too. */
  public List<Job> list(Scope who, Optional<JobStatus> status, Optional<UUID> before, int limit) {
    int most = Math.clamp(limit, 1, MOST_LISTED);
    return database.as(who, c -> JobStore.list(c, who, status, before, most));
  }

  /**
   * @throws Failure {@code not_found} when it is not one's own
   */
  public Job get(Scope who, UUID id) {
    return database
        .as(who, c -> JobStore.find(c, id))
        .map(Kept::job)
        .orElseThrow(JobService::notFound);
  }

  /**
   * It ends at once, wherever it runs; what it had done so far is undone by its handler. Cancelling
   * again changes nothing.
   *
   * @throws Failure {@code conflict} when it is done or has failed, {@code not_found} when it is
   *     not one's own
   */
  public Job cancel(Scope who, UUID id) {
    record Cancelled(Kept kept, Optional<Announced> announced) {}
    Cancelled cancelled =
        database.as(
            who,
            c -> {
              Kept kept = JobStore.lock(c, id).orElseThrow(JobService::notFound);
              if (kept.job().status() == JobStatus.CANCELLED) {
                return new Cancelled(kept, Optional.empty());
              }
              if (kept.job().status().isFinal()) {
                throw Failure.of(
                    FailureCode.CONFLICT, "the job is " + kept.job().status().wire() + " already");
              }
              Instant now = now();
              Kept ended = JobStore.cancel(c, id, now);
              Optional.ofNullable(handlers.get(ended.job().type()))
                  .ifPresent(h -> h.gaveUp(c, ended.request(), ended.job()));
              JobStore.wake(c);
              return new Cancelled(
                  ended, Optional.of(announcer.append(c, ended.request(), ended.job(), now)));
            });
    cancelled
        .announced()
        .ifPresent(announced -> {
          announcer.announce(announced);
          Optional.ofNullable(handlers.get(cancelled.kept().job().type()))
              .ifPresent(h -> h.afterGivingUp(cancelled.kept().request(), cancelled.kept().job()));
        });
    return cancelled.kept().job();
  }

  /** Runs what is ready; for the verticle. */
  JobRunner runner() {
    return new JobRunner(database, announcer, handlers, config, clock);
  }

  JobConfig config() {
    return config;
  }

  private JobHandler handler(String type) {
    JobHandler handler = handlers.get(type);
    if (handler == null) {
      throw new IllegalStateException("nobody does jobs of the type " + type);
    }
    return handler;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static Failure notFound() {
    return Failure.notFound("the job");
  }
}
