package dev.mordomo.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The states of a job, one transition after the other, on a clock that stands still. */
class JobServiceTest {
  private static final String NOTE =
      "INSERT INTO collection (id, tenant_id, user_id, scope, name) VALUES ($1, $2, $3, 'user',"
          + " 'baked')";

  private JobFixture house = new JobFixture();
  private JobRunner runner = house.jobs.runner();
  private Scope ana = house.db.tenantWithUser("admin");

  @BeforeEach
  void nothingIsLeft() {
    assertEquals(0, runner.claim().size());
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void aJobIsDoneWithItsResultAndItsUserIsTold() {
    house.work.does =
        run -> {
          assertEquals(ana, run.scope());
          assertEquals(Map.of("flour", "rye"), run.payload());
          run.progress(1, 3);
          run.progress(2, 3);
          run.progress(3, 3);
          return Map.of("made", "bread");
        };
    Job made = house.make(ana);
    assertEquals(JobStatus.QUEUED, made.status());
    assertEquals(1, JobFixture.runAll(runner));
    Job done = house.jobs.get(ana, made.id());
    assertEquals(JobStatus.DONE, done.status());
    assertEquals(Optional.of(Map.of("made", "bread")), done.result());
    assertEquals(new Job.Progress(3, 3), done.progress());
    assertEquals(1, done.attempts());
    // Progress is told twice a second at most, and at its end.
    assertEquals(List.of("queued", "running", "running", "running", "done"), house.told(ana));
    assertEquals(0, JobFixture.runAll(runner), "it is not run again");
    assertTrue(house.work.gaveUp.isEmpty());
  }

  @Test
  void whatMayBeRetriedIsWithBackoffAsOftenAsTheAttemptsAllow() {
    house.work.does =
        run -> {
          throw Failure.of(FailureCode.MODEL_UNAVAILABLE, "the oven is cold");
        };
    Job made = house.make(ana);
    for (int seconds : new int[] {5, 8}) {
      assertEquals(1, JobFixture.runAll(runner));
      Job waiting = house.jobs.get(ana, made.id());
      assertEquals(JobStatus.QUEUED, waiting.status());
      assertEquals("model_unavailable", waiting.error().orElseThrow().code());
      forward(Duration.ofSeconds(seconds).minusMillis(1));
      assertEquals(0, JobFixture.runAll(runner), "too early");
      forward(Duration.ofMillis(1));
    }
    assertEquals(1, JobFixture.runAll(runner));
    Job failed = house.jobs.get(ana, made.id());
    assertEquals(JobStatus.FAILED, failed.status());
    assertEquals(3, failed.attempts());
    assertEquals("the oven is cold", failed.error().orElseThrow().detail());
    assertEquals(List.of(failed.id()), house.work.gaveUp.stream().map(Job::id).toList());
    assertEquals(1, house.work.afterwards.size());
    forward(Duration.ofDays(1));
    assertEquals(0, JobFixture.runAll(runner));
  }

  @Test
  void whatCannotSucceedFailsAtOnceAndABugTellsNoSecrets() {
    house.work.does =
        run -> {
          throw Failure.of(FailureCode.UNREADABLE_FILE, "burnt");
        };
    Job made = house.make(ana);
    JobFixture.runAll(runner);
    assertEquals(JobStatus.FAILED, house.jobs.get(ana, made.id()).status());
    house.work.does =
        run -> {
          throw new IllegalStateException("password=hunter2");
        };
    Job second = house.make(ana);
    for (int i = 0; i < 3; i++) {
      JobFixture.runAll(runner);
      forward(Duration.ofMinutes(1));
    }
    Job broken = house.jobs.get(ana, second.id());
    assertEquals(JobStatus.FAILED, broken.status());
    assertEquals("internal", broken.error().orElseThrow().code());
    assertTrue(!broken.error().orElseThrow().detail().contains("hunter2"));
  }

  @Test
  void aQueuedJobIsCancelledAndNeverRuns() {
    Job made = house.make(ana);
    assertEquals(JobStatus.CANCELLED, house.jobs.cancel(ana, made.id()).status());
    assertEquals(JobStatus.CANCELLED, house.jobs.cancel(ana, made.id()).status());
    assertEquals(0, JobFixture.runAll(runner));
    assertEquals(1, house.work.gaveUp.size(), "given up once");
    assertEquals(List.of("queued", "cancelled"), house.told(ana));
  }

  @Test
  void aRunningJobThatIsCancelledWritesNothingMore() {
    house.work.does =
        run -> {
          house.jobs.cancel(ana, run.id());
          house
              .db
              .database()
              .as(
                  ana,
                  c -> {
                    Database.run(c, NOTE, Tuple.of(Ids.next(), ana.tenantId(), ana.userId()));
                    run.finish(c, Map.of());
                    return true;
                  });
          throw new AssertionError("it went on");
        };
    Job made = house.make(ana);
    JobFixture.runAll(runner);
    assertEquals(JobStatus.CANCELLED, house.jobs.get(ana, made.id()).status());
    assertEquals(0, notes(), "what it had written is rolled back");
    assertTrue(runner.isIdle());
    house.work.does =
        run -> {
          house.jobs.cancel(ana, run.id());
          runner.beat();
          run.progress(1, 2);
          throw new AssertionError("it went on");
        };
    JobFixture.runAll(runner);
    house.make(ana);
    JobFixture.runAll(runner);
    assertEquals(List.of("queued", "running", "cancelled"), house.told(ana).subList(3, 6));
  }

  @Test
  void whatItWritesAndThatItIsDoneAreOneTransaction() {
    AtomicInteger tries = new AtomicInteger();
    house.work.does =
        run -> {
          house
              .db
              .database()
              .as(
                  ana,
                  c -> {
                    run.hold(c);
                    Database.run(c, NOTE, Tuple.of(Ids.next(), ana.tenantId(), ana.userId()));
                    run.finish(c, Map.of("try", tries.incrementAndGet()));
                    if (tries.get() == 1) {
                      throw Failure.of(FailureCode.UNAVAILABLE, "just before the commit");
                    }
                    return true;
                  });
          return Map.of();
        };
    Job made = house.make(ana);
    JobFixture.runAll(runner);
    assertEquals(JobStatus.QUEUED, house.jobs.get(ana, made.id()).status());
    assertEquals(0, notes());
    forward(Duration.ofMinutes(1));
    JobFixture.runAll(runner);
    assertEquals(Optional.of(Map.of("try", 2)), house.jobs.get(ana, made.id()).result());
    assertEquals(1, notes());
  }

  @Test
  void aJobOfADeadNodeIsRunByAnotherAndTheDeadOneWritesNothing() {
    Job made = house.make(ana);
    JobRun dead = runner.claim().getFirst();
    JobRunner other = house.service().runner();
    forward(Duration.ofSeconds(29));
    assertEquals(0, JobFixture.runAll(other), "its lease holds");
    forward(Duration.ofSeconds(2));
    house.work.does = run -> Map.of("by", "other");
    assertEquals(1, JobFixture.runAll(other));
    Job done = house.jobs.get(ana, made.id());
    assertEquals(2, done.attempts());
    // The dead one wakes.
    house.work.does = run -> Map.of("by", "the dead");
    runner.execute(dead);
    assertEquals(Optional.of(Map.of("by", "other")), house.jobs.get(ana, made.id()).result());
    assertThrows(JobStopped.class, () -> dead.progress(1, 1));
  }

  @Test
  void aLivingNodeKeepsItsJobs() {
    house.make(ana);
    JobRun run = runner.claim().getFirst();
    JobRunner other = house.service().runner();
    for (int i = 0; i < 10; i++) {
      forward(Duration.ofSeconds(20));
      runner.beat();
      other.beat();
      assertEquals(0, other.claim().size());
    }
    runner.execute(run);
    assertEquals(JobStatus.DONE, house.jobs.get(ana, run.id()).status());
  }

  @Test
  void aJobThatDiesWithEachNodeFails() {
    Job made = house.make(ana);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, house.service().runner().claim().size());
      forward(Duration.ofSeconds(31));
    }
    JobRunner last = house.service().runner();
    assertEquals(0, last.claim().size());
    last.beat();
    Job failed = house.jobs.get(ana, made.id());
    assertEquals(JobStatus.FAILED, failed.status());
    assertEquals("interrupted", failed.error().orElseThrow().code());
    assertEquals(1, house.work.gaveUp.size());
  }

  @Test
  void aHandlerThatHangsLosesItsPlaceAtTheDeadline() {
    Job made = house.make(ana);
    JobRun hung = runner.claim().getFirst();
    for (int i = 0; i < 62; i++) {
      forward(Duration.ofMinutes(1).minusSeconds(31));
      runner.beat();
      forward(Duration.ofSeconds(31).minusSeconds(1));
      runner.beat();
    }
    forward(Duration.ofMinutes(2));
    runner.beat();
    Job failed = house.jobs.get(ana, made.id());
    assertEquals(JobStatus.FAILED, failed.status());
    assertTrue(failed.error().orElseThrow().detail().contains("60 minutes"));
    assertTrue(runner.isIdle());
    assertThrows(JobStopped.class, hung::check);
  }

  @Test
  void aStoppingServerGivesItsJobsBackWithoutCountingTheAttempt() {
    Job made = house.make(ana);
    JobRun run = runner.claim().getFirst();
    runner.stop();
    assertThrows(JobStopped.class, run::check);
    assertEquals(JobStatus.QUEUED, house.jobs.get(ana, made.id()).status());
    assertEquals(1, JobFixture.runAll(house.service().runner()));
    assertEquals(1, house.jobs.get(ana, made.id()).attempts());
  }

  @Test
  void oneTenantsManyJobsDoNotHoldUpAnothers() {
    Scope rui = house.db.tenantWithUser("admin");
    for (int i = 0; i < 5; i++) {
      house.make(ana);
    }
    assertEquals(2, runner.claim().size());
    Job his = house.make(rui);
    List<JobRun> next = house.service().runner().claim();
    assertTrue(next.stream().anyMatch(run -> run.id().equals(his.id())));
  }

  @Test
  void nobodySeesOrCancelsAnothersJob() {
    Job made = house.make(ana);
    Scope colleague = house.db.user(ana.tenantId(), "admin");
    Scope superuser = house.db.tenantWithUser("superuser");
    for (Scope other : List.of(colleague, superuser)) {
      refused(FailureCode.NOT_FOUND, () -> house.jobs.get(other, made.id()));
      refused(FailureCode.NOT_FOUND, () -> house.jobs.cancel(other, made.id()));
      assertEquals(List.of(), house.jobs.list(other, Optional.empty(), Optional.empty(), 10));
    }
    assertEquals(1, house.jobs.list(ana, Optional.empty(), Optional.empty(), 10).size());
    refused(FailureCode.NOT_FOUND, () -> house.jobs.get(ana, UUID.randomUUID()));
  }

  @Test
  void theInstallationsJobsAreTheSuperusers() {
    Scope superuser = house.db.tenantWithUser("superuser");
    Job made = house.jobs.start(JobRequest.INSTALLATION, "bake", Map.of());
    refused(FailureCode.NOT_FOUND, () -> house.jobs.get(ana, made.id()));
    assertEquals(made, house.jobs.get(superuser, made.id()));
    assertEquals(1, JobFixture.runAll(runner));
    assertEquals(JobStatus.DONE, house.jobs.get(superuser, made.id()).status());
    assertEquals(List.of(), house.told(superuser));
  }

  @Test
  void anEndedJobIsForgottenAfterAWhileAndARunningOneIsNot() {
    Job made = house.make(ana);
    JobFixture.runAll(runner);
    refused(FailureCode.CONFLICT, () -> house.jobs.cancel(ana, made.id()));
    Job waiting = house.make(ana);
    forward(Duration.ofDays(31));
    assertEquals(1, runner.forget());
    refused(FailureCode.NOT_FOUND, () -> house.jobs.get(ana, made.id()));
    assertEquals(JobStatus.QUEUED, house.jobs.get(ana, waiting.id()).status());
  }

  @Test
  void aTypeThatThereIsNotIsRefused() {
    Failure refused = refused(FailureCode.INVALID, () -> house.jobs.start(ana, "fry", Map.of()));
    assertTrue(refused.detail().contains("bake"), refused.detail());
  }

  private void forward(Duration by) {
    house.clock.set(house.clock.instant().plus(by));
  }

  private long notes() {
    return house
        .db
        .database()
        .as(
            ana,
            c ->
                Database.run(c, "SELECT count(*) FROM collection WHERE user_id IS NOT NULL")
                    .iterator()
                    .next()
                    .getLong(0));
  }

  private static Failure refused(FailureCode code, Executable work) {
    Failure failure = assertThrows(Failure.class, work);
    assertEquals(code, failure.code());
    return failure;
  }
}
