package dev.mordomo.billing;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What one user may spend of the tenant's tokens.
 *
 * @param tokenQuota empty: whatever the tenant has
 * @param tokensConsumed in the running period, prompts and completions
 * @param quotaResetsAt when the period ends; empty: never
 */
public record UserQuota(
    UUID userId, Optional<Long> tokenQuota, long tokensConsumed, Optional<Instant> quotaResetsAt) {}
