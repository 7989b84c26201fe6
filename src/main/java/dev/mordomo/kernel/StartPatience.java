package dev.mordomo.kernel;

import io.vertx.pgclient.PgConnectOptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a start waits for a PostgreSQL that is not there yet, or far away: both may have been
 * started at the same moment. Says what it waits for, and in the end what to do.
 */
public final class StartPatience {
  private static final Logger LOG = LoggerFactory.getLogger(StartPatience.class);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration TOLD = Duration.ofSeconds(5);

  private final String server;
  private final Duration most;
  private final long end;
  private long nextTold = System.nanoTime();

  /** Begins now. */
  public StartPatience(DatabaseConfig config) {
    PgConnectOptions address = PgConnectOptions.fromUri(config.url());
    this.server = address.getHost() + ":" + address.getPort();
    this.most = config.startPatience();
    this.end = System.nanoTime() + most.toNanos();
  }

  /** What is left of it, rounded up to whole seconds, and at least one. */
  long secondsLeft() {
    return Math.max(1, Duration.ofNanos(end - System.nanoTime()).plusMillis(999).toSeconds());
  }

  /**
   * Waits a moment before the next attempt.
   *
   * @param failure of the last one
   * @throws Failure the given one when waiting does not help; {@code unavailable} when the time is
   *     over
   */
  void spend(Failure failure) {
    if (failure.code() != FailureCode.UNAVAILABLE) {
      throw failure;
    }
    String why = reason(failure);
    long now = System.nanoTime();
    if (now - end >= 0) {
      throw Failure.of(
          FailureCode.UNAVAILABLE,
          "PostgreSQL at %s could not be reached within %d s (%s): start it, or mend DATABASE_URL;"
                  .formatted(server, most.toSeconds(), why)
              + " database.start_patience says how long a start waits",
          failure);
    }
    if (now - nextTold >= 0) {
      nextTold = now + TOLD.toNanos();
      LOG.warn(
          "PostgreSQL at {} does not answer yet ({}); waiting for up to {} s more",
          server,
          why,
          secondsLeft());
    }
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** What the server or the network said, where the failure itself says only what came of it. */
  private static String reason(Failure failure) {
    Throwable cause = failure.getCause();
    String said = cause instanceof SQLException ? cause.getMessage() : failure.detail();
    return said == null ? failure.detail() : said;
  }

  /** Whether it may be otherwise in a moment: nobody listens, or the server starts, or is full. */
  static boolean isPassing(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
  }
}
