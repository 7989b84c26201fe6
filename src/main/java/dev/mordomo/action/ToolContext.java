package dev.mordomo.action;

import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * In which turn a tool is asked for.
 *
 * @param messageId the assistant's message that is being made; not stored yet
 * @param collections where the turn may look for documents; absent: all that the scope may see
 * @param citations numbers what a tool finds
 */
public record ToolContext(
    Scope scope,
    UUID conversationId,
    UUID turnId,
    UUID messageId,
    ZoneId zone,
    Instant now,
    Optional<List<UUID>> collections,
    Citations citations) {}
