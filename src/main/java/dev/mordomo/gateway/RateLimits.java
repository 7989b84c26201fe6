package dev.mordomo.gateway;

import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Network;
import dev.mordomo.kernel.Scope;
import java.time.InstantSource;

/**
 * How often requests are answered, turns begun and guests made: by address, user, key and tenant.
 */
public final class RateLimits {
  private final RateLimit turns;
  private final RateLimit users;
  private final RateLimit keys;
  private final RateLimit tenants;
  private final RateLimit logLines;
  private final RateLimit guests;
  private final RateLimit addresses;

  public RateLimits(RateConfig config, RateStore store, InstantSource clock) {
    turns = new RateLimit("turns", "turn", config.turns(), store, clock);
    users = new RateLimit("requests", "user", config.userRequests(), store, clock);
    keys = new RateLimit("requests with one key", "key", config.keyRequests(), store, clock);
    tenants =
        new RateLimit(
            "requests of your organisation", "tenant", config.tenantRequests(), store, clock);
    logLines = new RateLimit("lines for the log", "log", config.logLines(), store, clock);
    guests = new RateLimit("guests from one address", "guest", config.guests(), store, clock);
    addresses =
        new RateLimit(
            "requests from one address", "address", config.addressRequests(), store, clock);
  }

  /** A request came, before anybody knows who sends it. */
  public void fromAddress(String address) {
    addresses.take(Network.of(address));
  }

  /** Somebody without an account wants to talk. */
  public void guest(String address) {
    guests.take(Network.of(address));
  }

  /** A request of somebody over HTTP, or a command of theirs on a socket. */
  public void by(Principal principal) {
    if (principal.kind() == CredentialKind.API_KEY) {
      keys.take(principal.sessionId());
    }
    users.take(principal.scope().userId().toString());
    tenants.take(principal.scope().tenantId().toString());
  }

  /** Somebody begins a turn. */
  public void turn(Scope scope) {
    turns.take(scope.userId().toString());
  }

  /** Somebody posts a line for the log. */
  public void logLine(Scope scope) {
    logLines.take(scope.userId().toString());
  }
}
