package dev.mordomo.chat;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives turns a virtual-thread context to run on. The first instance also keeps the node's lease,
 * begins queued turns, and takes the turns of silent nodes.
 */
public final class ChatVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(ChatVerticle.class);
  private static final Duration BEAT = Duration.ofSeconds(1);

  /** A stop is to be done within a second, its way to the model's server included. */
  private static final Duration STOP_LOOK = Duration.ofMillis(250);

  /** At a stop, how long the last news of conversations may take. */
  private static final Duration NEWS_PATIENCE = Duration.ofSeconds(2);

  private final ChatService chat;
  private final Bus bus;
  private final boolean first;
  private final List<MessageConsumer<?>> subscriptions = new ArrayList<>();
  private boolean stopped;
  private boolean takesOver;

  public ChatVerticle(ChatService chat, Bus bus, boolean first) {
    this.chat = chat;
    this.bus = bus;
    this.first = first;
  }

  @Override
  public void start() {
    chat.turns().offer(context);
    if (first) {
      chat.recovery().renew();
      subscriptions.add(
          bus.subscribe(TurnEnded.ADDRESS, ended -> context.runOnContext(ignored -> claim(ended))));
      subscriptions.add(
          bus.subscribe(TurnsLeft.ADDRESS, left -> context.runOnContext(ignored -> adopt())));
      subscriptions.add(bus.subscribe(TurnCancelWanted.ADDRESS, chat.stops()::hear));
      vertx.setTimer(BEAT.toMillis(), ignored -> beat());
      vertx.setTimer(STOP_LOOK.toMillis(), ignored -> lookForStops());
    }
  }

  private void claim(TurnEnded ended) {
    try {
      chat.turns().claim(ended.conversation());
    } catch (Failure e) {
      LOG.warn("a queued turn waits for the next beat: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("a queued turn waits for the next beat", e);
    }
  }

  private void adopt() {
    try {
      chat.recovery().adopt();
    } catch (Failure e) {
      LOG.warn("turns that were left wait for the next beat: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("turns that were left wait for the next beat", e);
    }
  }

  private void beat() {
    if (stopped) {
      return;
    }
    try {
      boolean healthy = chat.recovery().beat();
      if (!takesOver) {
        // On its own: it may wait for locks, and the lease is to be renewed meanwhile.
        takesOver = true;
        context.runOnContext(ignored -> takeOver(healthy));
      }
    } catch (Failure e) {
      LOG.warn("the node's beat failed, the next comes in {} s: {}", BEAT.toSeconds(), e.detail());
    } catch (RuntimeException e) {
      LOG.error("the node's beat failed, the next comes in {} s", BEAT.toSeconds(), e);
    }
    vertx.setTimer(BEAT.toMillis(), ignored -> beat());
  }

  private void takeOver(boolean healthy) {
    try {
      chat.recovery().takeOver(healthy);
    } catch (Failure e) {
      LOG.warn("what was left is taken over after the next beat: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("what was left could not be taken over; the next beat tries again", e);
    } finally {
      takesOver = false;
    }
  }

  private void lookForStops() {
    if (stopped) {
      return;
    }
    try {
      chat.stops().look();
    } catch (Failure e) {
      // The beat says so too, and less often.
      LOG.debug("stops of turns could not be looked for: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("stops of turns could not be looked for", e);
    }
    vertx.setTimer(STOP_LOOK.toMillis(), ignored -> lookForStops());
  }

  private Future<Void> patience() {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(NEWS_PATIENCE.toMillis(), ignored -> over.complete());
    return over.future();
  }

  @Override
  public void stop() {
    stopped = true;
    if (first) {
      chat.turns().leave();
      // What the last turns left behind; the database is open until all verticles have stopped.
      Future.any(chat.news().told(), patience()).await();
    }
    subscriptions.forEach(subscription -> subscription.unregister());
  }
}
