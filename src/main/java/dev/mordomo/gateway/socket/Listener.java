package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Streams.Entry;
import java.util.Optional;

/**
 * Hears a channel. Called in order, one call at a time, on any thread: it must not wait, and must
 * not call the hub.
 */
public interface Listener {
  /** Whom others see listening; empty: nobody. */
  default Optional<Presence.Member> member() {
    return Optional.empty();
  }

  /** It listens from here on; comes first. */
  void entered(Entry entry);

  /** What happened next. Never empty. */
  void heard(Batch batch);

  /** The stream cannot be followed any more: enter again. Nothing comes after. */
  void lost();

  /** The channel is no more. Nothing comes after. */
  default void ended() {
    lost();
  }
}
