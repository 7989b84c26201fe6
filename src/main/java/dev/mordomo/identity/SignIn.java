package dev.mordomo.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * A sign-in that goes on: a session, as its user sees it.
 *
 * @param userAgent what the browser or program called itself, shortened
 * @param lastUsedAt when its tokens were last renewed
 * @param expiresAt when it ends, unless it is used
 * @param isCurrent whether it is the one that asks
 */
public record SignIn(
    UUID id,
    String userAgent,
    Instant createdAt,
    Instant lastUsedAt,
    Instant expiresAt,
    boolean isCurrent) {}
