package dev.mordomo.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Failed sign-ins as this node counts them by itself, while the database does not. */
final class LocalFailures {
  private static final long MOST_KEYS = 100_000;
  private static final int MOST_DOUBLINGS = 20;

  private record Failures(int count, Instant last) {}

  private final IdentityConfig config;
  private final InstantSource clock;
  private final Cache<String, Failures> failures;

  LocalFailures(IdentityConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.failures =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEYS)
            .expireAfterWrite(config.failureWindow())
            .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
            .build();
  }

  /** How long to wait; zero: it was counted. */
  Duration begin(SignInKeys keys) {
    Duration account = wait(keys.account(), config.accountFailures());
    Duration address = wait(keys.address(), config.addressFailures());
    Duration wait = account.compareTo(address) >= 0 ? account : address;
    if (wait.isZero()) {
      count(keys.account(), 1);
      count(keys.address(), 1);
    }
    return wait;
  }

  /**
   * @param right false: it was not tried at all
   */
  void end(SignInKeys keys, boolean right) {
    if (right) {
      failures.invalidate(keys.account());
    } else {
      count(keys.account(), -1);
    }
    count(keys.address(), -1);
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
}
