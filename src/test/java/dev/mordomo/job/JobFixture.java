package dev.mordomo.job;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** Jobs on a database of their own, with a clock and a handler that tests move. */
final class JobFixture implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final JobConfig CONFIG =
      new JobConfig(
          2,
          Duration.ofSeconds(30),
          Duration.ofHours(1),
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(8),
          Duration.ofHours(1),
          Duration.ofDays(30));

  final TestDatabase db = TestDatabase.create();
  final Bus bus = new Bus(db.vertx());
  final Streams streams = new Streams(db.database(), bus);
  final MovableClock clock = new MovableClock(NOW);
  final Work work = new Work();
  final JobService jobs = service();

  /** Does what the test says, and remembers what was given up. */
  static final class Work implements JobHandler {
    volatile Function<JobRun, Map<String, Object>> does = run -> Map.of("made", "bread");
    final BlockingQueue<Job> gaveUp = new LinkedBlockingQueue<>();
    final BlockingQueue<Job> afterwards = new LinkedBlockingQueue<>();

    @Override
    public String type() {
      return "bake";
    }

    @Override
    public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
      return Map.of("flour", payload.getOrDefault("flour", "rye"));
    }

    @Override
    public Map<String, Object> run(JobRun run) {
      return does.apply(run);
    }

    @Override
    public void gaveUp(SqlClient connection, JobRequest request, Job job) {
      gaveUp.add(job);
    }

    @Override
    public void afterGivingUp(JobRequest request, Job job) {
      afterwards.add(job);
    }
  }

  /** The service as one more node has it. */
  JobService service() {
    JobService service = new JobService(db.database(), streams, bus, CONFIG, clock);
    service.register(work);
    return service;
  }

  Job make(Scope scope) {
    return jobs.start(scope, "bake", Map.of());
  }

  /** Claims and runs to the end, one after another; gives how many. */
  static int runAll(JobRunner runner) {
    List<JobRun> runs = runner.claim();
    runs.forEach(runner::execute);
    return runs.size();
  }

  /** The statuses that the user was told, in order. */
  List<String> told(Scope scope) {
    return streams.after(scope.userId(), 0, 1_000).stream()
        .map(e -> Json.read(e.payload()).at("/job/status").asText())
        .toList();
  }

  @Override
  public void close() {
    db.close();
  }
}
