package dev.mordomo.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * What an access token says.
 *
 * @param sessionId the family of refresh tokens that the sign-in began
 */
record AccessClaims(UUID userId, UUID tenantId, UUID sessionId, Instant expiresAt) {}
