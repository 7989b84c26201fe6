package dev.mordomo.chat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which of a user's messages.
 *
 * @param from inclusive
 * @param to exclusive
 * @param before the id of the last message of the page before
 */
public record MessageQuery(
    Optional<UUID> conversation,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<String> role,
    Optional<String> intent,
    Optional<UUID> before,
    int limit) {}
