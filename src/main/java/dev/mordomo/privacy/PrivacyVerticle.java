package dev.mordomo.privacy;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the start and every hour, on one node, for what is to be erased and has no job, and has
 * removed what is past its time once a day.
 */
public final class PrivacyVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(PrivacyVerticle.class);
  private static final Duration LOOK = Duration.ofHours(1);

  private final PrivacyService privacy;
  private final Database database;

  public PrivacyVerticle(PrivacyService privacy, Database database) {
    this.privacy = privacy;
    this.database = database;
  }

  @Override
  public void start() {
    vertx.setPeriodic(LOOK.toMillis(), ignored -> look());
    look();
  }

  private void begin() {
    privacy.resume();
    privacy.expireDaily();
  }

  private void look() {
    try {
      boolean looked = database.alone("privacy", this::begin);
      LOG.debug("erasures: {}", looked ? "looked" : "another node looks");
    } catch (Failure e) {
      LOG.warn("erasures that wait are looked for later: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("erasures that wait could not be looked for; again in an hour", e);
    }
  }
}
