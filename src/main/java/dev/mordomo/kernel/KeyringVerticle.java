package dev.mordomo.kernel;

import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns of new keys each minute, and ends a rotation: seals what is left under the primary key,
 * and drops the keys that are not needed any more. On every node; one at a time does it.
 */
public final class KeyringVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(KeyringVerticle.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final Keyring keyring;
  private final Resealing resealing;
  private final Duration every;
  private int told;
  private boolean stopped;

  public KeyringVerticle(Keyring keyring, Resealing resealing) {
    this(keyring, resealing, EVERY);
  }

  KeyringVerticle(Keyring keyring, Resealing resealing, Duration every) {
    this.keyring = keyring;
    this.resealing = resealing;
    this.every = every;
  }

  @Override
  public void start() {
    vertx.setTimer(every.toMillis(), ignored -> again());
  }

  private void again() {
    if (stopped) {
      return;
    }
    try {
      round();
    } catch (Failure e) {
      LOG.warn("the keys that seal are looked at again in a minute: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("the keys that seal could not be looked at; again in {} s", every.toSeconds(), e);
    }
    vertx.setTimer(every.toMillis(), ignored -> again());
  }

  /** What every node does each minute. */
  void round() {
    Database.await(keyring.refresh());
    if (keyring.list().size() == 1 || !keyring.isSettled()) {
      return;
    }
    if (resealing.left() > 0) {
      resealing
          .run()
          .ifPresent(outcome -> {
            LOG.info("{} values are sealed under the primary key now", outcome.done());
            tell(outcome.unreadable());
          });
    }
    int gone = resealing.dropUnusedKeys();
    if (gone > 0) {
      LOG.info("{} keys that nothing was sealed under are gone", gone);
    }
  }

  /** Once, not each minute: nothing but a person can help. */
  private void tell(List<String> unreadable) {
    if (unreadable.size() != told) {
      unreadable.forEach(what -> LOG.error("a sealed value stays as it is: {}", what));
      told = unreadable.size();
    }
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
