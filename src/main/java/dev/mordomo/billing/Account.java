package dev.mordomo.billing;

import java.util.Optional;
import java.util.UUID;

/** Whose quota: a tenant's, or one user's. */
record Account(UUID tenant, Optional<UUID> user) {}
