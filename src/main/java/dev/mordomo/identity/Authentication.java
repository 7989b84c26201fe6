package dev.mordomo.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.mordomo.identity.CredentialStore.KeyAccount;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whose a token is. A JWT is verified once and then known by its hash; whether its user,
 * tenant and session are still on is asked at most every {@code identity.status_check}. The caches
 * hold futures, so that many requests at once ask once, and nobody waits inside a cache's lock.
 */
final class Authentication {
  private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
  private static final int LONGEST_TOKEN = 4096;
  private static final long MOST = 20_000;
  private static final Duration TOUCH = Duration.ofMinutes(1);

  private record SessionKey(UUID tenantId, UUID userId, UUID sessionId) {}

  private static final Duration KEYS_ASKED = Duration.ofSeconds(5);

  private final AccessTokens accessTokens;
  private final SigningKeys signingKeys;
  private final CredentialStore credentials;
  private final InstantSource clock;
  private final Cache<String, AccessClaims> verified;
  private final Cache<SessionKey, Future<Optional<Account>>> sessions;
  private final Cache<String, Future<Optional<KeyAccount>>> keys;
  private final Cache<UUID, Future<Optional<KeyAccount>>> keysById;
  private final Cache<UUID, Instant> touched;
  private volatile Future<Void> keysAreRead = Future.succeededFuture();
  private final AtomicLong keysAskedAt = new AtomicLong();

  Authentication(
      AccessTokens accessTokens,
      SigningKeys signingKeys,
      CredentialStore credentials,
      IdentityConfig config,
      InstantSource clock) {
    this.accessTokens = accessTokens;
    this.signingKeys = signingKeys;
    this.credentials = credentials;
    this.clock = clock;
    this.verified = cache(config.accessTokenTtl());
    this.sessions = cache(config.statusCheck());
    this.keys = cache(config.statusCheck());
    this.keysById = cache(config.statusCheck());
    this.touched = cache(TOUCH);
  }

  private <K, V> Cache<K, V> cache(Duration ttl) {
    Ticker ticker = () -> Duration.ofMillis(clock.millis()).toNanos();
    return Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(ttl).ticker(ticker).build();
  }

  /**
   * @return fails with {@code unauthenticated} or {@code token_expired}
   */
  Future<Principal> authenticate(String token) {
    if (token.length() > LONGEST_TOKEN) {
      return Future.failedFuture(refused());
    }
    return token.startsWith(ApiKey.PREFIX) ? byKey(token) : byJwt(token);
  }

  private Future<Principal> byJwt(String token) {
    String digest = OpaqueToken.digest(token);
    AccessClaims known = verified.getIfPresent(digest);
    Future<AccessClaims> claims =
        known == null
            ? verify(token).onSuccess(c -> verified.put(digest, c))
            : Future.succeededFuture(known);
    return claims.compose(c -> {
      if (!clock.instant().isBefore(c.expiresAt())) {
        return Future.failedFuture(
            Failure.of(FailureCode.TOKEN_EXPIRED, "the token has expired; refresh it"));
      }
      return session(new SessionKey(c.tenantId(), c.userId(), c.sessionId()))
          .map(account ->
              new Principal(
                  account.orElseThrow(Authentication::refused).scope(),
                  CredentialKind.JWT,
                  Optional.of(c.expiresAt()),
                  c.sessionId().toString(),
                  account.filter(a -> a.role() == Role.GUEST).isPresent()
                      ? KeyScope.OF_GUESTS
                      : KeyScope.ALL));
    });
  }

  /** Another node may sign with a key that this one has not read yet: it looks, now and then. */
  private Future<AccessClaims> verify(String token) {
    Future<Void> reading = keysAreRead;
    return reading.isComplete() ? verifyNow(token) : reading.transform(read -> verifyNow(token));
  }

  private Future<AccessClaims> verifyNow(String token) {
    long now = clock.millis();
    long before = keysAskedAt.get();
    boolean asks =
        accessTokens.namesUnknownKey(token)
            && now - before >= KEYS_ASKED.toMillis()
            && keysAskedAt.compareAndSet(before, now);
    return asks
        ? signingKeys.reload().compose(read -> accessTokens.verify(token))
        : accessTokens.verify(token);
  }

  private Future<Principal> byKey(String token) {
    byte[] hash = OpaqueToken.hash(token);
    return once(keys, OpaqueToken.digest(token), ignored -> credentials.byKeyHash(hash))
        .compose(found -> {
          KeyAccount key = found.filter(this::isCurrent).orElseThrow(Authentication::refused);
          Principal principal =
              new Principal(
                  key.account().scope(),
                  CredentialKind.API_KEY,
                  key.expiresAt(),
                  key.keyId().toString(),
                  key.uses());
          return touch(key.keyId()).map(principal);
        });
  }

  /** Whether a principal may still go on; what a live socket asks every few seconds. */
  Future<Boolean> isLive(Principal principal) {
    Scope scope = principal.scope();
    UUID id = UUID.fromString(principal.sessionId());
    return switch (principal.kind()) {
      case JWT ->
          session(new SessionKey(scope.tenantId(), scope.userId(), id)).map(Optional::isPresent);
      case API_KEY ->
          once(keysById, id, credentials::byKeyId)
              .map(found -> found.filter(this::isCurrent).isPresent());
    };
  }

  /** Asks anew about a user the next time. */
  void forget(UUID userId) {
    sessions.asMap().keySet().removeIf(key -> key.userId().equals(userId));
    forgetKeys();
  }

  /** Somebody is out, or may do something else. */
  void hear(IdentityEvent event) {
    switch (event) {
      case IdentityEvent.UserDisabled out -> forget(out.userId());
      case IdentityEvent.SessionEnded out -> forget(out.userId());
      case IdentityEvent.RoleChanged changed -> forget(changed.userId());
      case IdentityEvent.KeyRevoked out -> forgetKeys();
      case IdentityEvent.TenantDisabled out -> forgetAll();
      case IdentityEvent.SigningKeysChanged changed -> {
        // Verified anew, by the keys that are read meanwhile: each request waits for them.
        Future<Void> reload = signingKeys.reload();
        keysAreRead = reload;
        verified.invalidateAll();
        reload.onFailure(e -> LOG.warn("the keys of tokens are read again in a minute", e));
      }
    }
  }

  /** Remembers nothing of a user, or of the users of a tenant, who are erased. */
  void forgetErased(UUID subject) {
    verified
        .asMap()
        .values()
        .removeIf(c -> c.userId().equals(subject) || c.tenantId().equals(subject));
    sessions
        .asMap()
        .keySet()
        .removeIf(key -> key.userId().equals(subject) || key.tenantId().equals(subject));
    forgetKeys();
  }

  /** Asks anew about everybody the next time. */
  void forgetAll() {
    sessions.invalidateAll();
    forgetKeys();
  }

  void forgetKeys() {
    keys.invalidateAll();
    keysById.invalidateAll();
  }

  private Future<Optional<Account>> session(SessionKey key) {
    return once(sessions, key, k -> credentials.bySession(k.tenantId(), k.userId(), k.sessionId()));
  }

  private static <K, V> Future<V> once(
      Cache<K, Future<V>> cache, K key, Function<K, Future<V>> ask) {
    Future<V> answer = cache.get(key, ask);
    if (answer.failed()) {
      cache.asMap().remove(key, answer);
      return ask.apply(key);
    }
    return answer;
  }

  private boolean isCurrent(KeyAccount key) {
    return key.expiresAt().map(end -> clock.instant().isBefore(end)).orElse(true);
  }

  private Future<Void> touch(UUID key) {
    Instant now = clock.instant();
    if (touched.asMap().putIfAbsent(key, now) != null) {
      return Future.succeededFuture();
    }
    return credentials
        .touchKey(key, now, now.minus(TOUCH))
        .onFailure(e -> LOG.warn("the last use of API key {} was not noted", key, e))
        .otherwiseEmpty();
  }

  private static Failure refused() {
    return Failure.of(FailureCode.UNAUTHENTICATED, "the token is not valid; sign in");
  }
}
