package dev.mordomo.ops.setting;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A key has another value from now on.
 *
 * @param tenantId for whom; empty: for everybody who has no value of their own
 * @param at when it was changed, the same on every node
 */
public record ConfigChange(Optional<UUID> tenantId, String key, Instant at) {}
