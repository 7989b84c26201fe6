package dev.mordomo.identity;

import dev.mordomo.kernel.Address;
import java.util.Optional;
import java.util.UUID;

/**
 * Who is out from now on. Best effort: whoever keeps a socket open also asks {@link
 * IdentityService#isLive} every few seconds.
 */
public sealed interface IdentityEvent {
  Address<UserDisabled> USER_DISABLED = new Address<>("identity.user.disabled", UserDisabled.class);
  Address<TenantDisabled> TENANT_DISABLED =
      new Address<>("identity.tenant.disabled", TenantDisabled.class);
  Address<SessionEnded> SESSION_ENDED = new Address<>("identity.session.ended", SessionEnded.class);

  /** A user was deactivated or deleted. */
  record UserDisabled(UUID tenantId, UUID userId) implements IdentityEvent {}

  /** A tenant was suspended. */
  record TenantDisabled(UUID tenantId) implements IdentityEvent {}

  /**
   * Somebody signed out.
   *
   * @param sessionId the one that ended; empty: all of the user's
   */
  record SessionEnded(UUID tenantId, UUID userId, Optional<UUID> sessionId)
      implements IdentityEvent {}
}
