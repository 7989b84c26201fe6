package dev.mordomo.ops.log;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** The log of all nodes. What reads and writes waits, on a virtual thread. */
public final class LogService {
  private static final int BATCH = 500;

  private final LogStore store;
  private final LogQueue queue;
  private final Function<Scope, Masking.Pass> masking;
  private final LogConfig config;
  private final String node;
  private final InstantSource clock;
  private final Counter dropped;
  private Optional<LogAppender> appender = Optional.empty();
  private List<LogLine> unwritten = List.of();
  private long untold;

  /**
   * @param masking hides what is personal in what is posted
   * @param node how lines of this process are marked
   */
  public LogService(
      Database database,
      Function<Scope, Masking.Pass> masking,
      LogConfig config,
      String node,
      MeterRegistry metrics,
      InstantSource clock) {
    this.store = new LogStore(database);
    this.queue = new LogQueue(config.queue());
    this.masking = masking;
    this.config = config;
    this.node = node;
    this.clock = clock;
    this.dropped =
        Counter.builder("mordomo.log.dropped")
            .description("Lines that are missing in the log's table, since too many came at once.")
            .register(metrics);
  }

  /**
   * Newest first.
   *
   * @param before the last id of the page before
   * @throws Failure {@code forbidden} for all but the superuser
   */
  public List<LogLine> list(Scope scope, LogQuery query, Optional<UUID> before, int limit) {
    scope.requireSuperuser("only for the superuser");
    return store.list(query, before, limit);
  }

  /**
   * Takes a line of a device or a container. It stands in the log about a second later; when too
   * many come at once it is lost, and counted.
   *
   * @return the line as it is kept
   */
  public LogLine post(
      Scope scope, LogLevel level, String source, String message, Map<String, Object> metadata) {
    Masking.Pass pass = masking.apply(scope);
    String hidden = pass.masked(message);
    LogLine line =
        new LogLine(
            Ids.next(),
            clock.instant(),
            level,
            pass.masked(source),
            node,
            hidden,
            pass.noted(metadata),
            Optional.of(scope.tenantId()),
            Optional.of(scope.userId()));
    put(line);
    return line;
  }

  /** From now on whatever this process logs is taken. */
  synchronized void begin() {
    if (appender.isEmpty()) {
      appender = Optional.of(LogAppender.attach(queue, node));
    }
  }

  synchronized void end() {
    appender.ifPresent(LogAppender::detach);
    appender = Optional.empty();
  }

  /** Puts a line into the queue, or loses it; never waits. */
  void put(LogLine line) {
    queue.put(line);
  }

  /**
   * Writes a batch of what waits. What cannot be written is kept for the next time. To be called
   * again only when it has returned.
   *
   * @return whether more waits
   */
  boolean flush() {
    boolean again = !unwritten.isEmpty();
    if (!again) {
      unwritten = queue.take(BATCH);
    }
    if (!unwritten.isEmpty()) {
      store.add(unwritten);
    }
    // What was kept from the last time says nothing of what has come since.
    boolean more = again || unwritten.size() == BATCH;
    unwritten = List.of();
    long lost = queue.lost();
    dropped.increment((double) lost);
    untold += lost;
    if (untold > 0) {
      tellLost();
    }
    return more;
  }

  private void tellLost() {
    store.add(
        List.of(
            new LogLine(
                Ids.next(),
                clock.instant(),
                LogLevel.WARN,
                LogService.class.getName(),
                node,
                untold + " lines are missing here: too many came at once (logs.queue)")));
    untold = 0;
  }

  /** Makes the coming days, drops those that are not kept any more. */
  void maintain() {
    store.maintain(clock.instant(), config.keep());
  }
}
