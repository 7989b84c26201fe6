package dev.mordomo.job;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import java.util.Map;

/** Does the jobs of one type, for the feature that registers it. Called on virtual threads. */
public interface JobHandler {
  /** For instance {@code ingest}. */
  String type();

  /**
   * Checks what somebody wants to start by hand.
   *
   * @return the payload to keep
   * @throws Failure {@code invalid} naming the wrong fields; {@code forbidden}. By default nobody
   *     may
   */
  default Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    throw Failure.of(
        FailureCode.FORBIDDEN, "a job of the type " + type() + " is not started by hand");
  }

  /**
   * Does the work. It may have been begun before and broken off anywhere: to begin again must be
   * right. Long work calls {@link JobRun#progress} every few seconds, since that is where it is
   * told to stop.
   *
   * @return the result to keep, unless {@link JobRun#finish} was called with one
   * @throws Failure one whose code may be retried is, as often as the attempts allow; any other
   *     ends the job
   */
  Map<String, Object> run(JobRun run);

  /**
   * The job ended without being done: it failed or was cancelled, and is not tried again. Called in
   * the transaction that says so.
   */
  default void gaveUp(SqlClient connection, JobRequest request, Job job) {}

  /** The same, when that transaction has committed. */
  default void afterGivingUp(JobRequest request, Job job) {}
}
