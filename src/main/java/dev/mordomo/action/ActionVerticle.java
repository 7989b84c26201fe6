package dev.mordomo.action;

import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fails overdue actions. One on each node, on a virtual thread. */
public final class ActionVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(ActionVerticle.class);

  private final ActionService actions;
  private boolean stopped;

  public ActionVerticle(ActionService actions) {
    this.actions = actions;
  }

  @Override
  public void start() {
    arm();
  }

  private void arm() {
    if (!stopped) {
      vertx.setTimer(actions.config().sweep().toMillis(), ignored -> sweep());
    }
  }

  private void sweep() {
    try {
      int expired;
      do {
        expired = actions.expire();
      } while (!stopped && actions.isWholeBatch(expired));
    } catch (Failure e) {
      LOG.warn("overdue actions wait for the next sweep: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("overdue actions wait for the next sweep", e);
    }
    arm();
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
