package dev.mordomo.kernel;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Bounds waits, coarsely: a wait ends at its deadline or up to {@link #STEP} later. One timer looks
 * at all of them. A timer for each would be set and cancelled for each statement, and each of both
 * wakes an event loop. Thread-safe.
 */
final class Deadlines {
  /** How often the waits are looked at. */
  static final Duration STEP = Duration.ofMillis(100);

  private final Vertx vertx;
  private final long timer;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

  private record Wait(long end, Promise<?> promise, Runnable late) {
    /** One of its own, however much another is like it. */
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  Deadlines(Vertx vertx) {
    this.vertx = vertx;
    timer = vertx.setPeriodic(STEP.toMillis(), ignored -> look());
  }

  /**
   * What {@code asked} says, or a {@link TimeoutException} once it is late. Callbacks run where
   * those of {@code asked} do; those of a late one on the caller's event loop, or on any when the
   * caller has none.
   *
   * @param late run once when it is late, before the failure is told
   */
  <T> Future<T> within(Future<T> asked, Duration patience, Runnable late) {
    if (asked.isComplete()) {
      return asked;
    }
    ContextInternal caller = ContextInternal.current();
    Promise<T> promise =
        caller != null && caller.isEventLoopContext() ? caller.promise() : Promise.promise();
    Wait wait = new Wait(System.nanoTime() + patience.toNanos(), promise, late);
    waits.add(wait);
    asked.onComplete((result, failure) -> {
      // Whoever takes the wait away tells how it ended.
      if (waits.remove(wait)) {
        promise.complete(result, failure);
      }
    });
    return promise.future();
  }

  /** Ends the waits that are late. */
  void look() {
    long now = System.nanoTime();
    end(wait -> wait.end - now <= 0, "no answer in time");
  }

  private void end(Predicate<Wait> which, String why) {
    for (Wait wait : waits.stream().filter(which).toList()) {
      if (waits.remove(wait)) {
        try {
          wait.late.run();
        } finally {
          wait.promise.fail(new TimeoutException(why));
        }
      }
    }
  }

  /** Ends every wait, as if it were late: nobody looks at it any more. */
  void close() {
    vertx.cancelTimer(timer);
    end(wait -> true, "closed before there was an answer");
  }
}
