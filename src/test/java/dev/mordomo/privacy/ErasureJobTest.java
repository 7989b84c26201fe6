package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.Await;
import dev.mordomo.identity.IdentityConfig;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.job.JobConfig;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.FileStore;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An erasure that is broken off, forgotten, or asked for what it may not do. */
class ErasureJobTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JobConfig JOBS =
      new JobConfig(
          2,
          Duration.ofSeconds(30),
          Duration.ofMillis(100),
          5,
          Duration.ofMillis(10),
          Duration.ofMillis(20),
          Duration.ofHours(1),
          Duration.ofDays(30));

  private final TestDatabase db = TestDatabase.create();
  private final InstantSource clock = InstantSource.system();
  private final Files files = new Files();
  private PrivacyService privacy;
  private JobService jobs;

  /** Files in memory, some of which cannot be deleted at first. */
  private static final class Files implements FileStore {
    final Map<String, Buffer> kept = new ConcurrentSkipListMap<>();
    final AtomicInteger refusals = new AtomicInteger();
    int letThrough;

    @Override
    public void put(String key, Buffer bytes) {
      kept.put(key, bytes);
    }

    @Override
    public void replace(String key, Buffer bytes) {
      kept.put(key, bytes);
    }

    @Override
    public Optional<Buffer> get(String key) {
      return Optional.ofNullable(kept.get(key));
    }

    @Override
    public boolean exists(String key) {
      return kept.containsKey(key);
    }

    @Override
    public void delete(String key) {
      if (letThrough-- <= 0 && refusals.getAndDecrement() > 0) {
        throw Failure.of(FailureCode.UNAVAILABLE, "the bucket is away");
      }
      kept.remove(key);
    }

    @Override
    public void eachBefore(Instant time, Consumer<String> seen) {
      kept.keySet().forEach(seen);
    }

    @Override
    public void eachUnder(String folder, Consumer<String> seen) {
      kept.keySet().stream().filter(k -> k.startsWith(folder)).toList().forEach(seen);
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() {
    Bus bus = new Bus(db.vertx());
    Streams streams = new Streams(db.database(), bus);
    IdentityService identity =
        new IdentityService(
            db.vertx(),
            db.database(),
            bus,
            db.keyring(),
            db.outbound(),
            IdentityConfig.from(Settings.of(Map.of(), Map.of())),
            clock);
    jobs = new JobService(db.database(), streams, bus, JOBS, clock);
    privacy =
        new PrivacyService(
            db.database(),
            identity,
            jobs,
            files,
            new Placeholders(TestDatabase.SECRET),
            (who, id) -> {},
            new RetentionConfig(false, Duration.ofDays(730), Duration.ofDays(30)),
            bus,
            clock);
  }

  private void work() {
    db.vertx()
        .deployVerticle(
            new JobVerticle(jobs, db.database(), clock),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  @AfterEach
  void close() {
    db.vertx().deploymentIDs().forEach(id -> db.vertx().undeploy(id).await());
    db.close();
  }

  private Erasure done(Scope who, UUID id) {
    Await.until(
        "it is erased", () -> privacy.erasure(who, id).status() == Erasure.Status.DONE, PATIENCE);
    return privacy.erasure(who, id);
  }

  private void conversations(Scope scope, int n) {
    db.database()
        .as(
            scope,
            c ->
                Database.run(
                    c,
                    """
                    INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)
                    SELECT gen_random_uuid(), $1, $2, now(), now() FROM generate_series(1, $3)
                    """,
                    Tuple.of(scope.tenantId(), scope.userId(), n)));
  }

  @Test
  void aStoreThatIsAwayForAWhileStopsNothingForGood() {
    Scope admin = db.tenantWithUser("admin");
    Scope member = db.user(admin.tenantId(), "member");
    Scope neighbour = db.user(admin.tenantId(), "member");
    conversations(member, 2_500);
    conversations(neighbour, 3);
    String folder = admin.tenantId() + "/" + member.userId() + "/";
    List.of("a", "b", "c").forEach(f -> files.put(folder + f, Buffer.buffer(f)));
    files.put(admin.tenantId() + "/" + neighbour.userId() + "/a", Buffer.buffer("theirs"));
    files.letThrough = 1;
    files.refusals.set(2);
    UUID id = privacy.eraseUser(admin, member.userId()).id();
    work();
    Erasure receipt = done(admin, id);
    assertEquals(Map.of("conversation", 2_500L, "app_user", 1L), receipt.erased());
    assertEquals(3, receipt.files());
    assertEquals(1, files.kept.size());
    assertEquals(
        3,
        db.database()
            .as(neighbour, c -> Database.run(c, "SELECT count(*) FROM conversation"))
            .iterator()
            .next()
            .getInteger(0));
  }

  @Test
  void whoWasDeletedOtherwiseIsErasedWhenSomebodyLooks() {
    Scope admin = db.tenantWithUser("admin");
    Scope member = db.user(admin.tenantId(), "member");
    conversations(member, 1);
    db.database()
        .as(
            admin,
            c ->
                Database.run(
                    c,
                    "UPDATE app_user SET deleted_at = now() WHERE id = $1",
                    Tuple.of(member.userId())));
    privacy.resume();
    privacy.resume();
    work();
    UUID id = privacy.erasures(admin, Optional.empty(), 10).getFirst().id();
    assertEquals(7, id.version());
    assertEquals(Map.of("conversation", 1L, "app_user", 1L), done(admin, id).erased());
  }

  @Test
  void nobodyIsErasedWhoWasNotDeleted() {
    Scope admin = db.tenantWithUser("admin");
    Scope member = db.user(admin.tenantId(), "member");
    UUID id = Ids.next();
    db.database()
        .as(
            admin,
            c ->
                Database.run(
                    c,
                    """
                    INSERT INTO erasure (id, kind, tenant_id, subject_id, requested_at)
                    VALUES ($1, 'user', $2, $3, now())
                    """,
                    Tuple.of(id, admin.tenantId(), member.userId())));
    for (String table : List.of("conversation", "app_user")) {
      Failure refused =
          assertThrows(
              Failure.class,
              () -> db.database().asSystem(c -> ErasureStore.eraseRows(c, id, table, 10, true)));
      assertEquals(FailureCode.CONFLICT, refused.code());
    }
  }

  @Test
  void anErasureOfAnotherTenantCannotBeAskedFor() {
    Scope admin = db.tenantWithUser("admin");
    Scope theirs = db.tenantWithUser("member");
    Failure refused =
        assertThrows(
            Failure.class,
            () ->
                db.database()
                    .as(
                        admin,
                        c ->
                            Database.run(
                                c,
                                """
                                INSERT INTO erasure (id, kind, tenant_id, subject_id, requested_at)
                                VALUES (gen_random_uuid(), 'user', $1, $2, now())
                                """,
                                Tuple.of(theirs.tenantId(), theirs.userId()))));
    assertEquals("42501", Database.sqlState(refused));
  }

  @Test
  void theFunctionErasesNothingButRowsOfTheSubject() {
    Scope admin = db.tenantWithUser("admin");
    Scope member = db.user(admin.tenantId(), "member");
    UUID id = privacy.eraseUser(admin, member.userId()).id();
    for (String table : List.of("usage", "erasure", "sealed_secret", "pg_class", "no_such")) {
      assertThrows(
          Failure.class,
          () -> db.database().asSystem(c -> ErasureStore.eraseRows(c, id, table, 10, true)),
          table);
    }
  }
}
