package dev.mordomo.gateway;

import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.Principal;
import io.vertx.core.Future;

/** Tells who speaks. */
@FunctionalInterface
public interface Authenticator {
  /**
   * @param token a JWT or an API key, as it came from outside
   * @return the principal, or fails with {@code unauthenticated} or {@code token_expired}
   */
  Future<Principal> authenticate(String token);

  /**
   * Whether a principal may still go on: it, its user or its tenant may have been switched off. The
   * end of a JWT is not looked at.
   */
  default Future<Boolean> isLive(Principal principal) {
    return Future.succeededFuture(true);
  }

  /** By the identity feature. */
  static Authenticator of(IdentityService identity) {
    return new Authenticator() {
      @Override
      public Future<Principal> authenticate(String token) {
        return identity.authenticate(token);
      }

      @Override
      public Future<Boolean> isLive(Principal principal) {
        return identity.isLive(principal);
      }
    };
  }
}
