package dev.mordomo.chat;

import java.time.Instant;
import java.util.UUID;

/** A message that a search found. */
public record MessageHit(UUID messageId, UUID conversationId, String text, Instant createdAt) {}
