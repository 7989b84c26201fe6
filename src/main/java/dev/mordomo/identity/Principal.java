package dev.mordomo.identity;

import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who speaks, as a valid token said.
 *
 * @param scope for whom the database works
 * @param kind whether the token is renewed by refreshing it
 * @param expiresAt when the token ends; empty: never
 * @param sessionId the id of the sign-in, which refreshing keeps, or the API key's
 * @param uses what the credential may be used for
 */
public record Principal(
    Scope scope,
    CredentialKind kind,
    Optional<Instant> expiresAt,
    String sessionId,
    Set<KeyScope> uses) {
  public Principal {
    uses = Set.copyOf(uses);
  }

  /** With a credential that may be used for everything. */
  public Principal(
      Scope scope, CredentialKind kind, Optional<Instant> expiresAt, String sessionId) {
    this(scope, kind, expiresAt, sessionId, KeyScope.ALL);
  }
}
