package dev.mordomo.action;

import java.util.Optional;
import java.util.UUID;

/**
 * Which of a user's actions; an empty filter lets all through.
 *
 * @param before the last id of the page before
 * @param limit 1 or more
 */
public record ActionQuery(
    Optional<ActionStatus> status,
    Optional<String> type,
    Optional<UUID> conversationId,
    Optional<UUID> before,
    int limit) {}
