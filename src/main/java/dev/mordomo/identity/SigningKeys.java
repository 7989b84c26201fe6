package dev.mordomo.identity;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of access tokens over time. A new key is published {@link #AHEAD} before it signs, so
 * that every node and whoever keeps a copy of the JWK set knows it by then; an old one is kept
 * until the last token that it signed has ended, and as long again as copies may be old. So no
 * token is refused for a rotation.
 */
final class SigningKeys {
  /** Copies of the JWK set are kept for five minutes; nodes look each minute. */
  static final Duration AHEAD = Duration.ofMinutes(10);

  private final SigningKeyStore store;
  private final AccessTokens accessTokens;
  private final Duration rotation;
  private final InstantSource clock;

  SigningKeys(
      SigningKeyStore store,
      AccessTokens accessTokens,
      IdentityConfig config,
      InstantSource clock) {
    this.store = store;
    this.accessTokens = accessTokens;
    this.rotation = config.signingKeyRotation();
    this.clock = clock;
  }

  /** The key that signs: the newest that was published long enough, else the oldest. */
  static SigningKey signer(List<SigningKey> newestFirst, Instant now) {
    return newestFirst.stream()
        .filter(key -> !key.madeAt().plus(AHEAD).isAfter(now))
        .findFirst()
        .orElse(newestFirst.getLast());
  }

  /** What every node does now and then: reads the keys, makes one when due, drops old ones. */
  void turn() {
    Instant now = now();
    List<SigningKey> keys = store.loadOrMake(now);
    boolean due = !keys.getFirst().madeAt().plus(rotation).isAfter(now);
    boolean old = !current(keys, now).equals(keys);
    if (due || old) {
      keys =
          store.change(there -> {
            List<SigningKey> wanted = new ArrayList<>(current(there, now));
            if (!wanted.getFirst().madeAt().plus(rotation).isAfter(now)) {
              wanted.addFirst(SigningKey.generate(now));
            }
            return wanted;
          });
    }
    accessTokens.use(keys);
  }

  /** Reads the keys again, without waiting. */
  Future<Void> reload() {
    return store.load().onSuccess(accessTokens::use).mapEmpty();
  }

  /** A new key, which signs after {@link #AHEAD}; the old ones end by and by. */
  void rotate() {
    Instant now = now();
    accessTokens.use(
        store.change(there -> {
          List<SigningKey> all = new ArrayList<>(there);
          all.addFirst(SigningKey.generate(now));
          return all;
        }));
  }

  /** A new key in place of all others, at once: for when one was stolen. Refresh tokens go on. */
  void revoke() {
    Instant now = now();
    accessTokens.use(store.change(there -> List.of(SigningKey.generate(now))));
  }

  /** Without those whose last token has ended. */
  private List<SigningKey> current(List<SigningKey> newestFirst, Instant now) {
    SigningKey signer = signer(newestFirst, now);
    Instant signsSince = signer.madeAt().plus(AHEAD);
    boolean othersEnded = !signsSince.plus(accessTokens.ttl()).plus(AHEAD).isAfter(now);
    return othersEnded ? newestFirst.subList(0, newestFirst.indexOf(signer) + 1) : newestFirst;
  }

  private Instant now() {
    // As PostgreSQL keeps it, so that a key read back is the same.
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
