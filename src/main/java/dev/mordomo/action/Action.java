package dev.mordomo.action;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that the assistant decided to do.
 *
 * @param type {@code iot_control}, {@code reminder} or {@code query}
 * @param name for instance {@code turn_on} or {@code create_reminder}
 * @param messageId the assistant's message that decided it
 * @param result a JSON object or array, once reported
 */
public record Action(
    UUID id,
    Optional<UUID> conversationId,
    Optional<UUID> messageId,
    String type,
    String name,
    Map<String, Object> parameters,
    ActionStatus status,
    Optional<Object> result,
    Optional<String> errorMessage,
    Optional<Instant> executedAt,
    Instant createdAt) {}
