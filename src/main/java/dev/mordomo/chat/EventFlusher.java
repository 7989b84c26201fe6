package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: what all turns of this node have to say goes to PostgreSQL in one statement at a
 * time, at once when idle, else gathered while a flush is under way; to clients after the commit.
 * So the number of commits does not grow with the number of turns. Runs on one event loop.
 */
final class EventFlusher {
  private static final Logger LOG = LoggerFactory.getLogger(EventFlusher.class);
  private static final String FLUSH =
      """
      SELECT channel_id, last_offset, epoch
      FROM flush_events($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6)
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
    Map<UUID, Batch> batches = take(now);
    if (batches.isEmpty()) {
      return;
    }
    flushing = true;
    write(batches, statement(batches));
  }

  private record Batch(TurnStream stream, List<Draft> drafts) {}

  private Map<UUID, Batch> take(long now) {
    List<TurnStream> streams;
    synchronized (dirty) {
      streams = List.copyOf(dirty);
    }
    Map<UUID, Batch> batches = new LinkedHashMap<>();
    long next = Long.MAX_VALUE;
    int count = 0;
    for (TurnStream stream : streams) {
      long due = stream.due(joinNanos);
      if (due != Long.MIN_VALUE && due - now > 0) {
        next = Math.min(next, due - now);
        continue;
      }
      if (count >= MOST) {
        next = 0;
        break;
      }
      synchronized (dirty) {
        dirty.remove(stream);
      }
      List<Draft> drafts = stream.take(now);
      if (!drafts.isEmpty()) {
        count += drafts.size();
        batches.put(stream.conversation, new Batch(stream, drafts));
      }
    }
    if (next != Long.MAX_VALUE) {
      schedule(next);
    }
    return batches;
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

  private Tuple statement(Map<UUID, Batch> batches) {
    List<UUID> channels = new ArrayList<>();
    List<UUID> turns = new ArrayList<>();
    List<Long> fences = new ArrayList<>();
    List<String> types = new ArrayList<>();
    List<String> payloads = new ArrayList<>();
    for (Batch batch : batches.values()) {
      for (Draft draft : batch.drafts()) {
        channels.add(batch.stream().conversation);
        turns.add(batch.stream().turn);
        fences.add(batch.stream().fence);
        types.add(draft.type());
        payloads.add(draft.payload());
      }
    }
    return Tuple.tuple()
        .addArrayOfUUID(channels.toArray(UUID[]::new))
        .addArrayOfUUID(turns.toArray(UUID[]::new))
        .addArrayOfLong(fences.toArray(Long[]::new))
        .addArrayOfString(types.toArray(String[]::new))
        .addArrayOfString(payloads.toArray(String[]::new))
        .addValue(clock.instant().atOffset(ZoneOffset.UTC));
  }

  private void write(Map<UUID, Batch> batches, Tuple parameters) {
    database
        .callSystemAsync(FLUSH, parameters)
        .onSuccess(rows -> committed(batches, rows))
        .onFailure(e -> {
          LOG.warn(
              "{} turns wait for the database: {}; trying again in {} ms",
              batches.size(),
              e.getMessage(),
              RETRY.toMillis());
          vertx.setTimer(RETRY.toMillis(), ignored -> write(batches, parameters));
        });
  }

  private void committed(Map<UUID, Batch> batches, RowSet<Row> rows) {
    flushing = false;
    Map<UUID, Batch> refused = new LinkedHashMap<>(batches);
    for (Row row : rows) {
      Batch batch = refused.remove(row.getUUID(0));
      if (batch != null) {
        Advanced advanced =
            Streams.advanced(
                row.getUUID(0),
                batch.stream().owner,
                row.getString(2),
                row.getLong(1),
                batch.drafts());
        streams.announce(advanced);
        batch.stream().flushed(true);
      }
    }
    refused.values().forEach(batch -> batch.stream().flushed(false));
    flush();
  }
}
