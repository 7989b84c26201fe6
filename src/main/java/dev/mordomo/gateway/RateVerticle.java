package dev.mordomo.gateway;

import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets, once a minute, who was here. One on each node, on a virtual thread. */
public final class RateVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(RateVerticle.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final RateStore store;
  private boolean stopped;

  public RateVerticle(RateStore store) {
    this.store = store;
  }

  @Override
  public void start() {
    arm();
  }

  private void arm() {
    if (!stopped) {
      vertx.setTimer(EVERY.toMillis(), ignored -> sweep());
    }
  }

  private void sweep() {
    try {
      store.forget();
    } catch (Failure e) {
      LOG.warn("buckets of rates are forgotten a minute later: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("buckets of rates could not be forgotten; again in a minute", e);
    }
    arm();
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
