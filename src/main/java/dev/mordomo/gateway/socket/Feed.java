package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.Streams.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One channel on this node, while somebody listens: what came is put in order and given to every
 * listener. Thread-safe; its lock is held while listeners are told, and they do not wait.
 */
final class Feed {
  private static final int MOST_EARLY = 1_024;
  private static final Set<String> ENDINGS =
      Set.of("turn.completed", "turn.cancelled", "turn.failed");

  private final Channel channel;
  private final List<Subscription> subscriptions = new ArrayList<>(1);
  private final Sequence sequence = new Sequence(Long.MAX_VALUE - 1);

  /** Null until the first listener has entered. */
  private @Nullable String epoch;

  /** What was heard before that. */
  private List<Advanced> early = List.of();

  /** The highest offset that is known to be there. */
  private long known;

  private boolean filling;
  private long heardAt;

  /** A turn has begun on this channel, as far as was heard, and not ended. */
  private boolean busy;

  private boolean ended;

  Feed(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  synchronized void add(Subscription subscription, long now) {
    subscriptions.add(subscription);
    heardAt = now;
  }

  synchronized void remove(Subscription subscription) {
    subscriptions.remove(subscription);
  }

  synchronized boolean isEmpty() {
    return subscriptions.isEmpty();
  }

  /** Who listens, and may be seen. */
  synchronized List<Presence.Member> members() {
    return subscriptions.stream()
        .filter(Subscription::hasBegun)
        .flatMap(subscription -> subscription.listener().member().stream())
        .toList();
  }

  /** Events that are known to be there and were not given yet. */
  record Gap(long after, long until) {}

  /**
   * What the bus said.
   *
   * @return whether a gap is to be filled by the caller, with {@link #fill}
   */
  synchronized boolean offer(Advanced advanced, long now) {
    heardAt = now;
    if (epoch == null) {
      hold(advanced);
      return false;
    }
    if (!epoch.equals(advanced.epoch())) {
      lose(null);
      return false;
    }
    known = Math.max(known, advanced.events().getLast().offset());
    tell(sequence.offer(advanced.events()));
    return wantsFill();
  }

  private void hold(Advanced advanced) {
    // What does not fit is read from the table with the gap that it leaves.
    if (early.size() < MOST_EARLY) {
      List<Advanced> more = new ArrayList<>(early);
      more.add(advanced);
      early = more;
    }
  }

  private boolean wantsFill() {
    boolean wants = sequence.last() < known && !filling;
    filling |= wants;
    return wants;
  }

  /** Whether there is a gap that the caller is to fill. */
  synchronized boolean isBehind() {
    return epoch != null && wantsFill();
  }

  synchronized Gap gap() {
    return new Gap(sequence.last(), known);
  }

  /**
   * What the table has in a gap.
   *
   * @param whole whether there was nothing more to read
   * @return whether to read on
   */
  synchronized boolean fill(Gap gap, Tail tail, boolean whole) {
    if (epoch == null) {
      return false;
    }
    if (!epoch.equals(tail.epoch())) {
      lose(null);
      return false;
    }
    tell(sequence.offer(tail.events()));
    filling = sequence.last() < known;
    boolean begins =
        !tail.events().isEmpty() && tail.events().getFirst().offset() == gap.after() + 1;
    if (filling && sequence.last() < gap.until() && (whole || !begins)) {
      // The rows of the gap, or the first of them, are gone.
      lose(null);
    }
    return filling;
  }

  /** Reading failed: the next event or the watchdog tries again. */
  synchronized void fillFailed() {
    filling = false;
  }

  /**
   * What the watchdog read.
   *
   * @return whether a gap is to be filled by the caller
   */
  synchronized boolean check(Position end) {
    if (epoch == null) {
      return false;
    }
    if (!epoch.equals(end.epoch())) {
      lose(null);
      return false;
    }
    known = Math.max(known, end.offset());
    return wantsFill();
  }

  /**
   * Whether more may come soon: a turn runs, or somebody began to listen or something was said
   * within a time.
   */
  synchronized boolean isActive(long now, long within) {
    return (busy && channel.kind() == Kind.CONVERSATION) || now - heardAt < within;
  }

  /**
   * Lets a listener in at an entry that was read after it was added.
   *
   * @return false when the entry is too old for what was heard meanwhile, or the channel has ended:
   *     read it again
   */
  synchronized boolean admit(Subscription subscription, Entry entry) {
    Position end = entry.end();
    if (!subscriptions.contains(subscription)) {
      return true;
    }
    if (ended) {
      return false;
    }
    if (epoch == null) {
      start(end);
    } else if (!epoch.equals(end.epoch())) {
      lose(subscription);
      start(end);
    }
    long from = end.offset();
    known = Math.max(known, from);
    List<StreamEvent> meanwhile = subscription.meanwhile();
    if (from < sequence.last()
        && (meanwhile.isEmpty() || meanwhile.getFirst().offset() > from + 1)) {
      return false;
    }
    List<StreamEvent> since = meanwhile.stream().filter(e -> e.offset() > from).toList();
    subscription.begin(since.isEmpty() ? from : since.getLast().offset());
    subscription.listener().entered(entry);
    if (!since.isEmpty()) {
      subscription.listener().heard(new Batch(channel, since));
    }
    return true;
  }

  /** The channel is no more: those that listen are told, and nobody is let in. */
  synchronized void end() {
    ended = true;
    List<Subscription> all = subscriptions.stream().filter(Subscription::hasBegun).toList();
    subscriptions.removeAll(all);
    all.forEach(subscription -> subscription.listener().ended());
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  private void start(Position end) {
    epoch = end.epoch();
    known = end.offset();
    List<StreamEvent> held =
        early.stream()
            .filter(heard -> heard.epoch().equals(end.epoch()))
            .flatMap(heard -> heard.events().stream())
            .toList();
    early = List.of();
    sequence.restart(end.offset());
    for (StreamEvent event : held) {
      known = Math.max(known, event.offset());
    }
    tell(sequence.offer(held));
  }

  private void tell(List<StreamEvent> events) {
    if (!events.isEmpty()) {
      busy = !ENDINGS.contains(events.getLast().type());
      Batch batch = new Batch(channel, events);
      subscriptions.forEach(subscription -> subscription.hear(batch));
    }
  }

  /** All listeners but one that is about to enter, and others that are, have to enter again. */
  private void lose(@Nullable Subscription entering) {
    List<Subscription> lost =
        subscriptions.stream().filter(s -> s != entering && s.hasBegun()).toList();
    subscriptions.removeAll(lost);
    // What those that enter have heard meanwhile is of the old epoch.
    subscriptions.forEach(Subscription::forget);
    epoch = null;
    filling = false;
    lost.forEach(subscription -> subscription.listener().lost());
  }
}
