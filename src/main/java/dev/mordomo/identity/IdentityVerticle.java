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
  private static final Duration KEYS = Duration.ofMinutes(1);

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
    AccessWatch watch = identity.watch();
    subscriptions.add(bus.subscribe(IdentityEvent.USER_DISABLED, watch::tell));
    subscriptions.add(bus.subscribe(IdentityEvent.SESSION_ENDED, watch::tell));
    subscriptions.add(bus.subscribe(IdentityEvent.TENANT_DISABLED, watch::tell));
    vertx.setTimer(PURGE.toMillis(), ignored -> purge());
    vertx.setTimer(KEYS.toMillis(), ignored -> turnKeys());
    look();
  }

  /** Who is out: read also when the bus did not say it. */
  private void look() {
    if (stopped) {
      return;
    }
    try {
      identity.watch().look();
    } catch (Failure e) {
      LOG.warn("who is out is asked again soon: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("who is out could not be asked; it is asked again soon", e);
    }
    vertx.setTimer(identity.watch().pause().toMillis(), ignored -> look());
  }

  private void turnKeys() {
    if (stopped) {
      return;
    }
    try {
      identity.signingKeys().turn();
    } catch (Failure e) {
      LOG.warn("the keys of tokens are looked at again in a minute: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("the keys of tokens could not be looked at; again in a minute", e);
    }
    vertx.setTimer(KEYS.toMillis(), ignored -> turnKeys());
  }

  private void purge() {
    if (stopped) {
      return;
    }
    try {
      int gone = identity.sessions().purge();
      LOG.debug("{} refresh tokens had ended", gone);
      identity.watch().purge();
      identity.guard().purge();
    } catch (Failure e) {
      LOG.warn("what has ended of sessions stays until the next round: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("what has ended of sessions stays until the next round", e);
    }
    vertx.setTimer(PURGE.toMillis(), ignored -> purge());
  }

  @Override
  public void stop() {
    stopped = true;
    subscriptions.forEach(subscription -> subscription.unregister());
  }
}
