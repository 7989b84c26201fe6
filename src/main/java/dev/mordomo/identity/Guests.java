package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/**
 * Who talks to the assistant without having an account, where one tenant allows it: a guest is a
 * user of that tenant with the least role, spends its quota, and sees only what they said
 * themselves and what the tenant's documents answer. Whoever signs in afterwards may take the
 * guest's conversations over.
 */
public final class Guests {
  private final GuestStore store;
  private final Sessions sessions;
  private final Optional<UUID> tenant;
  private final InstantSource clock;

  Guests(GuestStore store, Sessions sessions, IdentityConfig config, InstantSource clock) {
    this.store = store;
    this.sessions = sessions;
    this.tenant = config.anonymousTenant();
    this.clock = clock;
  }

  /** What is hidden in texts is sealed for whoever wrote them: takes it over to another user. */
  @FunctionalInterface
  public interface Resealing {
    /**
     * @return the text as it is where it was not sealed for {@code from}
     */
    String reseal(Scope from, Scope to, String text);
  }

  /** Whether a tenant is named for them. */
  public boolean areAllowed() {
    return tenant.isPresent();
  }

  /**
   * A new guest. How many come from one address, the gateway limits.
   *
   * @throws Failure {@code forbidden} where no tenant allows it
   */
  public Tokens enter(String address, String userAgent) {
    if (tenant.isEmpty()) {
      throw notHere();
    }
    Account guest = new Account(tenant.get(), Ids.next(), Role.GUEST);
    if (!store.insert(guest, clock.instant())) {
      throw notHere();
    }
    return sessions.begin(guest, address, userAgent);
  }

  /**
   * Takes a guest's conversations over, and whatever came of them; the guest is gone.
   *
   * @param refreshToken the guest's, which proves whose they were
   * @return how many conversations
   * @throws Failure {@code unauthenticated} unless it is a guest's of the same tenant, {@code
   *     conflict} while an answer to the guest is under way
   */
  public int claim(Scope scope, String refreshToken, Resealing resealing) {
    UUID guest =
        store
            .guest(OpaqueToken.hash(refreshToken), scope.tenantId(), clock.instant())
            .orElseThrow(() ->
                Failure.of(FailureCode.UNAUTHENTICATED, "the guest's refresh token is not valid"));
    int moved =
        store
            .claim(scope, guest, resealing, clock.instant())
            .orElseThrow(() ->
                Failure.of(
                    FailureCode.CONFLICT, "an answer is under way; claim when it has ended"));
    sessions.endAll(scope.tenantId(), guest);
    return moved;
  }

  private static Failure notHere() {
    return Failure.of(FailureCode.FORBIDDEN, "nobody talks here without signing in");
  }
}
