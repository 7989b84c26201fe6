package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/** The audit, read and looked after. Every method waits, on a virtual thread. */
public final class AuditService {
  private static final int SEALED_AT_ONCE = 500;
  // As PostgreSQL compares them: Java takes their halves for signed numbers.
  private static final Comparator<AuditRecord> NEWEST_FIRST =
      Comparator.comparing((AuditRecord record) -> record.id().toString()).reversed();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Database database;
  private final AuditStore store;
  private final AuditChain chain;
  private final AskedSeals asked;
  private final AuditConfig config;
  private final InstantSource clock;
  private final Lock checking = new ReentrantLock();

  public AuditService(Database database, AuditConfig config, InstantSource clock) {
    this.database = database;
    this.store = new AuditStore(database);
    this.chain = new AuditChain(store);
    this.asked = new AskedSeals(database);
    this.config = config;
    this.clock = clock;
  }

  /**
   * Newest first: all for the superuser, those of the tenant for its administrators; what was asked
   * among them.
   *
   * @param before the last id of the page before
   * @throws Failure {@code forbidden} for everybody else
   */
  public List<AuditRecord> list(Scope scope, AuditQuery query, Optional<UUID> before, int limit) {
    if (!scope.isAdmin()) {
      throw Failure.of(FailureCode.FORBIDDEN, "only for an administrator");
    }
    return Stream.concat(
            store.list(scope, query, before, limit).stream(),
            AskedStore.list(database, scope, query, before, limit).stream())
        .sorted(NEWEST_FIRST)
        .limit(limit)
        .toList();
  }

  /** Does what a command of whoever operates the machine is to do, and writes it down. */
  public int command(String action, IntSupplier work) {
    Deed deed =
        new Deed(
            action,
            action.substring(0, action.indexOf('.')),
            new Deed.Actor(
                Deed.Kind.COMMAND,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            Deed.Origin.HERE,
            clock.instant());
    int code = deed.during(work::getAsInt);
    if (code != 0 || !deed.isKept()) {
      database.record(deed, code == 0 ? Deed.Result.OK : Deed.Result.FAILED, Optional.empty());
    }
    return code;
  }

  /** Which tenants have a chain; all zeros stands for the records of no tenant. */
  public List<UUID> chains() {
    return store.chains();
  }

  /** Whether every sealed record of a tenant is there and as it was, and what was asked, too. */
  public ChainCheck check(UUID tenantId) {
    ChainCheck checked = chain.check(tenantId);
    return checked.broken().isPresent() ? checked : checked.with(asked.check(tenantId));
  }

  /**
   * Checks the chain of the caller's tenant; for the superuser all. It reads every record: one at a
   * time on a node.
   *
   * @throws Failure {@code forbidden} unless administrator, {@code rate_limited} while another
   *     check is under way
   */
  public List<ChainCheck> verify(Scope scope) {
    if (!scope.isAdmin()) {
      throw Failure.of(FailureCode.FORBIDDEN, "only for an administrator");
    }
    if (!checking.tryLock()) {
      throw Failure.of(FailureCode.RATE_LIMITED, "the audit is being checked; wait for its end")
          .retryAfter(PATIENCE);
    }
    try {
      List<UUID> tenants = scope.isSuperuser() ? chains() : List.of(scope.tenantId());
      return tenants.stream().map(this::check).toList();
    } finally {
      checking.unlock();
    }
  }

  /**
   * Erases from where a user came, in all that they did; the records themselves stay, and the chain
   * holds.
   *
   * @return of how many records
   */
  public long erase(UUID tenantId, UUID userId) {
    return store.blank(tenantId, userId) + AskedStore.blank(database, tenantId, userId);
  }

  /**
   * Seals what was added, unless another node does.
   *
   * @return whether more may be waiting
   */
  boolean seal() {
    return store.seal(SEALED_AT_ONCE) == SEALED_AT_ONCE;
  }

  /** Seals what was asked, up to a while ago; of a node one thread calls it. */
  void sealAsked() {
    asked.look();
  }

  /** Makes the coming months, drops those that are not kept any more. */
  void maintain() {
    store.maintain(clock.instant(), config.keep());
  }
}
