package dev.mordomo.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * A sign-in that goes on: a session, as its user sees it.
 *
 * @param userAgent what the browser or program called itself, shortened
 * @param address from where its tokens were last renewed; empty where that is not known
 * @param lastUsedAt when its tokens were last renewed
 * @param expiresAt when it ends, unless it is used
 * @param isCurrent whether it is the one that asks
 */
public record SignIn(
    UUID id,
    String userAgent,
    String address,
    Instant createdAt,
    Instant lastUsedAt,
    Instant expiresAt,
    boolean isCurrent) {}
