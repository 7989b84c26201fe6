package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.Tail;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each channel's events to its listeners on this node: from the bus while all goes well,
 * from PostgreSQL when something was missed. One for the node; thread-safe.
 */
public final class Hub {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

  /** The most events that a listener may have missed; more is read over HTTP. */
  public static final int REPLAYED = 2_000;

  private static final int PAGE = 500;
  private static final int CHECKED_AT_ONCE = 2_000;
  private static final int ENTER_ATTEMPTS = 20;

  /** Two commits of a channel may be announced in the wrong order: the other is on its way. */
  private static final long GAP_MILLIS = 15;

  private static final long WATCH_MILLIS = 2_000;
  private static final long QUIET_MILLIS = 30_000;
  private static final long ACTIVE_MILLIS = 20_000;

  private final Vertx vertx;
  private final Bus bus;
  private final Streams streams;
  private final Map<UUID, Feed> feeds = new ConcurrentHashMap<>();
  private @Nullable MessageConsumer<Advanced> consumer;
  private long watchTimer = -1;
  private final AtomicBoolean watching = new AtomicBoolean();
  private long quietCheckedAt;

  public Hub(Vertx vertx, Bus bus, Streams streams) {
    this.vertx = vertx;
    this.bus = bus;
    this.streams = streams;
  }

  /** Begins to hear the bus. */
  public void start() {
    consumer = bus.subscribe(Streams.ADVANCED, this::advanced);
    watchTimer = vertx.setPeriodic(WATCH_MILLIS, id -> fork("watch", this::watch));
  }

  public void stop() {
    MessageConsumer<Advanced> hearing = consumer;
    if (hearing != null) {
      hearing.unregister();
    }
    vertx.cancelTimer(watchTimer);
  }

  /**
   * Lets a listener into a channel, with what it missed since a position. Waits, on a virtual
   * thread; the listener's {@code entered} is called before this returns.
   *
   * @return empty when the scope has no such channel
   */
  public Optional<Subscription> enter(
      Scope scope, Channel channel, Optional<Position> since, Listener listener) {
    Subscription subscription = new Subscription(channel, listener, this::leave);
    Feed feed =
        feeds.compute(
            channel.id(),
            (id, known) -> {
              Feed found = known == null ? new Feed(channel) : known;
              found.add(subscription, now());
              return found;
            });
    boolean entered = false;
    try {
      for (int i = 0; i < ENTER_ATTEMPTS && !entered; i++) {
        Optional<Entry> entry = streams.enter(scope, channel.id(), channel.kind(), since, REPLAYED);
        if (entry.isEmpty() || feed.hasEnded()) {
          return Optional.empty();
        }
        entered = feed.admit(subscription, entry.get());
      }
    } finally {
      if (!entered) {
        leave(subscription);
      }
    }
    if (entered && feed.isBehind()) {
      fork("gap", () -> fill(feed));
    }
    return entered ? Optional.of(subscription) : Optional.empty();
  }

  void leave(Subscription subscription) {
    feeds.computeIfPresent(
        subscription.channel().id(),
        (id, feed) -> {
          feed.remove(subscription);
          return feed.isEmpty() ? null : feed;
        });
  }

  /** A channel is no more: whoever listens to it on this node is told so. */
  public void end(UUID channel) {
    Feed feed = feeds.get(channel);
    if (feed != null) {
      feed.end();
      forget(channel, feed);
    }
  }

  /** Those that are still entering find that it has ended. */
  private void forget(UUID channel, Feed ended) {
    feeds.computeIfPresent(channel, (id, feed) -> feed == ended && feed.isEmpty() ? null : feed);
  }

  /** Who listens to a channel on this node. */
  List<Presence.Member> members(UUID channel) {
    Feed feed = feeds.get(channel);
    return feed == null ? List.of() : feed.members();
  }

  private void advanced(Advanced advanced) {
    Feed feed = feeds.get(advanced.channel());
    if (feed != null && feed.offer(advanced, now())) {
      vertx.setTimer(GAP_MILLIS, id -> fork("gap", () -> fill(feed)));
    }
  }

  private void fill(Feed feed) {
    try {
      boolean behind = true;
      while (behind) {
        Feed.Gap gap = feed.gap();
        Tail tail = streams.tail(feed.channel().id(), gap.after(), PAGE);
        behind = feed.fill(gap, tail, tail.events().size() < PAGE);
      }
    } catch (RuntimeException e) {
      feed.fillFailed();
      LOG.warn("missed events of {} could not be read; tried again soon", feed.channel(), e);
    }
  }

  /** Looks whether channels have moved on without the bus saying so; one look at a time. */
  void watch() {
    if (watching.compareAndSet(false, true)) {
      try {
        watch(now());
      } finally {
        watching.set(false);
      }
    }
  }

  private void watch(long now) {
    boolean all = now - quietCheckedAt >= QUIET_MILLIS;
    if (all) {
      quietCheckedAt = now;
    }
    List<Feed> suspects = new ArrayList<>();
    for (Feed feed : feeds.values()) {
      if (all || feed.isActive(now, ACTIVE_MILLIS)) {
        suspects.add(feed);
      }
    }
    try {
      for (int from = 0; from < suspects.size(); from += CHECKED_AT_ONCE) {
        check(suspects.subList(from, Math.min(from + CHECKED_AT_ONCE, suspects.size())));
      }
    } catch (Failure e) {
      LOG.warn("the channels' ends could not be read; tried again in {} ms", WATCH_MILLIS, e);
    }
  }

  private void check(List<Feed> suspects) {
    Map<UUID, Position> ends =
        streams.ends(suspects.stream().map(feed -> feed.channel().id()).toList());
    for (Feed feed : suspects) {
      Position end = ends.get(feed.channel().id());
      if (end != null && feed.check(end)) {
        fill(feed);
      }
    }
  }

  private static void fork(String what, Runnable work) {
    Thread.ofVirtual().name("hub " + what).start(work);
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
