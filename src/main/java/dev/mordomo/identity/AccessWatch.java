package dev.mordomo.identity;

import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells this node who is out, from the bus as soon as it is said there, and from PostgreSQL a few
 * times within {@code identity.status_check}, whatever became of the message.
 */
final class AccessWatch {
  private final AccessChangeStore store;
  private final List<Consumer<IdentityEvent>> listeners = new CopyOnWriteArrayList<>();
  private Set<Long> told = Set.of();
  private @Nullable OffsetDateTime lastLook;

  AccessWatch(AccessChangeStore store) {
    this.store = store;
  }

  void follow(Consumer<IdentityEvent> listener) {
    listeners.add(listener);
  }

  /** Tells everybody on this node. */
  void tell(IdentityEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }

  /**
   * Reads what was changed since the last look that succeeded, and tells it, each change once.
   *
   * @return how many were new
   */
  synchronized int look() {
    AccessChangeStore.Look look = store.since(lastLook);
    Set<Long> seen = new HashSet<>();
    int news = 0;
    for (AccessChangeStore.Change change : look.changes()) {
      seen.add(change.id());
      if (!told.contains(change.id())) {
        news++;
        tell(change.event());
      }
    }
    // What is not among the last ones any more is not read again either.
    told = seen;
    lastLook = look.readAt();
    return news;
  }

  void purge() {
    store.purge();
  }
}
