package dev.mordomo.chat;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns that are for a caller who waits: when the last one has gone, the turn is cancelled. Not at
 * once, since a client that was cut off asks again within half a second. On this node alone.
 */
public final class Attendance {
  private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);
  private static final Duration GRACE = Duration.ofMillis(750);

  private final Vertx vertx;
  private final TurnStops stops;
  private final TurnStore store;
  private final Map<UUID, Integer> present = new ConcurrentHashMap<>();

  Attendance(Vertx vertx, TurnStops stops, TurnStore store) {
    this.vertx = vertx;
    this.stops = stops;
    this.store = store;
  }

  /** Somebody waits for the turn's end, until {@link #leave}. */
  public void enter(UUID turn) {
    present.merge(turn, 1, Integer::sum);
  }

  /**
   * @param ended whether the turn's end was heard
   */
  public void leave(Scope scope, UUID turn, boolean ended) {
    Integer left = present.computeIfPresent(turn, (id, count) -> count == 1 ? null : count - 1);
    if (left == null && !ended) {
      vertx.setTimer(
          GRACE.toMillis(),
          ignored -> {
            if (!present.containsKey(turn)) {
              Thread.ofVirtual().name("cancel " + turn).start(() -> cancel(scope, turn));
            }
          });
    }
  }

  private void cancel(Scope scope, UUID turn) {
    try {
      store.find(scope, turn).ifPresent(known -> stops.cancel(scope, known, Optional.empty()));
    } catch (Failure e) {
      LOG.warn("turn {}, which nobody waits for, could not be cancelled; it goes on", turn, e);
    }
  }
}
