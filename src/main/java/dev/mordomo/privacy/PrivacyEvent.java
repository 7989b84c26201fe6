package dev.mordomo.privacy;

import dev.mordomo.kernel.Address;
import java.util.UUID;

/** What is announced of privacy, after it was stored. */
public sealed interface PrivacyEvent {
  Address<Erased> ERASED = new Address<>("privacy.erased", Erased.class);

  /**
   * A user or a tenant is gone: whoever remembers something of theirs in memory forgets it. It is
   * told when erasing begins and when it has ended.
   *
   * @param subjectId the user, or the tenant itself
   */
  record Erased(UUID tenantId, UUID subjectId) implements PrivacyEvent {}
}
