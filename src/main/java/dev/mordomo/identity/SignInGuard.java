package dev.mordomo.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Network;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Slows whoever guesses passwords, per account and per address, on this node. After the allowed
 * failures each further one doubles the wait, from one second to the whole window. An attempt
 * counts as a failure from its beginning, so that many at once are no way around.
 */
final class SignInGuard {
  private static final long MOST_KEYS = 100_000;
  private static final int MOST_DOUBLINGS = 20;

  private record Failures(int count, Instant last) {}

  private final IdentityConfig config;
  private final InstantSource clock;
  private final Cache<String, Failures> failures;

  SignInGuard(IdentityConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.failures =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEYS)
            .expireAfterWrite(config.failureWindow())
            .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
            .build();
  }

  /**
   * An attempt begins.
   *
   * @throws Failure {@code rate_limited}, saying when to come back
   */
  void begin(String account, String address) {
    Duration wait =
        longer(
            wait(accountKey(account), config.accountFailures()),
            wait(addressKey(address), config.addressFailures()));
    if (!wait.isZero()) {
      throw Failure.of(FailureCode.RATE_LIMITED, "too many failed sign-ins; wait, then try again")
          .retryAfter(wait);
    }
    count(accountKey(account), 1);
    count(addressKey(address), 1);
  }

  /** It was the right password: the account starts anew. */
  void succeeded(String account, String address) {
    failures.invalidate(accountKey(account));
    count(addressKey(address), -1);
  }

  /** It was not tried at all. */
  void forgive(String account, String address) {
    count(accountKey(account), -1);
    count(addressKey(address), -1);
  }

  private Duration wait(String key, int allowed) {
    Failures found = failures.getIfPresent(key);
    if (found == null || found.count() < allowed) {
      return Duration.ZERO;
    }
    long seconds = 1L << Math.min(found.count() - allowed, MOST_DOUBLINGS);
    Duration delay = Duration.ofSeconds(Math.min(seconds, config.failureWindow().toSeconds()));
    Duration left = Duration.between(clock.instant(), found.last().plus(delay));
    return left.isNegative() ? Duration.ZERO : left;
  }

  private void count(String key, int by) {
    failures
        .asMap()
        .compute(
            key,
            (k, found) -> {
              int count = (found == null ? 0 : found.count()) + by;
              return count <= 0 ? null : new Failures(count, clock.instant());
            });
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static String accountKey(String account) {
    return "account " + account;
  }

  /** One for all addresses that somebody has. */
  static String addressKey(String address) {
    return "address " + Network.of(address);
  }
}
