package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import java.time.Duration;
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
  /** How often within identity.status_check it is asked who is out. */
  private static final int LOOKS = 3;

  private static final Duration LEAST = Duration.ofSeconds(1);

  /**
   * For the look after one without an answer: a connection that is stuck holds up one look, and a
   * database that is slow is late rather than never heard.
   */
  private static final Duration PATIENT = Duration.ofSeconds(30);

  private final AccessChangeStore store;
  private final Duration statusCheck;
  private final List<Consumer<IdentityEvent>> listeners = new CopyOnWriteArrayList<>();
  private Set<Long> told = Set.of();
  private @Nullable OffsetDateTime lastLook;
  private boolean unanswered;

  /**
   * @param statusCheck how late somebody may be out
   */
  AccessWatch(AccessChangeStore store, Duration statusCheck) {
    this.store = store;
    this.statusCheck = statusCheck;
  }

  /** From the end of one look to the next. */
  Duration pause() {
    return Duration.ofMillis(Math.max(1, statusCheck.toMillis() / LOOKS));
  }

  /**
   * How long a look waits for its answer: what was changed right after one has read is told by the
   * next, at the latest after this, the pause, and this once more.
   */
  Duration bound() {
    return pause().compareTo(LEAST) < 0 ? LEAST : pause();
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
   * @throws Failure {@code unavailable} without an answer: to be asked again
   */
  synchronized int look() {
    Duration within = unanswered ? PATIENT : bound();
    unanswered = true;
    AccessChangeStore.Look look = store.since(lastLook, within);
    unanswered = false;
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
