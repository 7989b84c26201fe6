package dev.mordomo.identity;

import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A user's own API keys. Every method waits, on a virtual thread. */
public final class ApiKeys {
  private static final int SHOWN = 8;
  private static final int LONGEST_NAME = 120;

  private final ApiKeyStore store;
  private final Authentication authentication;
  private final InstantSource clock;

  ApiKeys(ApiKeyStore store, Authentication authentication, InstantSource clock) {
    this.store = store;
    this.authentication = authentication;
    this.clock = clock;
  }

  /**
   * @return with the key itself, which nobody can see again
   * @throws Failure {@code invalid} for a bad name, or an end in the past
   */
  public ApiKey.Created create(Scope scope, String name, Optional<Instant> expiresAt) {
    return create(scope, name, Optional.empty(), expiresAt);
  }

  /**
   * @param scopes what it may be used for; empty: all that its user may
   * @return with the key itself, which nobody can see again
   * @throws Failure {@code invalid} for a bad name, no scope at all, or an end in the past
   */
  public ApiKey.Created create(
      Scope scope, String name, Optional<List<KeyScope>> scopes, Optional<Instant> expiresAt) {
    if (scopes.filter(List::isEmpty).isPresent()) {
      throw Failure.invalid("scopes", "expected at least one, or none said for all");
    }
    String stripped = name.strip();
    if (stripped.isEmpty() || stripped.length() > LONGEST_NAME) {
      throw Failure.invalid("name", "expected 1 to " + LONGEST_NAME + " characters");
    }
    Instant now = clock.instant();
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(now)) {
      throw Failure.invalid("expires_at", "expected a time to come");
    }
    String key = ApiKey.PREFIX + OpaqueToken.next();
    ApiKey.Created created =
        new ApiKey.Created(
            Ids.next(),
            stripped,
            key,
            key.substring(0, SHOWN),
            scopes.map(s -> s.stream().distinct().toList()),
            expiresAt,
            now);
    Deed.about(created.id());
    store.insert(scope, created, OpaqueToken.hash(key));
    return created;
  }

  /** The keys that were not revoked, oldest first. */
  public List<ApiKey> list(Scope scope, Optional<UUID> after, int limit) {
    return store.list(scope, after, limit);
  }

  /**
   * The key is refused from now on; on other nodes within {@code identity.status_check}.
   *
   * @throws Failure {@code not_found}
   */
  public void revoke(Scope scope, UUID id) {
    if (!store.revoke(scope, id, clock.instant())) {
      throw Failure.notFound("the API key");
    }
    authentication.forgetKeys();
  }
}
