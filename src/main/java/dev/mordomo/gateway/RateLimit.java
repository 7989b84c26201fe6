package dev.mordomo.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.gateway.RateStore.Taken;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often somebody may do something, whichever nodes they come to: a bucket of one minute's
 * worth, refilled evenly, in PostgreSQL. This node takes permits from it in blocks, and keeps what
 * it did not need for a while. When the database is away, or does not answer soon, everybody has a
 * bucket on each node.
 */
public final class RateLimit {
  private static final Logger LOG = LoggerFactory.getLogger(RateLimit.class);
  private static final double MINUTE_MILLIS = 60_000;
  private static final long MOST_BUCKETS = 200_000;
  private static final int BLOCKS_A_MINUTE = 20;

  /** How long permits are kept that nobody needs: they were taken from other nodes. */
  private static final long KEPT_MILLIS = 10_000;

  private final String what;
  private final String name;
  private final IntSupplier limit;
  private final RateStore store;
  private final InstantSource clock;
  private final Cache<String, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(MOST_BUCKETS)
          .expireAfterAccess(Duration.ofMinutes(1))
          .build();

  /** One's own part of a bucket; under its monitor. */
  private static final class Bucket {
    private int permits;
    private long takenAt;
    private long emptyUntil;
    private Optional<Asking> asking = Optional.empty();
    // For when the database is away.
    private double alone;
    private long aloneAt;
  }

  /**
   * The shared bucket is asked, for all who wait meanwhile.
   *
   * @param answered false: it could not be
   */
  private record Asking(Promise<Boolean> answered, long since) {}

  /**
   * @param what for the refused: {@code turns}
   * @param name of the buckets: those of one name are shared by all nodes
   * @param limit how often within a minute, from now on; 0: as often as one likes
   */
  public RateLimit(
      String what, String name, IntSupplier limit, RateStore store, InstantSource clock) {
    this.what = what;
    this.name = name;
    this.limit = limit;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Waits, on a virtual thread.
   *
   * @throws Failure {@code rate_limited}, saying when to come back
   */
  public void take(String whose) {
    int perMinute = limit.getAsInt();
    if (perMinute == 0) {
      return;
    }
    Bucket bucket = buckets.get(whose, ignored -> fresh(perMinute));
    while (true) {
      Asking asking;
      synchronized (bucket) {
        if (here(bucket, perMinute)) {
          return;
        }
        asking = bucket.asking.orElseGet(() -> ask(bucket, whose, perMinute));
      }
      if (!isAnsweredInTime(asking)) {
        synchronized (bucket) {
          takeAlone(bucket, perMinute);
        }
        return;
      }
    }
  }

  /** Where one waited for nothing, nobody does until the database has answered again. */
  private boolean isAnsweredInTime(Asking asking) {
    long left =
        store.isLate() ? 0 : store.patience().toNanos() - (System.nanoTime() - asking.since);
    Future<Boolean> answer = asking.answered.future();
    if (answer.isComplete()) {
      return answer.result();
    }
    return left > 0
        && answer
            .timeout(left, TimeUnit.NANOSECONDS)
            .recover(late -> {
              store.late();
              return Future.succeededFuture(false);
            })
            .await();
  }

  private Bucket fresh(int perMinute) {
    Bucket bucket = new Bucket();
    bucket.alone = perMinute;
    bucket.aloneAt = clock.millis();
    return bucket;
  }

  /** Whether a permit was here. */
  private boolean here(Bucket bucket, int perMinute) {
    long now = clock.millis();
    if (now < bucket.emptyUntil) {
      throw refused(perMinute, bucket.emptyUntil - now);
    }
    boolean there = bucket.permits > 0 && now - bucket.takenAt < KEPT_MILLIS;
    if (there) {
      bucket.permits--;
    }
    return there;
  }

  /** On a thread of its own: a database that stands still holds up nobody for longer. */
  private Asking ask(Bucket bucket, String whose, int perMinute) {
    Asking asking = new Asking(Promise.promise(), System.nanoTime());
    bucket.asking = Optional.of(asking);
    Thread.ofVirtual()
        .name("permits")
        .start(() -> {
          boolean answered = false;
          try {
            answered = isAnswered(bucket, whose, perMinute);
          } finally {
            synchronized (bucket) {
              bucket.asking = Optional.empty();
            }
            asking.answered.complete(answered);
          }
        });
    return asking;
  }

  private boolean isAnswered(Bucket bucket, String whose, int perMinute) {
    try {
      Taken taken =
          store.take(name + ' ' + whose, perMinute, Math.max(1, perMinute / BLOCKS_A_MINUTE));
      synchronized (bucket) {
        bucket.permits = taken.granted();
        bucket.takenAt = clock.millis();
        bucket.emptyUntil =
            taken.granted() > 0 ? 0 : bucket.takenAt + Math.max(1, taken.pause().toMillis());
      }
      return true;
    } catch (Failure e) {
      LOG.debug("{} are limited by this node alone: {}", what, e.detail());
      return false;
    } catch (RuntimeException e) {
      LOG.error("{} could not be asked for; they are limited by this node alone", what, e);
      return false;
    }
  }

  private void takeAlone(Bucket bucket, int perMinute) {
    long now = clock.millis();
    double refill = (now - bucket.aloneAt) * perMinute / MINUTE_MILLIS;
    bucket.alone = Math.min(perMinute, bucket.alone + Math.max(0, refill));
    bucket.aloneAt = now;
    if (bucket.alone < 1) {
      throw refused(perMinute, (long) Math.ceil((1 - bucket.alone) * MINUTE_MILLIS / perMinute));
    }
    bucket.alone -= 1;
  }

  private Failure refused(int perMinute, long waitMillis) {
    return Failure.of(FailureCode.RATE_LIMITED, "at most " + perMinute + " " + what + " a minute")
        .retryAfter(Duration.ofMillis(waitMillis));
  }
}
