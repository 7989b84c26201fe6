package dev.mordomo.kernel;

import io.vertx.core.AbstractVerticle;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions of the coming hours and months, and drops streams that ended long ago. On
 * every node: the function takes a lock, and does nothing when nothing is to be done.
 */
public final class PartitionVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionVerticle.class);
  private static final Duration EVERY = Duration.ofMinutes(20);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final String MAINTAIN = "SELECT maintain_partitions($1)";

  private final Database database;
  private final InstantSource clock;

  public PartitionVerticle(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public void start() {
    runOnce();
  }

  private void runOnce() {
    Duration next = EVERY;
    try {
      database.callSystem(MAINTAIN, Tuple.of(clock.instant().atOffset(ZoneOffset.UTC)));
    } catch (Failure e) {
      LOG.warn(
          "partitions were not looked after, again in {} s: {}", AGAIN.toSeconds(), e.detail());
      next = AGAIN;
    } catch (RuntimeException e) {
      LOG.error("partitions could not be looked after; again in {} s", AGAIN.toSeconds(), e);
      next = AGAIN;
    }
    vertx.setTimer(next.toMillis(), ignored -> runOnce());
  }
}
