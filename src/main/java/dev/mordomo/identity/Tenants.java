package dev.mordomo.identity;

import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Tenants: made and changed by the superuser, seen by their administrators. Every method waits, on
 * a virtual thread.
 */
public final class Tenants {
  private static final int LONGEST_NAME = 160;
  private static final Duration DEFAULT_REPORT = Duration.ofDays(30);
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  private final Database database;
  private final TenantStore store;
  private final UsageStore usage;
  private final Bus bus;
  private final InstantSource clock;

  Tenants(Database database, TenantStore store, UsageStore usage, Bus bus, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.usage = usage;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * @throws Failure {@code forbidden} for all but the superuser, {@code invalid}
   */
  public Tenant create(Scope scope, Tenant.Draft draft) {
    requireSuperuser(scope);
    Tenant.Draft checked =
        new Tenant.Draft(
            checkedName(draft.name()),
            draft.plan(),
            draft.status(),
            quota(draft.tokenQuota()),
            draft.nextBillingDate());
    checked.nextBillingDate().ifPresent(Tenants::checkDate);
    UUID id = Ids.next();
    Deed.about(id, id);
    return database.as(
        scope,
        connection -> {
          store.insert(connection, id, checked, clock.instant());
          Tenant made = store.get(connection, id).orElseThrow();
          Once.made(connection, made);
          return made;
        });
  }

  /**
   * @throws Failure {@code not_found} for another tenant than one's own, unless superuser; {@code
   *     forbidden} for one's own, unless administrator
   */
  public Tenant get(Scope scope, UUID id) {
    requireVisible(scope, id);
    Tenant tenant = database.as(scope, c -> found(store.get(c, id)));
    return withConsumed(List.of(tenant)).getFirst();
  }

  /** All of them for the superuser, one's own for an administrator; by id. */
  public List<Tenant> list(Scope scope, Optional<UUID> after, int limit) {
    if (!scope.isAdmin()) {
      throw forbidden("only for an administrator");
    }
    return withConsumed(database.as(scope, c -> store.list(c, after, limit)));
  }

  /**
   * Suspending is announced: its users are out within {@code identity.status_check}.
   *
   * @throws Failure {@code forbidden} for all but the superuser, and for suspending one's own
   *     tenant
   */
  public Tenant change(Scope scope, UUID id, Tenant.Change change) {
    requireVisible(scope, id);
    requireSuperuser(scope);
    Deed.about(id, id);
    boolean suspends = change.status().filter(s -> s == Status.SUSPENDED).isPresent();
    if (suspends && id.equals(scope.tenantId())) {
      throw forbidden("your own tenant is suspended by another superuser");
    }
    Tenant.Change checked =
        new Tenant.Change(
            change.name().map(Tenants::checkedName),
            change.plan(),
            change.status(),
            change.tokenQuota().map(Tenants::quota),
            change.quotaResetsAt(),
            change.nextBillingDate());
    checked.quotaResetsAt().flatMap(time -> time).ifPresent(Tenants::checkEnd);
    checked.nextBillingDate().flatMap(date -> date).ifPresent(Tenants::checkDate);
    database.as(
        scope,
        connection -> {
          found(store.lock(connection, id));
          store.change(connection, id, checked, clock.instant());
          return id;
        });
    if (suspends) {
      bus.publish(IdentityEvent.TENANT_DISABLED, new IdentityEvent.TenantDisabled(id));
    }
    return get(scope, id);
  }

  /**
   * Nobody of it is let in from now on, and it is on no list.
   *
   * @param also done last in the transaction that says so
   * @return what that gave
   * @throws Failure {@code forbidden} for all but the superuser, and for one's own tenant
   */
  public <T> T delete(Scope scope, UUID id, Function<SqlConnection, T> also) {
    requireVisible(scope, id);
    requireSuperuser(scope);
    Deed.about(id, id);
    if (id.equals(scope.tenantId())) {
      throw forbidden("your own tenant is deleted by another superuser");
    }
    T done =
        database.as(
            scope,
            connection -> {
              found(store.lock(connection, id));
              store.delete(connection, id, clock.instant());
              return also.apply(connection);
            });
    bus.publish(IdentityEvent.TENANT_DISABLED, new IdentityEvent.TenantDisabled(id));
    return done;
  }

  /**
   * What a tenant's model calls were, grouped.
   *
   * @param from inclusive; empty: 30 days before {@code to}
   * @param to exclusive; empty: now
   */
  public UsageReport usage(
      Scope scope, UUID id, Optional<Instant> from, Optional<Instant> to, UsageReport.By by) {
    requireVisible(scope, id);
    Deed.about(id, id);
    // The superuser reads it as one of the tenant: the policy of usage knows no exception.
    Scope inTenant = new Scope(id, scope.userId(), scope.role());
    return report(inTenant, id, Optional.empty(), from, to, by);
  }

  /**
   * What the caller's own model calls were, grouped.
   *
   * @param from inclusive; empty: 30 days before {@code to}
   * @param to exclusive; empty: now
   */
  public UsageReport ownUsage(
      Scope scope, Optional<Instant> from, Optional<Instant> to, UsageReport.By by) {
    return report(scope, scope.tenantId(), Optional.of(scope.userId()), from, to, by);
  }

  private UsageReport report(
      Scope scope,
      UUID id,
      Optional<UUID> user,
      Optional<Instant> from,
      Optional<Instant> to,
      UsageReport.By by) {
    Instant end = to.orElse(clock.instant());
    Instant start = from.orElse(end.minus(DEFAULT_REPORT));
    if (!start.isBefore(end)) {
      throw Failure.invalid("from", "expected a time before to");
    }
    return database.as(
        scope,
        connection -> {
          if (user.isEmpty()) {
            found(store.get(connection, id));
          }
          return UsageReport.of(start, end, by, usage.rows(connection, id, user, start, end, by));
        });
  }

  private List<Tenant> withConsumed(List<Tenant> tenants) {
    if (tenants.isEmpty()) {
      return tenants;
    }
    Map<UUID, Tenant.Consumed> consumed = store.consumed(database, tenants, clock.instant());
    return tenants.stream()
        .map(tenant ->
            Optional.ofNullable(consumed.get(tenant.id())).map(tenant::with).orElse(tenant))
        .toList();
  }

  private static void requireVisible(Scope scope, UUID id) {
    if (!scope.isSuperuser() && !id.equals(scope.tenantId())) {
      throw Failure.notFound("the tenant");
    }
    if (!scope.isAdmin()) {
      throw forbidden("only for an administrator");
    }
  }

  private static void requireSuperuser(Scope scope) {
    if (!scope.isSuperuser()) {
      throw forbidden("only for the superuser");
    }
  }

  private static Tenant found(Optional<Tenant> tenant) {
    return tenant.orElseThrow(() -> Failure.notFound("the tenant"));
  }

  private static String checkedName(String name) {
    String stripped = name.strip();
    if (stripped.isEmpty() || stripped.length() > LONGEST_NAME || stripped.indexOf('\0') >= 0) {
      throw Failure.invalid("name", "expected 1 to " + LONGEST_NAME + " characters");
    }
    return stripped;
  }

  private static long quota(long tokens) {
    if (tokens < 0) {
      throw Failure.invalid("token_quota", "expected 0 or more");
    }
    return tokens;
  }

  private static void checkEnd(Instant resetsAt) {
    if (resetsAt.isBefore(EARLIEST) || resetsAt.isAfter(LATEST)) {
      throw Failure.invalid("quota_resets_at", "expected a time of this century");
    }
  }

  private static void checkDate(LocalDate next) {
    if (next.isBefore(EARLIEST.atOffset(ZoneOffset.UTC).toLocalDate())
        || next.isAfter(LATEST.atOffset(ZoneOffset.UTC).toLocalDate())) {
      throw Failure.invalid("next_billing_date", "expected a date of this century");
    }
  }

  private static Failure forbidden(String detail) {
    return Failure.of(FailureCode.FORBIDDEN, detail);
  }
}
