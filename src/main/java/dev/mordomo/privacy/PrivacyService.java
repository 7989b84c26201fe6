package dev.mordomo.privacy;

import dev.mordomo.identity.IdentityService;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobService.Enqueued;
import dev.mordomo.job.JobStatus;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.FileStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Erasing and exporting people and tenants, what becomes of personal data, and who agreed to it.
 * Every method waits, on a virtual thread.
 */
public final class PrivacyService {
  private static final int AT_ONCE = 100;
  private static final Duration DAY = Duration.ofDays(1);

  private final Database database;
  private final IdentityService identity;
  private final JobService jobs;
  private final FileStore files;
  private final RetentionJob retention;
  private final InstantSource clock;

  public PrivacyService(
      Database database,
      IdentityService identity,
      JobService jobs,
      FileStore files,
      Placeholders placeholders,
      BiConsumer<Scope, UUID> deleteDocument,
      RetentionConfig config,
      Bus bus,
      InstantSource clock) {
    this.database = database;
    this.identity = identity;
    this.jobs = jobs;
    this.files = files;
    this.clock = clock;
    this.retention = new RetentionJob(database, deleteDocument, config, clock);
    jobs.register(retention);
    jobs.register(new ErasureJob(database, files, bus, clock));
    jobs.register(new ExportJob(database, identity, files, placeholders, clock));
  }

  /**
   * Deletes a user, who is out at once, and begins to erase everything of theirs.
   *
   * @throws Failure as {@link dev.mordomo.identity.Users#delete}
   */
  public Erasure eraseUser(Scope who, UUID id) {
    Begun begun =
        identity
            .users()
            .delete(who, id, (c, user) -> begin(c, who, Erasure.Kind.USER, user.tenantId(), id));
    begun.announce().run();
    return begun.erasure();
  }

  /**
   * The same for a tenant with all its users.
   *
   * @throws Failure as {@link dev.mordomo.identity.Tenants#delete}
   */
  public Erasure eraseTenant(Scope who, UUID id) {
    Begun begun =
        identity.tenants().delete(who, id, c -> begin(c, who, Erasure.Kind.TENANT, id, id));
    begun.announce().run();
    return begun.erasure();
  }

  private record Begun(Erasure erasure, Runnable announce) {}

  private Begun begin(SqlClient connection, Scope who, Erasure.Kind kind, UUID tenant, UUID id) {
    Erasure erasure =
        new Erasure(
            Ids.next(),
            kind,
            tenant,
            id,
            Optional.of(who.userId()),
            Erasure.Status.RUNNING,
            Map.of(),
            Map.of(),
            0,
            now(),
            Optional.empty());
    ErasureStore.insert(connection, erasure);
    // The job is the installation's: who asked for it may be erased meanwhile.
    ErasureStore.actAs(connection, JobRequest.INSTALLATION);
    Enqueued enqueued = enqueue(connection, erasure);
    return new Begun(erasure, enqueued.announce());
  }

  private Enqueued enqueue(SqlClient connection, Erasure erasure) {
    return jobs.enqueue(
        connection,
        JobRequest.INSTALLATION,
        ErasureJob.TYPE,
        Map.of(ErasureJob.ERASURE, erasure.id()));
  }

  /**
   * For an administrator of the tenant, or the superuser.
   *
   * @throws Failure {@code not_found}
   */
  public Erasure erasure(Scope who, UUID id) {
    requireAdmin(who);
    Erasure erasure =
        database
            .as(who, c -> ErasureStore.get(c, id))
            .orElseThrow(() -> Failure.notFound("the erasure"));
    Deed.about(erasure.tenantId(), id);
    return erasure;
  }

  /** Newest first; the tenant's, or all for the superuser. */
  public List<Erasure> erasures(Scope who, Optional<UUID> before, int limit) {
    requireAdmin(who);
    return database.as(who, c -> ErasureStore.list(c, before, limit));
  }

  /** What is past its time: of the tenant, or of all for the superuser. Nothing is removed. */
  public Retention due(Scope who) {
    requireAdmin(who);
    return due().of(one -> who.isSuperuser() || one.tenantId().equals(who.tenantId()));
  }

  Retention due() {
    return retention.due();
  }

  List<RetentionDue> removeExpired() {
    return retention.remove(done -> {});
  }

  /** How many days what was said is kept; empty: by the plan. */
  public Optional<Integer> retentionDays(Scope who, UUID tenant) {
    identity.tenants().get(who, tenant);
    return database.as(who, c -> PersonalStore.retentionDays(c, tenant));
  }

  /**
   * @param days 0: by the plan
   */
  public void changeRetention(Scope who, UUID tenant, int days) {
    identity.tenants().get(who, tenant);
    Deed.about(tenant, tenant);
    database.as(
        who,
        c -> {
          PersonalStore.changeRetention(c, tenant, days, now());
          return true;
        });
  }

  /** Starts the daily removal, unless it was done within a day. */
  void expireDaily() {
    Instant dayAgo = now().minus(DAY);
    boolean done =
        jobs.list(JobRequest.INSTALLATION, Optional.empty(), Optional.empty(), AT_ONCE).stream()
            .anyMatch(
                job -> job.type().equals(RetentionJob.TYPE) && job.createdAt().isAfter(dayAgo));
    if (!done) {
      jobs.start(JobRequest.INSTALLATION, RetentionJob.TYPE, Map.of());
    }
  }

  /** Begins what has to be erased and has no job: it gave up, or nobody asked for it here. */
  void resume() {
    database.asSystem(c -> ErasureStore.begin(c, now()));
    List<Erasure> running = database.asSystem(c -> ErasureStore.running(c, AT_ONCE));
    if (running.isEmpty()) {
      return;
    }
    Set<String> underWay = new HashSet<>();
    for (JobStatus status : List.of(JobStatus.QUEUED, JobStatus.RUNNING)) {
      for (Job job :
          jobs.list(JobRequest.INSTALLATION, Optional.of(status), Optional.empty(), AT_ONCE)) {
        underWay.add(job.type());
      }
    }
    if (underWay.contains(ErasureJob.TYPE)) {
      // The next look comes when these have ended.
      return;
    }
    running.forEach(
        erasure -> database.as(JobRequest.INSTALLATION, c -> enqueue(c, erasure)).announce().run());
  }

  /**
   * Begins to write everything of the caller's into one file.
   *
   * @param tenant a whole tenant's instead, for the superuser
   * @throws Failure {@code forbidden} for a tenant, unless superuser; {@code not_found}
   */
  public Export export(Scope who, Optional<UUID> tenant) {
    tenant.ifPresent(id -> {
      who.requireSuperuser("a whole tenant is exported by the superuser");
      identity.tenants().get(who, id);
    });
    Export export =
        new Export(
            Ids.next(),
            tenant.isPresent() ? Erasure.Kind.TENANT : Erasure.Kind.USER,
            tenant.orElse(who.userId()),
            Export.Status.RUNNING,
            Map.of(),
            0,
            now(),
            Optional.empty());
    Deed.about(export.id());
    Enqueued enqueued =
        database.as(
            who,
            c -> {
              ExportStore.insert(c, who, export);
              Once.made(c, export);
              return jobs.enqueue(c, who, ExportJob.TYPE, Map.of(ExportJob.EXPORT, export.id()));
            });
    enqueued.announce().run();
    return export;
  }

  /**
   * @throws Failure {@code not_found} when it is not one's own
   */
  public Export exported(Scope who, UUID id) {
    return database
        .as(who, c -> ExportStore.get(c, id))
        .orElseThrow(() -> Failure.notFound("the export"));
  }

  /** One's own, newest first. */
  public List<Export> exports(Scope who, Optional<UUID> before, int limit) {
    return database.as(who, c -> ExportStore.list(c, who, before, limit));
  }

  /**
   * The file, for this one time.
   *
   * @throws Failure {@code not_found} also when it is not ready, was downloaded, or has expired
   */
  public ExportFile download(Scope who, UUID id) {
    Deed.about(id);
    ExportStore.Place place =
        database
            .as(who, c -> ExportStore.claim(c, id, now()))
            .orElseThrow(() -> Failure.notFound("the export's file"));
    return new Claimed(who, id, place);
  }

  private final class Claimed implements ExportFile {
    private final Scope who;
    private final UUID id;
    private final ExportStore.Place place;

    Claimed(Scope who, UUID id, ExportStore.Place place) {
      this.who = who;
      this.id = id;
      this.place = place;
    }

    @Override
    public long size() {
      return place.size();
    }

    @Override
    public void send(Consumer<Buffer> part) {
      try {
        for (int i = 0; i < place.parts(); i++) {
          part.accept(
              files
                  .get(PartsStream.key(place.folder(), i))
                  .orElseThrow(() -> Failure.notFound("the export's file")));
        }
      } catch (RuntimeException e) {
        database.as(
            who,
            c -> {
              ExportStore.giveBack(c, id);
              return true;
            });
        throw e;
      }
      for (int i = 0; i < place.parts(); i++) {
        files.delete(PartsStream.key(place.folder(), i));
      }
    }
  }

  /**
   * What becomes of personal data in what the tenant's users say.
   *
   * @throws Failure as {@link dev.mordomo.identity.Tenants#get}
   */
  public PersonalPolicy policy(Scope who, UUID tenant) {
    identity.tenants().get(who, tenant);
    Deed.about(tenant, tenant);
    return database.as(who, c -> PersonalStore.ofTenant(c, tenant));
  }

  /** From the next message on; what was said before stays as it is. */
  public PersonalPolicy changePolicy(Scope who, UUID tenant, PersonalPolicy policy) {
    identity.tenants().get(who, tenant);
    Deed.about(tenant, tenant);
    return database.as(
        who,
        c -> {
          PersonalStore.change(c, tenant, policy, now());
          return PersonalStore.ofTenant(c, tenant);
        });
  }

  /**
   * What becomes of personal data in documents of the tenant and its users.
   *
   * @throws Failure as {@link dev.mordomo.identity.Tenants#get}
   */
  public DocumentPolicy documentPolicy(Scope who, UUID tenant) {
    identity.tenants().get(who, tenant);
    return database.as(who, c -> PersonalStore.ofDocuments(c, tenant));
  }

  /** From the next document on; what is there stays as it is until it is taken in again. */
  public void changeDocumentPolicy(Scope who, UUID tenant, DocumentPolicy policy) {
    identity.tenants().get(who, tenant);
    Deed.about(tenant, tenant);
    database.as(
        who,
        c -> {
          PersonalStore.changeDocuments(c, tenant, policy, now());
          return true;
        });
  }

  /** One's own, newest first. */
  public List<Consent> consents(Scope who, Optional<UUID> before, int limit) {
    return database.as(who, c -> PersonalStore.list(c, who, before, limit));
  }

  /** Holds until it is revoked; giving it again changes nothing. */
  public Consent consent(Scope who) {
    return database.as(
        who,
        c -> {
          Consent given = PersonalStore.give(c, who, Consent.PERSONAL_DATA, now());
          Deed.about(given.id());
          Once.made(c, given);
          return given;
        });
  }

  /**
   * From the next message on. Revoking again changes nothing.
   *
   * @throws Failure {@code not_found}
   */
  public Consent revoke(Scope who, UUID id) {
    return database.as(
        who,
        c -> {
          Consent revoked =
              PersonalStore.revoke(c, id, now()).orElseThrow(() -> Failure.notFound("the consent"));
          Deed.about(id);
          return revoked;
        });
  }

  private static void requireAdmin(Scope who) {
    if (!who.isAdmin()) {
      throw Failure.of(FailureCode.FORBIDDEN, "only for an administrator");
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
