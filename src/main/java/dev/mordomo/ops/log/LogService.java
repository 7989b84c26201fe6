package dev.mordomo.ops.log;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of all nodes. What reads and writes waits, on a virtual thread. */
public final class LogService {
  private static final Logger LOG = LoggerFactory.getLogger(LogService.class);
  private static final int BATCH = 500;
  private static final Duration ROOM = Duration.ofSeconds(2);

  /** What was on its way into the queue when its user was erased has come by then. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final LogStore store;
  private final LogQueue queue;

  /** Apart from the server's own, which posted lines must not crowd out. */
  private final LineQueue posted;

  private final Function<Scope, Masking.Pass> masking;
  private final LogConfig config;
  private final String node;
  private final InstantSource clock;
  private final Counter dropped;
  private Optional<LogAppender> appender = Optional.empty();
  private final Map<UUID, Instant> erased = new ConcurrentHashMap<>();
  private List<LogLine> unwritten = List.of();
  private long untold;
  private long refused;

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
    this.queue = new LogQueue(config.queue(), config.queueBytes());
    this.posted = new LineQueue(Integer.MAX_VALUE, config.postedBytes());
    this.masking = masking;
    this.config = config;
    this.node = node;
    this.clock = clock;
    this.dropped =
        Counter.builder("mordomo.log.dropped")
            .description(
                "Lines that are missing in the log's table: too many came at once, or the database"
                    + " refused them.")
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
   * Takes a line of a device or a container. It stands in the log about a second later, behind what
   * the server itself has to say.
   *
   * @return the line as it is kept
   * @throws Failure {@code rate_limited} when too much waits to be written
   */
  public LogLine post(
      Scope scope, LogLevel level, String source, String message, Map<String, Object> metadata) {
    Masking.Pass pass = masking.apply(scope);
    String hidden = pass.masked(message);
    LogLine line =
        new LogLine(
            Once.id(),
            Once.seed().map(Ids::moment).orElseGet(clock::instant),
            level,
            pass.masked(source),
            node,
            hidden,
            pass.noted(metadata),
            Optional.of(scope.tenantId()),
            Optional.of(scope.userId()));
    if (!posted.offer(line)) {
      throw Failure.of(
              FailureCode.RATE_LIMITED, "too many lines wait to be written; try again later")
          .retryAfter(ROOM);
    }
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

  /**
   * Writes nothing any more of what a user or the users of a tenant posted and still waits here.
   * Never waits.
   */
  public void forget(UUID subject) {
    erased.put(subject, clock.instant());
    posted.drop(this::isErased);
  }

  private boolean isErased(LogLine line) {
    return line.userId().filter(erased::containsKey).isPresent()
        || line.tenantId().filter(erased::containsKey).isPresent();
  }

  /** Puts a line into the queue, or loses it; never waits. */
  void put(LogLine line) {
    queue.put(line);
  }

  /**
   * Writes a batch of what waits, the server's own lines first. What cannot be written is kept for
   * the next time; what the database refuses is dropped and counted. To be called again only when
   * it has returned.
   *
   * @return whether more waits
   */
  boolean flush() {
    boolean again = !unwritten.isEmpty();
    if (!again) {
      List<LogLine> taken = queue.take(BATCH);
      taken.addAll(posted.take(BATCH - taken.size()));
      unwritten = taken;
    }
    // What was kept from the last time says nothing of what has come since.
    boolean more = again || unwritten.size() == BATCH;
    unwritten = unwritten.stream().filter(line -> !isErased(line)).toList();
    write();
    long lost = queue.lost();
    dropped.increment((double) lost);
    untold += lost;
    if (untold > 0) {
      tell(
          untold + " lines are missing here: too many came at once (logs.queue, logs.queue_bytes)");
      untold = 0;
    }
    if (refused > 0) {
      tell(refused + " lines are missing here: the database refused them");
      refused = 0;
    }
    return more;
  }

  private void write() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      store.add(unwritten);
      unwritten = List.of();
    } catch (RuntimeException e) {
      throwIfAway(e);
      writeEach();
    }
  }

  /** One that is refused shall not keep the others out. */
  private void writeEach() {
    while (!unwritten.isEmpty()) {
      try {
        store.add(List.of(unwritten.getFirst()));
      } catch (RuntimeException e) {
        throwIfAway(e);
        LOG.debug("a line of the log was refused", e);
        dropped.increment();
        refused++;
      }
      unwritten = unwritten.subList(1, unwritten.size());
    }
  }

  private static void throwIfAway(RuntimeException e) {
    if (e instanceof Failure failure && failure.code() == FailureCode.UNAVAILABLE) {
      throw failure;
    }
  }

  private void tell(String missing) {
    store.add(
        List.of(
            new LogLine(
                Ids.next(),
                clock.instant(),
                LogLevel.WARN,
                LogService.class.getName(),
                node,
                missing)));
  }

  /** Makes the coming days, drops those that are not kept any more. */
  void maintain() {
    erased.values().removeIf(at -> at.plus(REMEMBERED).isBefore(clock.instant()));
    store.maintain(clock.instant(), config.keep());
  }
}
