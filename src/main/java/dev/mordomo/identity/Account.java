package dev.mordomo.identity;

import dev.mordomo.kernel.Scope;
import java.util.UUID;

/** A user who may work now: active, in a tenant that is. */
record Account(UUID tenantId, UUID userId, Role role) {
  Scope scope() {
    return new Scope(tenantId, userId, role.wire());
  }
}
