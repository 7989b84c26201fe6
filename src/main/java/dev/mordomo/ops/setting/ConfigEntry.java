package dev.mordomo.ops.setting;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A key as it is for somebody.
 *
 * @param value as JSON
 * @param source {@code environment}, {@code tenant}, {@code installation}, {@code file} or {@code
 *     default}
 * @param locked whether a variable of the environment holds it fast
 * @param updatedBy who set it, for administrators
 */
public record ConfigEntry(
    String key,
    Object value,
    String source,
    boolean locked,
    String description,
    Optional<Instant> updatedAt,
    Optional<UUID> updatedBy) {}
