package dev.mordomo.identity;

import dev.mordomo.kernel.Address;
import java.util.Optional;
import java.util.UUID;

/**
 * Who is out from now on, or may do something else. Best effort on the bus; who follows the {@link
 * IdentityService#follow identity} hears it within a part of {@code identity.status_check} also
 * when the message was lost.
 */
public sealed interface IdentityEvent {
  Address<UserDisabled> USER_DISABLED = new Address<>("identity.user.disabled", UserDisabled.class);
  Address<TenantDisabled> TENANT_DISABLED =
      new Address<>("identity.tenant.disabled", TenantDisabled.class);
  Address<SessionEnded> SESSION_ENDED = new Address<>("identity.session.ended", SessionEnded.class);

  /** A user was deactivated or deleted. */
  record UserDisabled(UUID tenantId, UUID userId) implements IdentityEvent {}

  /** A tenant was suspended or deleted. */
  record TenantDisabled(UUID tenantId) implements IdentityEvent {}

  /**
   * Somebody signed out.
   *
   * @param sessionId the one that ended; empty: all of the user's
   */
  record SessionEnded(UUID tenantId, UUID userId, Optional<UUID> sessionId)
      implements IdentityEvent {}

  /** An API key was revoked. Not said on the bus. */
  record KeyRevoked(UUID tenantId, UUID userId, UUID keyId) implements IdentityEvent {}

  /** A user has another role. Not said on the bus. */
  record RoleChanged(UUID tenantId, UUID userId) implements IdentityEvent {}

  /** A key that signed tokens has ended. Not said on the bus. */
  record SigningKeysChanged() implements IdentityEvent {}
}
