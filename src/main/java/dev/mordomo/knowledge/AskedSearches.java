package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.knowledge.AskedSearchStore.Asked;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches on their way into what was asked. The first is written at once; those that come within
 * {@link #GATHER} after it go together, so that the cost of a record falls as searches come faster,
 * and no search waits for it. Only while records cannot be written, or {@link #MOST} wait, does a
 * search wait for its own, and fails with it. Thread-safe.
 */
final class AskedSearches {
  /** How long a search that was answered may be unwritten, when the database does its work. */
  static final Duration GATHER = Duration.ofMillis(50);

  static final int MOST = 2_000;
  private static final int AT_ONCE = 500;
  private static final Logger LOG = LoggerFactory.getLogger(AskedSearches.class);

  /** One that waits; its search waits for it where {@code isAwaited}. */
  private record Entry(Asked asked, Promise<Void> written, boolean isAwaited) {
    Entry nameless() {
      return new Entry(asked.nameless(), written, isAwaited);
    }
  }

  private final Function<List<Asked>, Future<Void>> store;
  private final LongSupplier nanos;
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private Future<Void> writing = Future.succeededFuture();
  private long lastBegan;
  private boolean isFailing;

  /**
   * @param store writes all of them or none
   * @param nanos of a clock that only goes forward
   */
  AskedSearches(Function<List<Asked>, Future<Void>> store, LongSupplier nanos) {
    this.store = store;
    this.nanos = nanos;
    this.lastBegan = nanos.getAsLong() - GATHER.toNanos();
  }

  /**
   * Takes it; waits until it is written only where that is in doubt.
   *
   * @throws Failure when it cannot be written
   */
  void add(Asked asked) {
    Entry entry;
    synchronized (this) {
      entry = new Entry(asked, Promise.promise(), isFailing || waiting.size() >= MOST);
      waiting.add(entry);
      if (entry.isAwaited() || nanos.getAsLong() - lastBegan >= GATHER.toNanos()) {
        write();
      }
    }
    if (entry.isAwaited()) {
      Database.await(entry.written().future());
    }
  }

  /** Writes what waits; called every {@link #GATHER}. */
  synchronized void write() {
    if (!writing.isComplete() || waiting.isEmpty()) {
      return;
    }
    lastBegan = nanos.getAsLong();
    List<Entry> group = new ArrayList<>();
    while (group.size() < AT_ONCE && !waiting.isEmpty()) {
      group.add(waiting.removeFirst());
    }
    Promise<Void> over = Promise.promise();
    writing = over.future();
    add(group).onComplete(reply -> written(group, reply, over));
  }

  private Future<Void> add(List<Entry> group) {
    return Future.succeededFuture()
        .compose(ignored -> store.apply(group.stream().map(Entry::asked).toList()));
  }

  private void written(List<Entry> group, AsyncResult<Void> reply, Promise<Void> over) {
    if (reply.succeeded()) {
      finished(group, over);
    } else if (isUnavailable(reply.cause())) {
      failed(group, reply.cause(), over);
    } else {
      // None is lost for what another brought.
      Future.all(group.stream().map(this::alone).toList())
          .onComplete(ignored -> finished(group, over));
    }
  }

  private Future<Void> alone(Entry entry) {
    return add(List.of(entry))
        .recover(e -> {
          LOG.error("the search {} is not among what was asked", entry.asked().search(), e);
          entry.written().tryFail(e);
          return Future.succeededFuture();
        });
  }

  private synchronized void finished(List<Entry> group, Promise<Void> over) {
    group.forEach(entry -> entry.written().tryComplete());
    isFailing = false;
    over.complete();
    boolean isUrgent = waiting.stream().anyMatch(Entry::isAwaited);
    if (isUrgent) {
      write();
    }
  }

  /** What was answered is kept for the next time; what was not, is not going to be. */
  private synchronized void failed(List<Entry> group, Throwable cause, Promise<Void> over) {
    if (!isFailing) {
      LOG.warn("what was searched is written down later: {}", cause.getMessage());
    }
    isFailing = true;
    List<Entry> all = new ArrayList<>(group);
    all.addAll(waiting);
    waiting.clear();
    for (Entry entry : all) {
      if (entry.isAwaited()) {
        entry.written().fail(cause);
      } else {
        waiting.add(entry);
      }
    }
    over.complete();
  }

  /** What waits of a user, or of a tenant, goes without words and address. */
  synchronized void forget(UUID subject) {
    List<Entry> all = List.copyOf(waiting);
    waiting.clear();
    for (Entry entry : all) {
      boolean isTheirs =
          entry.asked().who().userId().equals(subject)
              || entry.asked().who().tenantId().equals(subject);
      waiting.add(isTheirs ? entry.nameless() : entry);
    }
  }

  /** When nothing more comes: done when all is written, or it is told how much cannot be. */
  Future<Void> drain() {
    synchronized (this) {
      write();
      if (writing.isComplete()) {
        return Future.succeededFuture();
      }
      return writing.compose(ignored -> isFailing() ? lost() : drain());
    }
  }

  private synchronized boolean isFailing() {
    return isFailing;
  }

  private synchronized Future<Void> lost() {
    LOG.error(
        "the server stops without the record of {} searches: {}",
        waiting.size(),
        waiting.stream().map(entry -> entry.asked().search()).toList());
    return Future.succeededFuture();
  }

  private static boolean isUnavailable(Throwable e) {
    return e instanceof Failure failure && failure.code() == FailureCode.UNAVAILABLE;
  }
}
