package dev.mordomo.ops.log;

import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what this node logs, and looks after the log's days. */
public final class LogVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(LogVerticle.class);
  private static final Duration WRITE = Duration.ofSeconds(1);
  private static final Duration DAYS = Duration.ofMinutes(20);
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final LogService logs;
  private boolean writing;
  private Optional<Promise<Void>> stopping = Optional.empty();

  public LogVerticle(LogService logs) {
    this.logs = logs;
  }

  @Override
  public void start() {
    logs.begin();
    maintain();
    write();
  }

  private void write() {
    if (stopping.isPresent()) {
      return;
    }
    long pause = WRITE.toMillis();
    writing = true;
    try {
      pause = logs.flush() ? 1 : pause;
    } catch (Failure e) {
      // Not a warning: it would wait behind the lines that cannot be written.
      LOG.debug("the log is written when the database is back", e);
    } catch (RuntimeException e) {
      LOG.error("the log could not be written; again in {} ms", pause, e);
    } finally {
      writing = false;
      if (stopping.isPresent()) {
        writeRest(stopping.get());
      } else {
        vertx.setTimer(pause, ignored -> write());
      }
    }
  }

  private void maintain() {
    if (stopping.isPresent()) {
      return;
    }
    Duration next = DAYS;
    try {
      logs.maintain();
    } catch (Failure e) {
      LOG.warn("the log's days are looked after in {} s: {}", AGAIN.toSeconds(), e.detail());
      next = AGAIN;
    } catch (RuntimeException e) {
      LOG.error("the log's days could not be looked after; again in {} s", AGAIN.toSeconds(), e);
      next = AGAIN;
    }
    vertx.setTimer(next.toMillis(), ignored -> maintain());
  }

  @Override
  public void stop(Promise<Void> stopped) {
    stopping = Optional.of(stopped);
    logs.end();
    if (!writing) {
      writeRest(stopped);
    }
  }

  private void writeRest(Promise<Void> stopped) {
    try {
      while (logs.flush()) {
        // What was logged until now.
      }
    } catch (Failure e) {
      LOG.warn("the last lines are on the console alone: {}", e.detail());
    } catch (RuntimeException e) {
      LOG.error("the last lines are on the console alone", e);
    } finally {
      stopped.complete();
    }
  }
}
