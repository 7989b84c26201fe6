package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel on this node, while somebody listens: what came is put in order and given to every
 * listener. Thread-safe; its lock is held while listeners are told, and they do not wait.
 */
final class Feed {
  private static final int MOST_EARLY = 4_096;

  private final Channel channel;
  private final List<Subscription> subscriptions = new ArrayList<>(1);
  private final Sequence sequence = new Sequence(Long.MAX_VALUE - 1);

  /** Null until the first listener has entered. */
  private @Nullable String epoch;

  private List<StreamEvent> early = List.of();

  /** The highest offset that is known to be there. */
  private long known;

  private boolean filling;
  private long heardAt;

  Feed(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  synchronized void add(Subscription subscription) {
    subscriptions.add(subscription);
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
      hold(advanced.events());
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

  private void hold(List<StreamEvent> events) {
    // What does not fit is read from the table with the gap that it leaves.
    if (early.size() < MOST_EARLY) {
      List<StreamEvent> more = new ArrayList<>(early);
      more.addAll(events);
      early = more;
    }
  }

  private boolean wantsFill() {
    boolean wants = sequence.last() < known && !filling;
    filling |= wants;
    return wants;
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
  synchronized boolean fill(Gap gap, Collection<StreamEvent> rows, boolean whole) {
    if (epoch == null) {
      return false;
    }
    tell(sequence.offer(rows));
    filling = sequence.last() < known;
    if (filling && whole && sequence.last() < gap.until()) {
      // The rows of the gap are gone.
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

  /** When something was last heard, in the caller's clock. */
  synchronized long heardAt() {
    return heardAt;
  }

  /**
   * Lets a listener in at an entry that was read after it was added.
   *
   * @return false when the entry is too old for what was heard meanwhile: read it again
   */
  synchronized boolean admit(Subscription subscription, Entry entry) {
    Position end = entry.end();
    if (!subscriptions.contains(subscription)) {
      return true;
    }
    if (epoch == null) {
      start(end);
    } else if (!epoch.equals(end.epoch())) {
      lose(subscription);
      start(end);
    }
    long from = end.offset();
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

  private void start(Position end) {
    epoch = end.epoch();
    known = end.offset();
    List<StreamEvent> held = early;
    early = List.of();
    List<StreamEvent> next = new ArrayList<>(sequence.restart(end.offset()));
    next.addAll(sequence.offer(held));
    if (!held.isEmpty()) {
      known = Math.max(known, held.getLast().offset());
    }
    tell(next);
  }

  private void tell(List<StreamEvent> events) {
    if (!events.isEmpty()) {
      Batch batch = new Batch(channel, events);
      subscriptions.forEach(subscription -> subscription.hear(batch));
    }
  }

  /** All listeners but one that is about to enter, and others that are, have to enter again. */
  private void lose(@Nullable Subscription entering) {
    List<Subscription> lost =
        subscriptions.stream().filter(s -> s != entering && s.hasBegun()).toList();
    subscriptions.removeAll(lost);
    epoch = null;
    filling = false;
    lost.forEach(subscription -> subscription.listener().lost());
  }
}
