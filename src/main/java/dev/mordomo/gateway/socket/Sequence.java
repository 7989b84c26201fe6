package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.StreamEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes one contiguous sequence of events that come doubled, out of order and with gaps: from the
 * bus, and from the table. Not thread-safe.
 */
final class Sequence {
  private static final int MOST_WAITING = 2_048;
  private final TreeMap<Long, StreamEvent> waiting = new TreeMap<>();
  private long last;

  /** Begins after this offset. */
  Sequence(long last) {
    this.last = last;
  }

  /** The offset of the last event that was given. */
  long last() {
    return last;
  }

  /** Takes what came, and gives what is next, in order: nothing while there is a gap. */
  List<StreamEvent> offer(Collection<StreamEvent> events) {
    for (StreamEvent event : events) {
      if (event.offset() > last) {
        waiting.put(event.offset(), event);
      }
    }
    List<StreamEvent> next = new ArrayList<>(events.size());
    Map.Entry<Long, StreamEvent> first = waiting.firstEntry();
    while (first != null && first.getKey() <= last + 1) {
      waiting.pollFirstEntry();
      if (first.getKey() > last) {
        next.add(first.getValue());
        last = first.getKey();
      }
      first = waiting.firstEntry();
    }
    // What is far behind a gap is read again with the gap.
    while (waiting.size() > MOST_WAITING) {
      waiting.pollLastEntry();
    }
    return next;
  }

  /** Begins anew after an offset, of another epoch: nothing that waits belongs to it. */
  void restart(long offset) {
    last = offset;
    waiting.clear();
  }
}
