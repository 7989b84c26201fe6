package dev.mordomo.ops.setting;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.pgclient.pubsub.PgSubscriber;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings changes of settings to this node: as soon as it is notified, and every few seconds. */
public final class ConfigVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigVerticle.class);

  /** A change whose notification was lost is used within five seconds all the same. */
  private static final Duration LOOK = Duration.ofSeconds(4);

  private final ConfigService config;
  private final Database database;
  private Optional<PgSubscriber> subscriber = Optional.empty();
  private long timer = -1;

  public ConfigVerticle(ConfigService config, Database database) {
    this.config = config;
    this.database = database;
  }

  @Override
  public void start() {
    refresh();
    subscriber =
        Optional.of(
            database.listen(ConfigStore.CHANNEL, () -> context.runOnContext(ignored -> refresh())));
    timer = vertx.setPeriodic(LOOK.toMillis(), ignored -> refresh());
  }

  private void refresh() {
    try {
      config.refresh();
    } catch (Failure e) {
      LOG.warn("settings stay as they are for {} s: {}", LOOK.toSeconds(), e.detail());
    } catch (RuntimeException e) {
      LOG.error("settings could not be read; again in {} s", LOOK.toSeconds(), e);
    }
  }

  @Override
  public void stop() {
    vertx.cancelTimer(timer);
    subscriber.ifPresent(PgSubscriber::close);
  }
}
