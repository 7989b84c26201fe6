package dev.mordomo.chat;

import dev.mordomo.chat.TurnStream.Flight;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.core.Context;
import io.vertx.core.Future;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: what all turns of this node have to say goes to PostgreSQL in one statement at a
 * time, at once when idle, else gathered while a flush is under way; to clients after the commit.
 * So the number of commits does not grow with the number of turns. Runs on one event loop.
 *
 * <p>One that fails is sent again until the database is back: events are numbered, so that those
 * that had been committed before the answer was lost are not written twice. Meanwhile turns wait in
 * memory, for as long as {@link TurnStream} lets them.
 */
final class EventFlusher {
  private static final Logger LOG = LoggerFactory.getLogger(EventFlusher.class);
  private static final String FLUSH =
      """
      SELECT channel_id, last_offset, flushed, epoch
      FROM flush_events($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7)
      """;
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final int MOST = 2000;

  private final Vertx vertx;
  private final Context context;
  private final Database database;
  private final Streams streams;
  private final InstantSource clock;
  private final long joinNanos;
  private final Set<TurnStream> dirty = new LinkedHashSet<>();
  private boolean flushing;
  private boolean scheduled;

  EventFlusher(
      Vertx vertx, Database database, Streams streams, InstantSource clock, Duration join) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.database = database;
    this.streams = streams;
    this.clock = clock;
    this.joinNanos = join.toNanos();
  }

  /** The stream has something to say. */
  void wake(TurnStream stream) {
    boolean now;
    synchronized (dirty) {
      now = dirty.add(stream);
    }
    if (now) {
      context.runOnContext(ignored -> flush());
    }
  }

  private void flush() {
    if (flushing) {
      return;
    }
    long now = System.nanoTime();
    Map<UUID, Flight> flights = take(now);
    if (flights.isEmpty()) {
      return;
    }
    flushing = true;
    write(new ArrayDeque<>(List.of(flights)));
  }

  private Map<UUID, Flight> take(long now) {
    List<TurnStream> streams;
    synchronized (dirty) {
      streams = List.copyOf(dirty);
    }
    Map<UUID, Flight> flights = new LinkedHashMap<>();
    long next = Long.MAX_VALUE;
    int count = 0;
    for (TurnStream stream : streams) {
      long due = stream.due(joinNanos);
      if (due != Long.MIN_VALUE && due - now > 0) {
        next = Math.min(next, due - now);
        continue;
      }
      if (count >= MOST || flights.containsKey(stream.conversation)) {
        next = 0;
        continue;
      }
      synchronized (dirty) {
        dirty.remove(stream);
      }
      Optional<Flight> flight = stream.take(now);
      if (flight.isPresent()) {
        count += flight.get().drafts().size();
        flights.put(stream.conversation, flight.get());
      }
    }
    if (next != Long.MAX_VALUE) {
      schedule(next);
    }
    return flights;
  }

  private void schedule(long nanos) {
    if (!scheduled) {
      scheduled = true;
      vertx.setTimer(
          Math.max(1, nanos / 1_000_000),
          ignored -> {
            scheduled = false;
            flush();
          });
    }
  }

  private Tuple statement(Map<UUID, Flight> flights) {
    List<UUID> channels = new ArrayList<>();
    List<UUID> turns = new ArrayList<>();
    List<Long> fences = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    List<String> types = new ArrayList<>();
    List<String> payloads = new ArrayList<>();
    for (Flight flight : flights.values()) {
      long number = flight.first();
      for (Draft draft : flight.drafts()) {
        channels.add(flight.stream().conversation);
        turns.add(flight.stream().turn);
        fences.add(flight.stream().fence);
        numbers.add(number++);
        types.add(draft.type());
        payloads.add(draft.payload());
      }
    }
    return Tuple.tuple()
        .addArrayOfUUID(channels.toArray(UUID[]::new))
        .addArrayOfUUID(turns.toArray(UUID[]::new))
        .addArrayOfLong(fences.toArray(Long[]::new))
        .addArrayOfLong(numbers.toArray(Long[]::new))
        .addArrayOfString(types.toArray(String[]::new))
        .addArrayOfString(payloads.toArray(String[]::new))
        .addValue(clock.instant().atOffset(ZoneOffset.UTC));
  }

  /** Writes one group after the other, all of them; then what has gathered meanwhile. */
  private void write(Deque<Map<UUID, Flight>> groups) {
    Map<UUID, Flight> group = groups.poll();
    if (group == null) {
      flushing = false;
      flush();
      return;
    }
    made(group)
        .onSuccess(rows -> {
          settle(group, rows);
          write(groups);
        })
        .onFailure(e -> failed(groups, group, e));
  }

  private Future<RowSet<Row>> made(Map<UUID, Flight> group) {
    try {
      return database.callSystemAsync(FLUSH, statement(group));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void failed(Deque<Map<UUID, Flight>> groups, Map<UUID, Flight> group, Throwable e) {
    if (e instanceof Failure failure && failure.code() == FailureCode.UNAVAILABLE) {
      LOG.warn(
          "{} turns wait for the database: {}; trying again in {} ms",
          group.size(),
          failure.detail(),
          RETRY.toMillis());
      groups.addFirst(group);
      vertx.setTimer(RETRY.toMillis(), ignored -> write(groups));
    } else if (group.size() > 1) {
      LOG.error("what {} turns said was refused; each is tried alone", group.size(), e);
      group.forEach((conversation, flight) -> groups.addFirst(Map.of(conversation, flight)));
      write(groups);
    } else {
      Flight alone = group.values().iterator().next();
      LOG.error("what turn {} said cannot be stored; it ends", alone.stream().turn, e);
      alone.stream().refused();
      write(groups);
    }
  }

  private void settle(Map<UUID, Flight> group, RowSet<Row> rows) {
    Map<UUID, Flight> refused = new LinkedHashMap<>(group);
    for (Row row : rows) {
      Flight flight = refused.remove(row.getUUID(0));
      if (flight != null) {
        try {
          landed(flight, row.getLong(1), row.getLong(2), row.getString(3));
        } catch (RuntimeException e) {
          LOG.error("what turn {} said is stored and cannot be told", flight.stream().turn, e);
          flight.stream().refused();
        }
      }
    }
    refused.values().forEach(flight -> flight.stream().refused());
  }

  private void landed(Flight flight, long lastOffset, long count, String epoch) {
    TurnStream stream = flight.stream();
    if (count == flight.end()) {
      streams.announce(
          Streams.advanced(stream.conversation, stream.owner, epoch, lastOffset, flight.drafts()));
    } else {
      LOG.warn(
          "PostgreSQL has lost what turn {} said after its event {}; it is said again",
          stream.turn,
          count);
    }
    stream.flushed(count);
  }
}
