package dev.mordomo.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop itself, on the real clock, with a poll so long that only notifications help. */
class JobVerticleTest {
  private static final String CUT_LISTENERS =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'
      """;

  private final InstantSource clock = InstantSource.system();
  private final JobFixture house = new JobFixture();
  private final BlockingQueue<Job> done = new LinkedBlockingQueue<>();
  private final JobService jobs = node();
  private final Scope ana = house.db.tenantWithUser("admin");

  JobVerticleTest() {
    house.bus.subscribe(
        JobEvent.Updated.ADDRESS,
        event -> {
          if (event.job().status().isFinal()) {
            done.add(event.job());
          }
        });
  }

  private JobService node() {
    JobService service =
        new JobService(house.db.database(), house.streams, house.bus, JobFixture.CONFIG, clock);
    service.register(house.work);
    return service;
  }

  private String deploy() {
    return house
        .db
        .vertx()
        .deployVerticle(
            () -> new JobVerticle(node(), house.db.database(), clock),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  private Job make() {
    return jobs.start(ana, "bake", Map.of());
  }

  private Job ended() throws InterruptedException {
    Job job = done.poll(30, TimeUnit.SECONDS);
    assertNotNull(job, "it did not end");
    return job;
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void whatFailsAsNobodyThoughtOfDoesNotEndIt() throws InterruptedException {
    AtomicBoolean failed = new AtomicBoolean();
    InstantSource once =
        () -> {
          if (failed.compareAndSet(false, true)) {
            throw new IllegalStateException("no time");
          }
          return clock.instant();
        };
    house
        .db
        .vertx()
        .deployVerticle(
            () -> new JobVerticle(node(), house.db.database(), once),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
    Job made = make();
    assertEquals(made.id(), ended().id());
    assertTrue(failed.get());
  }

  @Test
  void aNotificationWakesItAlsoAfterTheConnectionWasLost()
      throws InterruptedException, SQLException {
    Job before = make();
    deploy();
    assertEquals(before.id(), ended().id());
    Job after = make();
    assertEquals(after.id(), ended().id());
    try (Connection owner = house.db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(CUT_LISTENERS);
    }
    Job later = make();
    assertEquals(later.id(), ended().id());
  }

  @Test
  void manyJobsOnTwoNodesAreEachRunOnce() throws InterruptedException {
    BlockingQueue<UUID> begun = new LinkedBlockingQueue<>();
    house.work.does =
        run -> {
          begun.add(run.id());
          return Map.of();
        };
    deploy();
    deploy();
    Set<UUID> made = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      made.add(make().id());
    }
    List<UUID> ended = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      ended.add(ended().id());
    }
    assertEquals(made, new HashSet<>(ended));
    assertEquals(30, begun.size());
    assertTrue(done.isEmpty());
  }

  @Test
  void cancellingStopsAJobThatRunsOnAnotherNode() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    house.work.does =
        run -> {
          begun.countDown();
          try {
            while (true) {
              run.check();
              LockSupport.parkNanos(1_000_000);
            }
          } finally {
            stopped.countDown();
          }
        };
    deploy();
    Job made = make();
    assertTrue(begun.await(30, TimeUnit.SECONDS));
    assertEquals(JobStatus.CANCELLED, jobs.cancel(ana, made.id()).status());
    assertTrue(stopped.await(30, TimeUnit.SECONDS), "its handler was not told");
    assertEquals(JobStatus.CANCELLED, ended().status());
  }

  @Test
  void aNodeThatStopsHandsItsJobsToTheOther() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    house.work.does =
        run -> {
          if (begun.getCount() == 0) {
            return Map.of("by", "the other");
          }
          begun.countDown();
          while (true) {
            run.check();
            LockSupport.parkNanos(1_000_000);
          }
        };
    String first = deploy();
    Job made = make();
    assertTrue(begun.await(30, TimeUnit.SECONDS));
    deploy();
    house.db.vertx().undeploy(first).await();
    Job last = ended();
    assertEquals(made.id(), last.id());
    assertEquals("the other", last.result().orElseThrow().get("by"));
    assertEquals(1, last.attempts());
  }
}
