package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes idempotency keys that are too old to count. On every node; one at a time does it. */
public final class IdempotencyVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyVerticle.class);
  private static final Duration EVERY = Duration.ofMinutes(15);

  private final IdempotencyStore store;
  private final InstantSource clock;
  private boolean stopped;

  public IdempotencyVerticle(Database database, InstantSource clock) {
    this.store = new IdempotencyStore(database);
    this.clock = clock;
  }

  @Override
  public void start() {
    runOnce();
  }

  private void runOnce() {
    if (stopped) {
      return;
    }
    try {
      int gone = store.sweep(clock.instant().minus(Idempotency.KEPT));
      LOG.debug("{} idempotency keys were too old", gone);
    } catch (Failure e) {
      LOG.warn("old idempotency keys stay until the next round: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("old idempotency keys stay until the next round", e);
    }
    vertx.setTimer(EVERY.toMillis(), ignored -> runOnce());
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
