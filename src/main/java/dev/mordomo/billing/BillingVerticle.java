package dev.mordomo.billing;

import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives back tokens that lie idle, and takes back those of dead nodes. One on each node. */
public final class BillingVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(BillingVerticle.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final int BEATS_TO_RELEASE = 5;

  private final BillingService billing;
  private int beats;
  private boolean stopped;

  public BillingVerticle(BillingService billing) {
    this.billing = billing;
  }

  @Override
  public void start() {
    arm();
  }

  private void arm() {
    if (!stopped) {
      vertx.setTimer(BEAT.toMillis(), ignored -> beat());
    }
  }

  private void beat() {
    try {
      billing.tidy();
      if (++beats % BEATS_TO_RELEASE == 0) {
        billing.release();
      }
    } catch (Failure e) {
      LOG.warn("leases of tokens wait for the next beat: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("leases of tokens wait for the next beat", e);
    }
    arm();
  }

  @Override
  public void stop() {
    stopped = true;
    billing.leave();
  }
}
