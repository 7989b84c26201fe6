package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.Entry;

/**
 * Hears a channel. Called in order, one call at a time, on any thread: it must not wait, and must
 * not call the hub.
 */
public interface Listener {
  /** It listens from here on; comes first. */
  void entered(Entry entry);

  /** What happened next. Never empty. */
  void heard(Batch batch);

  /** The stream cannot be followed any more: enter again. Nothing comes after. */
  void lost();
}
