package dev.mordomo.action;

import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;

/**
 * In which turn a tool is asked for.
 *
 * @param messageId the assistant's message that is being made; not stored yet
 */
public record ToolContext(
    Scope scope, UUID conversationId, UUID turnId, UUID messageId, ZoneId zone, Instant now) {}
