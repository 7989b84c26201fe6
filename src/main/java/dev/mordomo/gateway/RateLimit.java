package dev.mordomo.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/**
 * How often a user may do something on this node: a bucket of one minute's worth, refilled evenly.
 * Forgotten after a minute of silence, when it would be full again.
 */
public final class RateLimit {
  private static final double MINUTE_MILLIS = 60_000;
  private static final long MOST_USERS = 200_000;

  private static final class Bucket {
    double left;
    long at;
  }

  private final String what;
  private final int perMinute;
  private final InstantSource clock;
  private final Cache<UUID, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(MOST_USERS)
          .expireAfterAccess(Duration.ofMinutes(1))
          .build();

  public RateLimit(String what, int perMinute, InstantSource clock) {
    this.what = what;
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /**
   * @throws Failure {@code rate_limited}, saying when to come back
   */
  public void take(UUID user) {
    long now = clock.millis();
    Bucket bucket =
        buckets.get(
            user,
            id -> {
              Bucket full = new Bucket();
              full.left = perMinute;
              full.at = now;
              return full;
            });
    synchronized (bucket) {
      double refill = (now - bucket.at) * perMinute / MINUTE_MILLIS;
      bucket.left = Math.min(perMinute, bucket.left + Math.max(0, refill));
      bucket.at = now;
      if (bucket.left < 1) {
        long wait = (long) Math.ceil((1 - bucket.left) * MINUTE_MILLIS / perMinute);
        throw Failure.of(
                FailureCode.RATE_LIMITED, "at most " + perMinute + " " + what + " a minute")
            .retryAfter(Duration.ofMillis(wait));
      }
      bucket.left -= 1;
    }
  }
}
