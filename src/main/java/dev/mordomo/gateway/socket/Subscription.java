package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One listener of a feed. All but {@link #leave} is done under the feed's lock. */
public final class Subscription {
  private final Channel channel;
  private final Listener listener;
  private final Consumer<Subscription> leaving;

  /** The last offset that the listener has. */
  private long sent;

  /** What happens while the listener's entry is read; null once it listens. */
  private @Nullable List<StreamEvent> meanwhile = new ArrayList<>(0);

  /**
   * @param leaving what is done when it hears no more
   */
  Subscription(Channel channel, Listener listener, Consumer<Subscription> leaving) {
    this.channel = channel;
    this.listener = listener;
    this.leaving = leaving;
  }

  public Channel channel() {
    return channel;
  }

  /** Hears no more: once this returns, nothing comes. */
  public void leave() {
    leaving.accept(this);
  }

  Listener listener() {
    return listener;
  }

  void hear(Batch batch) {
    List<StreamEvent> waiting = meanwhile;
    if (waiting != null) {
      waiting.addAll(batch.events());
    } else if (batch.last() > sent) {
      Batch news = batch.after(sent);
      sent = batch.last();
      listener.heard(news);
    }
  }

  /** What happened while the entry was read. */
  List<StreamEvent> meanwhile() {
    List<StreamEvent> waiting = meanwhile;
    return waiting == null ? List.of() : waiting;
  }

  /** What was heard while the entry was read is of an epoch that has ended. */
  void forget() {
    List<StreamEvent> waiting = meanwhile;
    if (waiting != null) {
      waiting.clear();
    }
  }

  /** From here on it hears everything at once. */
  void begin(long offset) {
    meanwhile = null;
    sent = offset;
  }

  boolean hasBegun() {
    return meanwhile == null;
  }
}
