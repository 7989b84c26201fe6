package dev.mordomo.reminder;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.pgclient.pubsub.PgSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sleeps until the next reminder is due, or until a notification says that one may be due sooner.
 * One on each node, on a virtual thread.
 */
public final class ReminderVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(ReminderVerticle.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Database database;
  private final DueReminders due;
  private final ReminderConfig config;
  private final InstantSource clock;
  private Optional<PgSubscriber> subscriber = Optional.empty();
  private Optional<Long> timer = Optional.empty();
  private boolean running;
  private boolean woken;
  private boolean stopped;

  public ReminderVerticle(ReminderService reminders, Database database, InstantSource clock) {
    this.database = database;
    this.due = reminders.due();
    this.config = reminders.config();
    this.clock = clock;
  }

  @Override
  public void start() {
    subscriber =
        Optional.of(
            database.listen(ReminderStore.CHANNEL, () -> context.runOnContext(ignored -> wake())));
    wake();
  }

  /** Waking while it runs makes it run once more: what it looked at may be old. */
  private void wake() {
    woken = true;
    if (running) {
      return;
    }
    running = true;
    timer.ifPresent(vertx::cancelTimer);
    Duration sleep = config.poll();
    while (woken && !stopped) {
      woken = false;
      sleep = fireAll();
    }
    running = false;
    if (!stopped) {
      timer = Optional.of(vertx.setTimer(Math.max(1, sleep.toMillis()), ignored -> wake()));
    }
  }

  /** Everything that is due, and how long to sleep then. */
  private Duration fireAll() {
    try {
      while (!stopped && due.fire() == DueReminders.BATCH) {
        // More are due.
      }
      Instant now = clock.instant();
      // A millisecond more, since a timer's milliseconds cut off what is less than one.
      return due.next()
          .map(next -> Duration.between(now, next).plusMillis(1))
          .map(wait -> wait.compareTo(config.poll()) > 0 ? config.poll() : wait)
          .orElse(config.poll());
    } catch (Failure e) {
      LOG.warn("due reminders wait {} s for the database: {}", RETRY.toSeconds(), e.detail());
      return RETRY;
    } catch (RuntimeException e) {
      LOG.error("due reminders could not be said; again in {} s", RETRY.toSeconds(), e);
      return RETRY;
    }
  }

  @Override
  public void stop() {
    stopped = true;
    timer.ifPresent(vertx::cancelTimer);
    subscriber.ifPresent(PgSubscriber::close);
  }
}
