package dev.mordomo.ops.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which records are wanted; what is empty is not asked for.
 *
 * @param from inclusive, by the millisecond
 * @param to exclusive, by the millisecond
 */
public record AuditQuery(
    Optional<UUID> tenantId,
    Optional<UUID> actorId,
    Optional<String> action,
    Optional<String> targetType,
    Optional<UUID> targetId,
    Optional<String> result,
    Optional<Instant> from,
    Optional<Instant> to) {}
