package dev.mordomo.job;

import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One attempt at a job, in the hands of its handler. */
public final class JobRun {
  private static final Duration TOLD_EVERY = Duration.ofMillis(500);

  private final JobRunner runner;
  private final JobRequest request;
  private final int attempt;
  private final int mostAttempts;
  private final long fence;
  private final Instant startedAt;
  private Instant told = Instant.MIN;
  private JobAnnouncer.@Nullable Announced finished;
  private volatile String stopped = "";

  JobRun(
      JobRunner runner,
      JobRequest request,
      int attempt,
      int mostAttempts,
      long fence,
      Instant startedAt) {
    this.runner = runner;
    this.request = request;
    this.attempt = attempt;
    this.mostAttempts = mostAttempts;
    this.fence = fence;
    this.startedAt = startedAt;
  }

  /** As whom to act. */
  public Scope scope() {
    return request.scope();
  }

  public Map<String, Object> payload() {
    return request.payload();
  }

  /**
   * Goes on if it may.
   *
   * @throws JobStopped when it may not
   */
  public void check() {
    if (!stopped.isEmpty()) {
      throw new JobStopped(stopped);
    }
  }

  /**
   * Says how far it is; told to the user twice a second at most.
   *
   * @param total 0 while it is not known
   * @throws JobStopped when it may not go on
   */
  public void progress(long done, long total) {
    check();
    Instant now = runner.now();
    if (!now.isBefore(told.plus(TOLD_EVERY)) || done == total) {
      told = now;
      runner.progress(this, new Job.Progress(done, total));
    }
  }

  /**
   * Holds the job until the transaction ends: nobody cancels it meanwhile. To be called first in a
   * transaction that ends with {@link #finish}.
   *
   * @throws JobStopped when it is this run's no more
   */
  public void hold(SqlClient connection) {
    check();
    runner.hold(connection, this);
  }

  /**
   * The job is done when the transaction commits. The last thing in it.
   *
   * @throws JobStopped when it is this run's no more
   */
  public void finish(SqlClient connection, Map<String, Object> result) {
    finished = runner.finish(connection, this, result);
  }

  JobRequest request() {
    return request;
  }

  UUID id() {
    return request.id();
  }

  long fence() {
    return fence;
  }

  int attempt() {
    return attempt;
  }

  boolean isLastAttempt() {
    return attempt >= mostAttempts;
  }

  Instant startedAt() {
    return startedAt;
  }

  Optional<JobAnnouncer.Announced> finished() {
    return Optional.ofNullable(finished);
  }

  void stop(String why) {
    stopped = why;
  }
}
