package dev.mordomo.identity;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets who was switched off as soon as it is said, and deletes sessions that have ended. */
public final class IdentityVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityVerticle.class);
  private static final Duration PURGE = Duration.ofMinutes(30);

  private final IdentityService identity;
  private final Bus bus;
  private final List<MessageConsumer<?>> subscriptions = new ArrayList<>();
  private boolean stopped;

  public IdentityVerticle(IdentityService identity, Bus bus) {
    this.identity = identity;
    this.bus = bus;
  }

  @Override
  public void start() {
    Authentication authentication = identity.authentication();
    subscriptions.add(
        bus.subscribe(IdentityEvent.USER_DISABLED, fact -> authentication.forget(fact.userId())));
    subscriptions.add(
        bus.subscribe(IdentityEvent.SESSION_ENDED, fact -> authentication.forget(fact.userId())));
    subscriptions.add(
        bus.subscribe(IdentityEvent.TENANT_DISABLED, fact -> authentication.forgetAll()));
    vertx.setTimer(PURGE.toMillis(), ignored -> purge());
  }

  private void purge() {
    if (stopped) {
      return;
    }
    try {
      int gone = identity.sessions().purge();
      LOG.debug("{} refresh tokens had ended", gone);
    } catch (Failure e) {
      LOG.warn("old refresh tokens stay until the next round: {}", e.detail());
    }
    vertx.setTimer(PURGE.toMillis(), ignored -> purge());
  }

  @Override
  public void stop() {
    stopped = true;
    subscriptions.forEach(subscription -> subscription.unregister());
  }
}
