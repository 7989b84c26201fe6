package dev.mordomo.billing;

import dev.mordomo.identity.Users;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** What users may spend of their tenant's tokens. Every method waits, on a virtual thread. */
public final class UserQuotas {
  private final Database database;
  private final Users users;
  private final InstantSource clock;
  private final QuotaStore store = new QuotaStore();

  public UserQuotas(Database database, Users users, InstantSource clock) {
    this.database = database;
    this.users = users;
    this.clock = clock;
  }

  /**
   * One's own, or that of a user whom an administrator sees.
   *
   * @throws Failure {@code not_found} as {@link Users#get}
   */
  public UserQuota get(Scope scope, UUID user) {
    UUID tenant = users.get(scope, user).tenantId();
    return store
        .get(database, tenant, user, clock.instant())
        .orElseThrow(() -> Failure.notFound("the user"));
  }

  /**
   * Holds from the next call of a model, within two seconds on every node.
   *
   * @param tokens empty: whatever the tenant has
   * @throws Failure {@code forbidden} unless administrator
   */
  public UserQuota set(Scope scope, UUID user, Optional<Long> tokens) {
    users.get(scope, user);
    if (!scope.isAdmin()) {
      throw Failure.of(FailureCode.FORBIDDEN, "only for an administrator");
    }
    if (!database.as(scope, c -> store.set(c, user, tokens, clock.instant()))) {
      throw Failure.notFound("the user");
    }
    return get(scope, user);
  }
}
