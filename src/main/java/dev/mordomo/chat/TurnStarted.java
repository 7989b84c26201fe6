package dev.mordomo.chat;

import dev.mordomo.kernel.Streams.Position;
import java.util.UUID;

/**
 * A turn was accepted, or was already there.
 *
 * @param messageId the user's message
 * @param position of the conversation's channel: reading on from it misses nothing of a new turn
 */
public record TurnStarted(
    UUID turnId, UUID messageId, UUID conversationId, TurnStatus status, Position position) {}
