package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells users {@code conversation.updated} of what turns have left behind: what gathers within
 * {@link #GATHER} goes in one statement, one at a time, so that neither a turn nor its end waits
 * for it. Told until the database takes it; a node that dies may leave the last of it untold. Runs
 * on one event loop.
 */
final class ConversationNews {
  private static final Logger LOG = LoggerFactory.getLogger(ConversationNews.class);
  private static final String TELL =
      "SELECT user_id, last_offset, epoch, payload FROM tell_conversations($1, $2)";
  static final Duration GATHER = Duration.ofMillis(250);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int MOST = 200;

  private final Vertx vertx;
  private final Context context;
  private final Database database;
  private final Streams streams;
  private final InstantSource clock;
  private final Set<UUID> changed = new LinkedHashSet<>();

  /** Of what was refused when it was told together. */
  private final Deque<List<UUID>> halves = new ArrayDeque<>();

  private boolean telling;
  private Promise<Void> allTold = Promise.promise();

  ConversationNews(Vertx vertx, Database database, Streams streams, InstantSource clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.database = database;
    this.streams = streams;
    this.clock = clock;
    allTold.complete();
  }

  /** What is stored of the conversation is other than what its user was told last. */
  void changed(UUID conversation) {
    synchronized (this) {
      changed.add(conversation);
      if (telling) {
        return;
      }
      telling = true;
      allTold = Promise.promise();
    }
    after(GATHER);
  }

  /** Completed when all is told that has changed until now. */
  synchronized Future<Void> told() {
    return allTold.future();
  }

  private void after(Duration wait) {
    context.runOnContext(in -> vertx.setTimer(wait.toMillis(), ignored -> tell()));
  }

  private void tell() {
    List<UUID> next = take();
    made(next)
        .onComplete(reply -> {
          Duration wait = GATHER;
          try {
            wait = made(next, reply);
          } finally {
            // Whatever went wrong with these: others come after them.
            if (isLeft()) {
              after(wait);
            }
          }
        });
  }

  /**
   * @return how long what is left waits
   */
  private Duration made(List<UUID> conversations, AsyncResult<RowSet<Row>> reply) {
    if (reply.succeeded()) {
      reply.result().forEach(this::announce);
    } else if (reply.cause() instanceof Failure failure
        && failure.code() == FailureCode.UNAVAILABLE) {
      LOG.warn("news of {} conversations wait: {}", conversations.size(), failure.detail());
      putBack(conversations);
      return RETRY;
    } else if (conversations.size() > 1) {
      LOG.warn(
          "news of {} conversations are not told together: {}",
          conversations.size(),
          reply.cause().getMessage());
      halve(conversations);
    } else {
      LOG.error("news of conversation {} are not told", conversations.getFirst(), reply.cause());
    }
    return GATHER;
  }

  private Future<RowSet<Row>> made(List<UUID> conversations) {
    try {
      return database.callSystemAsync(
          TELL,
          Tuple.tuple()
              .addArrayOfUUID(conversations.toArray(UUID[]::new))
              .addValue(clock.instant().atOffset(ZoneOffset.UTC)));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void announce(Row row) {
    UUID user = row.getUUID(0);
    Draft event = new Draft("conversation.updated", row.getString(3));
    streams.announce(
        Streams.advanced(user, user, row.getString(2), row.getLong(1), List.of(event)));
  }

  private synchronized List<UUID> take() {
    if (!halves.isEmpty()) {
      return halves.removeFirst();
    }
    List<UUID> next = new ArrayList<>();
    Iterator<UUID> each = changed.iterator();
    while (each.hasNext() && next.size() < MOST) {
      next.add(each.next());
      each.remove();
    }
    return next;
  }

  private synchronized void putBack(List<UUID> conversations) {
    changed.addAll(conversations);
  }

  /** One of them is refused: the others are told without it. */
  private synchronized void halve(List<UUID> conversations) {
    int middle = conversations.size() / 2;
    halves.addFirst(conversations.subList(middle, conversations.size()));
    halves.addFirst(conversations.subList(0, middle));
  }

  /** Whether more is to be told; when not, the next change begins anew. */
  private synchronized boolean isLeft() {
    telling = !changed.isEmpty() || !halves.isEmpty();
    if (!telling) {
      allTold.complete();
    }
    return telling;
  }
}
