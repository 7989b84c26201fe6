package dev.mordomo.job;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table {@code job}. Policies show users their own alone. */
final class JobStore {
  /** Heard by every node: a job may be ready, or was cancelled. */
  static final String CHANNEL = "job_ready";

  private static final String COLUMNS =
      """
       id, tenant_id, user_id, role, type, status, payload::text, result::text, error_code,
        error_detail, progress_done, progress_total, attempts, max_attempts, fence, created_at,
        updated_at
      """;
  private static final String INSERT =
      """
      INSERT INTO job (id, tenant_id, user_id, role, type, payload, max_attempts, run_at, created_at,
        updated_at)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $8, $8)
      RETURNING
      """
          + COLUMNS;
  private static final String NOTIFY = "SELECT pg_notify($1, '')";
  private static final String ONE = "SELECT" + COLUMNS + "FROM job WHERE id = $1 ";
  private static final String LOCK = ONE + "FOR UPDATE";
  private static final String LIST =
      "SELECT"
          + COLUMNS
          + """
          FROM job
          WHERE (tenant_id = $1 AND user_id = $2 OR tenant_id IS NULL)
            AND ($3::text IS NULL OR status = $3) AND ($4::uuid IS NULL OR id < $4)
          ORDER BY id DESC LIMIT $5
          """;
  private static final String CANCEL =
      """
      UPDATE job SET status = 'cancelled', lease_until = NULL, fence = fence + 1, updated_at = $2
      WHERE id = $1 RETURNING
      """
          + COLUMNS;

  /** Tenants that run little come first, so that one with many jobs does not hold up the others. */
  private static final String CLAIM =
      """
      UPDATE job SET status = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $2,
        updated_at = $1
      WHERE id IN (
        SELECT j.id FROM job j
        WHERE (j.status = 'queued' AND j.run_at <= $1
            OR j.status = 'running' AND j.lease_until < $1 AND j.attempts < j.max_attempts)
          AND j.type = ANY ($3)
        ORDER BY (SELECT count(*) FROM job r WHERE r.status = 'running' AND r.tenant_id = j.tenant_id),
          j.run_at, j.id
        LIMIT $4 FOR UPDATE SKIP LOCKED)
      RETURNING
      """
          + COLUMNS;

  private static final String LOST =
      "SELECT"
          + COLUMNS
          + """
          FROM job
          WHERE status = 'running' AND lease_until < $1 AND attempts >= max_attempts AND type = ANY ($2)
          LIMIT 20
          """;
  // Rows that are locked are just being finished or cancelled: neither waits for the other.
  private static final String RENEW =
      """
      UPDATE job SET lease_until = $3 WHERE id IN (
        SELECT j.id FROM job j JOIN unnest($1::uuid[], $2::bigint[]) AS mine (id, fence)
          ON j.id = mine.id AND j.fence = mine.fence
        WHERE j.status = 'running' FOR UPDATE OF j SKIP LOCKED)
      """;
  private static final String MINE =
      """
      SELECT j.id FROM job j JOIN unnest($1::uuid[], $2::bigint[]) AS mine (id, fence)
        ON j.id = mine.id AND j.fence = mine.fence
      WHERE j.status = 'running'
      """;
  private static final String FENCED = "WHERE id = $1 AND fence = $2 AND status = 'running' ";
  private static final String HOLD = "SELECT id FROM job " + FENCED + "FOR UPDATE";
  private static final String PROGRESS =
      "UPDATE job SET progress_done = $3, progress_total = $4, updated_at = $5 "
          + FENCED
          + "RETURNING"
          + COLUMNS;
  private static final String FINISH =
      """
      UPDATE job SET status = 'done', result = $3::text::jsonb, progress_done = progress_total,
        error_code = NULL, error_detail = NULL, lease_until = NULL, updated_at = $4
      """
          + FENCED
          + "RETURNING"
          + COLUMNS;
  private static final String FAIL =
      """
      UPDATE job SET status = 'failed', error_code = $3, error_detail = $4, lease_until = NULL,
        fence = fence + 1, updated_at = $5
      """
          + FENCED
          + "RETURNING"
          + COLUMNS;
  private static final String RETRY =
      """
      UPDATE job SET status = 'queued', error_code = $3, error_detail = $4, lease_until = NULL,
        fence = fence + 1, run_at = $5, updated_at = $6
      """
          + FENCED
          + "RETURNING"
          + COLUMNS;
  private static final String GIVE_BACK =
      """
      UPDATE job j SET status = 'queued', attempts = attempts - 1, lease_until = NULL,
        fence = j.fence + 1, run_at = $3, updated_at = $3
      FROM unnest($1::uuid[], $2::bigint[]) AS mine (id, fence)
      WHERE j.id = mine.id AND j.fence = mine.fence AND j.status = 'running'
      """;
  private static final String NEXT =
      """
      SELECT least((SELECT min(run_at) FROM job WHERE status = 'queued' AND type = ANY ($1)),
        (SELECT min(lease_until) FROM job WHERE status = 'running'))
      """;
  private static final String FORGET =
      """
      DELETE FROM job WHERE id IN (SELECT id FROM job
        WHERE status IN ('done', 'failed', 'cancelled') AND updated_at < $1 LIMIT 1000)
      """;
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** A row: what was asked, how it stands, and what only this package needs. */
  record Kept(JobRequest request, Job job, int mostAttempts, long fence) {}

  private JobStore() {}

  static Kept insert(SqlClient connection, JobRequest request, int mostAttempts, Instant at) {
    Scope scope = request.scope();
    boolean own = request.isOfTheInstallation();
    Tuple row =
        Tuple.of(
            request.id(),
            own ? null : scope.tenantId(),
            own ? null : scope.userId(),
            scope.role(),
            request.type(),
            Json.write(request.payload()));
    row.addInteger(mostAttempts).addValue(utc(at));
    return kept(Database.run(connection, INSERT, row).iterator().next());
  }

  /** Wakes every node once the transaction commits. */
  static void wake(SqlClient connection) {
    Database.run(connection, NOTIFY, Tuple.of(CHANNEL));
  }

  static Optional<Kept> find(SqlClient connection, UUID id) {
    return first(Database.run(connection, ONE, Tuple.of(id)));
  }

  static Optional<Kept> lock(SqlClient connection, UUID id) {
    return first(Database.run(connection, LOCK, Tuple.of(id)));
  }

  static List<Job> list(
      SqlClient connection, Scope who, Optional<JobStatus> status, Optional<UUID> before, int n) {
    Tuple key =
        Tuple.of(who.tenantId(), who.userId())
            .addString(status.map(JobStatus::wire).orElse(null))
            .addUUID(before.orElse(null))
            .addInteger(n);
    return all(Database.run(connection, LIST, key)).stream().map(Kept::job).toList();
  }

  static Kept cancel(SqlClient connection, UUID id, Instant at) {
    return kept(Database.run(connection, CANCEL, Tuple.of(id, utc(at))).iterator().next());
  }

  /** Ready ones of these types, and those whose node has died; now they are the caller's. */
  static List<Kept> claim(
      SqlClient connection, Set<String> types, int most, Instant at, Instant leaseUntil) {
    Tuple key = Tuple.of(utc(at), utc(leaseUntil)).addArrayOfString(types.toArray(String[]::new));
    return all(Database.run(connection, CLAIM, key.addInteger(most)));
  }

  /** Those whose node has died at their last attempt. */
  static List<Kept> lost(SqlClient connection, Set<String> types, Instant at) {
    Tuple key = Tuple.of(utc(at)).addArrayOfString(types.toArray(String[]::new));
    return all(Database.run(connection, LOST, key));
  }

  /** Renews leases; gives the ids of the runs that still are what they were. */
  static Set<UUID> renew(SqlClient connection, Collection<JobRun> runs, Instant leaseUntil) {
    Database.run(connection, RENEW, keys(runs).addValue(utc(leaseUntil)));
    Set<UUID> mine = new HashSet<>();
    Database.run(connection, MINE, keys(runs)).forEach(row -> mine.add(row.getUUID(0)));
    return mine;
  }

  static void giveBack(SqlClient connection, Collection<JobRun> runs, Instant at) {
    Database.run(connection, GIVE_BACK, keys(runs).addValue(utc(at)));
    wake(connection);
  }

  private static Tuple keys(Collection<JobRun> runs) {
    return Tuple.tuple()
        .addArrayOfUUID(runs.stream().map(JobRun::id).toArray(UUID[]::new))
        .addArrayOfLong(runs.stream().map(JobRun::fence).toArray(Long[]::new));
  }

  /** Whether the run still is what it was; nobody else changes it until the transaction ends. */
  static boolean hold(SqlClient connection, UUID id, long fence) {
    return Database.run(connection, HOLD, Tuple.of(id, fence)).iterator().hasNext();
  }

  /** Empty, as below, when the run is not the job's any more. */
  static Optional<Kept> progress(
      SqlClient connection, UUID id, long fence, Job.Progress progress, Instant at) {
    Tuple row = Tuple.of(id, fence, progress.done(), progress.total(), utc(at));
    return first(Database.run(connection, PROGRESS, row));
  }

  static Optional<Kept> finish(
      SqlClient connection, UUID id, long fence, Map<String, Object> result, Instant at) {
    return first(
        Database.run(connection, FINISH, Tuple.of(id, fence, Json.write(result), utc(at))));
  }

  static Optional<Kept> fail(
      SqlClient connection, UUID id, long fence, Job.Problem problem, Instant at) {
    Tuple row = Tuple.of(id, fence, problem.code(), problem.detail(), utc(at));
    return first(Database.run(connection, FAIL, row));
  }

  static Optional<Kept> retry(
      SqlClient connection, UUID id, long fence, Job.Problem problem, Instant runAt, Instant at) {
    Tuple row = Tuple.of(id, fence, problem.code(), problem.detail(), utc(runAt), utc(at));
    return first(Database.run(connection, RETRY, row));
  }

  /** When there is something to look at, across tenants. */
  static Optional<Instant> next(SqlClient connection, Set<String> types) {
    Tuple key = Tuple.tuple().addArrayOfString(types.toArray(String[]::new));
    OffsetDateTime time =
        Database.run(connection, NEXT, key).iterator().next().getOffsetDateTime(0);
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }

  /** Removes ended ones that nobody needs any more, a thousand at a time; gives how many. */
  static int forget(SqlClient connection, Instant before) {
    return Database.run(connection, FORGET, Tuple.of(utc(before))).rowCount();
  }

  private static Optional<Kept> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(kept(iterator.next())) : Optional.empty();
  }

  private static List<Kept> all(RowSet<Row> rows) {
    List<Kept> all = new ArrayList<>();
    rows.forEach(row -> all.add(kept(row)));
    return all;
  }

  private static Kept kept(Row row) {
    UUID tenant = row.getUUID("tenant_id");
    Scope scope =
        tenant == null
            ? JobRequest.INSTALLATION
            : new Scope(tenant, row.getUUID("user_id"), row.getString("role"));
    Job job =
        new Job(
            row.getUUID("id"),
            row.getString("type"),
            JobStatus.of(row.getString("status")),
            new Job.Progress(row.getLong("progress_done"), row.getLong("progress_total")),
            row.getInteger("attempts"),
            json(row.getString("result")),
            Optional.ofNullable(row.getString("error_code"))
                .map(code ->
                    new Job.Problem(
                        code, Optional.ofNullable(row.getString("error_detail")).orElse(""))),
            row.getOffsetDateTime("created_at").toInstant(),
            row.getOffsetDateTime("updated_at").toInstant());
    JobRequest request =
        new JobRequest(
            job.id(), scope, job.type(), json(row.getString("payload")).orElse(Map.of()));
    return new Kept(request, job, row.getInteger("max_attempts"), row.getLong("fence"));
  }

  private static Optional<Map<String, Object>> json(@Nullable String text) {
    return Optional.ofNullable(text).map(t -> Json.read(t, MAP));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
