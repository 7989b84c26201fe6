package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals the audit's records soon after they were added and what was asked period by period, and
 * looks after their months.
 */
public final class AuditVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(AuditVerticle.class);
  private static final Duration SEAL = Duration.ofSeconds(2);
  private static final Duration ASKED = Duration.ofSeconds(30);
  private static final Duration MONTHS = Duration.ofMinutes(20);
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final AuditService audit;
  private boolean stopped;

  public AuditVerticle(AuditService audit) {
    this.audit = audit;
  }

  @Override
  public void start() {
    maintain();
    seal();
    sealAsked();
  }

  private void seal() {
    if (stopped) {
      return;
    }
    boolean more = false;
    try {
      more = audit.seal();
    } catch (Failure e) {
      LOG.warn("the audit is sealed in {} s: {}", SEAL.toSeconds(), e.detail());
    } catch (RuntimeException e) {
      LOG.error("the audit could not be sealed; again in {} s", SEAL.toSeconds(), e);
    }
    vertx.setTimer(more ? 1 : SEAL.toMillis(), ignored -> seal());
  }

  private void sealAsked() {
    if (stopped) {
      return;
    }
    try {
      audit.sealAsked();
    } catch (Failure e) {
      LOG.warn("what was asked is sealed in {} s: {}", ASKED.toSeconds(), e.detail());
    } catch (RuntimeException e) {
      LOG.error("what was asked could not be sealed; again in {} s", ASKED.toSeconds(), e);
    }
    vertx.setTimer(ASKED.toMillis(), ignored -> sealAsked());
  }

  private void maintain() {
    if (stopped) {
      return;
    }
    Duration next = MONTHS;
    try {
      audit.maintain();
    } catch (Failure e) {
      LOG.warn("the audit's months are looked after in {} s: {}", AGAIN.toSeconds(), e.detail());
      next = AGAIN;
    } catch (RuntimeException e) {
      LOG.error(
          "the audit's months could not be looked after; again in {} s", AGAIN.toSeconds(), e);
      next = AGAIN;
    }
    vertx.setTimer(next.toMillis(), ignored -> maintain());
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
