package dev.mordomo.billing;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A quota is nearly spent, or spent: told once a period.
 *
 * @param of {@code tenant} or {@code user}
 * @param percent 80 or 100
 * @param userId whose quota, where it is a user's
 */
record QuotaWarning(
    String of,
    int percent,
    UUID tenantId,
    Optional<UUID> userId,
    long tokenQuota,
    long tokensConsumed,
    Optional<Instant> quotaResetsAt) {}
