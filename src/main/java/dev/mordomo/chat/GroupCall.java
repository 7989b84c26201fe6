package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit for calls that have an answer each: one is made at once when none is under way; what
 * comes meanwhile goes together in the next. So the number of commits does not grow with the number
 * of calls.
 *
 * <p>Of calls with a key in common one is under way at a time, in the order in which they came. One
 * that found what it needs held by somebody else is made again alone, and waits there: no other
 * waits with it. A group that is refused as a whole is made again one by one, so that none fails
 * for what another brought. When the database is not available, all of the group fail, and whether
 * they were done is unknown. Thread-safe.
 */
final class GroupCall<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCall.class);
  static final int MOST = 32;

  /** How often one is made alone: each time it waits for whom it met before. */
  private static final int TRIES = 5;

  /** What became of one call. */
  sealed interface Outcome<O> {
    record Done<O>(O answer) implements Outcome<O> {}

    /** For a reason of its own. */
    record Refused<O>(Failure failure) implements Outcome<O> {}

    /** Nothing was done, since somebody else holds what it needs. */
    record Busy<O>() implements Outcome<O> {}
  }

  /** How calls are made. */
  interface Work<I, O> {
    /**
     * @param patient waits for what somebody else holds
     * @return what became of each, in their order
     */
    Future<List<Outcome<O>>> make(List<I> items, boolean patient);
  }

  private record Entry<I, O>(I item, Set<Object> keys, Promise<O> answer) {}

  private final Context context;
  private final String what;
  private final Function<I, Set<Object>> keys;
  private final Work<I, O> work;

  private final Deque<Entry<I, O>> waiting = new ArrayDeque<>();

  /** Of the calls under way, in the group or alone. */
  private final Set<Object> held = new HashSet<>();

  private boolean grouped;

  /**
   * @param what the calls' name in logs, in the plural
   * @param keys what no two calls may have in common at once; a call has at least one
   */
  GroupCall(Vertx vertx, String what, Function<I, Set<Object>> keys, Work<I, O> work) {
    this.context = vertx.getOrCreateContext();
    this.what = what;
    this.keys = keys;
    this.work = work;
  }

  /** Fails with a {@link Failure}. */
  Future<O> call(I item) {
    Entry<I, O> entry = new Entry<>(item, Set.copyOf(keys.apply(item)), Promise.promise());
    synchronized (this) {
      waiting.add(entry);
    }
    context.runOnContext(ignored -> next());
    return entry.answer().future();
  }

  private void next() {
    List<Entry<I, O>> group = take();
    if (!group.isEmpty()) {
      make(group, false)
          .onComplete(reply -> {
            try {
              settle(group, reply);
            } finally {
              // Whatever it meets, those that wait are not kept waiting for ever.
              synchronized (this) {
                grouped = false;
              }
              next();
            }
          });
    }
  }

  /** The next group; empty while one is under way. */
  private synchronized List<Entry<I, O>> take() {
    List<Entry<I, O>> group = new ArrayList<>();
    if (grouped) {
      return group;
    }
    Set<Object> passed = new HashSet<>(held);
    Iterator<Entry<I, O>> each = waiting.iterator();
    while (each.hasNext() && group.size() < MOST) {
      Entry<I, O> entry = each.next();
      if (Collections.disjoint(passed, entry.keys())) {
        each.remove();
        held.addAll(entry.keys());
        group.add(entry);
      }
      // Nobody overtakes one with the same key.
      passed.addAll(entry.keys());
    }
    grouped = !group.isEmpty();
    return group;
  }

  private Future<List<Outcome<O>>> make(List<Entry<I, O>> group, boolean patient) {
    try {
      return work.make(group.stream().map(Entry::item).toList(), patient);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void settle(List<Entry<I, O>> group, AsyncResult<List<Outcome<O>>> reply) {
    if (reply.succeeded()) {
      for (int i = 0; i < group.size(); i++) {
        Entry<I, O> entry = group.get(i);
        switch (reply.result().get(i)) {
          case Outcome.Done<O>(O answer) -> finish(entry, Future.succeededFuture(answer));
          case Outcome.Refused<O>(Failure failure) -> finish(entry, Future.failedFuture(failure));
          case Outcome.Busy<O>() -> alone(entry, 1);
        }
      }
    } else if (group.size() == 1 || isUnavailable(reply.cause())) {
      group.forEach(entry -> finish(entry, Future.failedFuture(reply.cause())));
    } else {
      LOG.error(
          "{} {} were refused together; each is tried alone", group.size(), what, reply.cause());
      group.forEach(entry -> alone(entry, 1));
    }
  }

  private void alone(Entry<I, O> entry, int tried) {
    make(List.of(entry), true)
        .onComplete(reply -> {
          if (reply.failed()) {
            finish(entry, Future.failedFuture(reply.cause()));
            return;
          }
          switch (reply.result().getFirst()) {
            case Outcome.Done<O>(O answer) -> finish(entry, Future.succeededFuture(answer));
            case Outcome.Refused<O>(Failure failure) -> finish(entry, Future.failedFuture(failure));
            case Outcome.Busy<O>() -> {
              if (tried < TRIES) {
                alone(entry, tried + 1);
              } else {
                finish(
                    entry,
                    Future.failedFuture(
                        Failure.of(FailureCode.UNAVAILABLE, "others are at the same; try again")));
              }
            }
          }
        });
  }

  private void finish(Entry<I, O> entry, Future<O> outcome) {
    synchronized (this) {
      held.removeAll(entry.keys());
    }
    outcome.onComplete(entry.answer());
    context.runOnContext(ignored -> next());
  }

  private static boolean isUnavailable(Throwable e) {
    return e instanceof Failure failure && failure.code() == FailureCode.UNAVAILABLE;
  }

  /**
   * Reads the answer of a function of {@code V080__turns_together.sql}: the first column is the
   * call's number from 1, the second why it was refused, the third what is to be said then.
   */
  static List<Outcome<Row>> outcomes(int calls, RowSet<Row> rows) {
    List<Optional<Outcome<Row>>> found =
        new ArrayList<>(Collections.nCopies(calls, Optional.empty()));
    for (Row row : rows) {
      found.set(row.getInteger(0) - 1, Optional.of(outcome(row)));
    }
    return found.stream().map(Optional::orElseThrow).toList();
  }

  private static Outcome<Row> outcome(Row row) {
    @Nullable String refusal = row.getString(1);
    if (refusal == null) {
      return new Outcome.Done<>(row);
    }
    return refusal.equals("busy")
        ? new Outcome.Busy<>()
        : new Outcome.Refused<>(Database.refused(refusal, row.getString(2)));
  }
}
