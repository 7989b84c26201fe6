package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.StreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Contiguous events of one channel, as the same text for every socket that listens. */
public final class Batch {
  private final Channel channel;
  private final List<StreamEvent> events;
  private @Nullable String pushes;

  Batch(Channel channel, List<StreamEvent> events) {
    this.channel = channel;
    this.events = List.copyOf(events);
  }

  public List<StreamEvent> events() {
    return events;
  }

  /** The events after an offset. */
  Batch after(long offset) {
    return events.getFirst().offset() > offset
        ? this
        : new Batch(channel, events.stream().filter(e -> e.offset() > offset).toList());
  }

  long last() {
    return events.getLast().offset();
  }

  /** One frame of pushes, a line each; made once. */
  String pushes() {
    String made = pushes;
    if (made == null) {
      made = Frames.pushes(channel.name(), events);
      pushes = made;
    }
    return made;
  }
}
