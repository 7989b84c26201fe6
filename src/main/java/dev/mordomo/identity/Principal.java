package dev.mordomo.identity;

import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.util.Optional;

/**
 * Who speaks, as a valid token said.
 *
 * @param scope for whom the database works
 * @param kind whether the token is renewed by refreshing it
 * @param expiresAt when the token ends; empty: never
 * @param sessionId the id of the sign-in, which refreshing keeps, or the API key's
 */
public record Principal(
    Scope scope, CredentialKind kind, Optional<Instant> expiresAt, String sessionId) {}
