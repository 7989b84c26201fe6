package dev.mordomo.kernel;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Every fact that a live session hears, as rows first: {@code event}, in channels with contiguous
 * offsets. The row is written in the transaction of the change; {@link #announce} comes after the
 * commit.
 */
public final class Streams {
  private static final String APPEND =
      "SELECT append_events($1, $2, $3, $4, $5::text[], $6::text[], $7), stream_epoch()";
  private static final String POSITION =
      "SELECT coalesce((SELECT last_offset FROM channel WHERE id = $1), 0), stream_epoch()";
  private static final String SINCE =
      """
      SELECT "offset", type, payload::text FROM event
      WHERE channel_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3
      """;

  private static final String BEFORE =
      """
      SELECT "offset", type, payload::text FROM event
      WHERE channel_id = $1 AND "offset" < $2 ORDER BY "offset" DESC LIMIT $3
      """;

  private static final String TAIL =
      """
      SELECT s.epoch, e."offset", e.type, e.payload
      FROM (SELECT stream_epoch() AS epoch) s LEFT JOIN LATERAL (
        SELECT "offset", type, payload::text AS payload FROM event
        WHERE channel_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3) e ON true
      ORDER BY e."offset"
      """;
  // What a deleted conversation said is not told any more, though its rows end hours later.
  private static final String VISIBLE =
      """
      SELECT coalesce(c.last_offset, 0), stream_epoch(), c.id IS NOT NULL
      FROM (SELECT) AS one LEFT JOIN channel c ON c.id = $1 AND c.kind = $2
        AND (c.kind = 'user' OR EXISTS (SELECT FROM conversation v WHERE v.id = c.id))
      """;
  private static final String ENDS =
      "SELECT id, last_offset, stream_epoch() FROM channel WHERE id = ANY($1)";

  /** Said after every commit that appended to a channel: live sessions wait for nothing else. */
  public static final Address<Advanced> ADVANCED = new Address<>("stream.advanced", Advanced.class);

  /** A place in a channel's stream. Positions of different epochs cannot be compared. */
  public record Position(String epoch, long offset) {}

  /**
   * @param offset 1, 2, … in its channel
   * @param payload a JSON object with {@code type} and {@code at}
   */
  public record StreamEvent(long offset, String type, String payload) {}

  /**
   * A channel has these new events; the last one's offset is the channel's end.
   *
   * @param owner the user whose channel it is
   */
  public record Advanced(UUID channel, UUID owner, String epoch, List<StreamEvent> events) {
    public Advanced {
      events = List.copyOf(events);
    }
  }

  /** An event to be appended. */
  public record Draft(String type, String payload) {}

  public enum Kind {
    USER,
    CONVERSATION;

    String column() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Database database;
  private final Bus bus;

  public Streams(Database database, Bus bus) {
    this.database = database;
    this.bus = bus;
  }

  /**
   * Appends within the caller's transaction.
   *
   * @return what to {@link #announce} once that has committed
   */
  public static Advanced append(
      SqlClient connection,
      UUID channel,
      Kind kind,
      UUID tenant,
      UUID owner,
      List<Draft> drafts,
      Instant at) {
    String[] types = drafts.stream().map(Draft::type).toArray(String[]::new);
    String[] payloads = drafts.stream().map(Draft::payload).toArray(String[]::new);
    Row row =
        Database.run(
                connection,
                APPEND,
                Tuple.of(channel, kind.column(), tenant, owner)
                    .addArrayOfString(types)
                    .addArrayOfString(payloads)
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    return advanced(channel, owner, row.getString(1), row.getLong(0), drafts);
  }

  /** The fact of events that end at {@code last}. */
  public static Advanced advanced(
      UUID channel, UUID owner, String epoch, long last, List<Draft> drafts) {
    List<StreamEvent> events = new ArrayList<>(drafts.size());
    long offset = last - drafts.size();
    for (Draft draft : drafts) {
      events.add(new StreamEvent(++offset, draft.type(), draft.payload()));
    }
    return new Advanced(channel, owner, epoch, events);
  }

  /** An object's payload for a user's channel: {@code {type, at, NAME: object}}. */
  public static Draft about(String type, Instant at, String name, Object object) {
    var payload = new java.util.LinkedHashMap<String, Object>();
    payload.put("type", type);
    payload.put("at", at);
    payload.put(name, object);
    return new Draft(type, Json.write(payload));
  }

  /** Tells the live sessions of every node. After the commit. */
  public void announce(Advanced advanced) {
    if (!advanced.events().isEmpty()) {
      bus.publish(ADVANCED, advanced);
    }
  }

  /** A channel's end now, within the caller's transaction; offset 0 when nothing was ever said. */
  public static Position position(SqlClient connection, UUID channel) {
    Row row = Database.run(connection, POSITION, Tuple.of(channel)).iterator().next();
    return new Position(row.getString(1), row.getLong(0));
  }

  /**
   * What a client missed, as the scope may see it.
   *
   * @return empty when it cannot be replayed whole: another epoch, a position ahead of the end, or
   *     rows that are gone
   */
  public Optional<Missed> since(Scope scope, UUID channel, Position from, int limit) {
    return database.as(
        scope,
        connection -> {
          Position end = position(connection, channel);
          return missed(end, from, readAfter(connection, channel, from.offset(), limit + 1), limit);
        });
  }

  /**
   * Where a listener begins.
   *
   * @param end the channel's end when it was read
   * @param recovered whether all since the asked position is in {@code events}
   */
  public record Entry(Position end, boolean recovered, List<StreamEvent> events) {
    public Entry {
      events = List.copyOf(events);
    }
  }

  /**
   * A listener's entry into a channel, with what it missed since a position. An empty epoch stands
   * for any.
   *
   * @return empty when there is no such channel for the scope; a user's own is always there
   */
  public Optional<Entry> enter(
      Scope scope, UUID channel, Kind kind, Optional<Position> since, int limit) {
    return database.as(
        scope,
        connection -> {
          Optional<Position> found = end(connection, scope, channel, kind);
          if (found.isEmpty()) {
            return Optional.empty();
          }
          Position end = found.get();
          if (since.isEmpty()) {
            return Optional.of(new Entry(end, false, List.of()));
          }
          Position asked = since.get();
          Position from =
              asked.epoch().isEmpty() ? new Position(end.epoch(), asked.offset()) : asked;
          Optional<Missed> missed =
              from.offset() == end.offset()
                  ? missed(end, from, List.of(), limit)
                  : missed(
                      end, from, readAfter(connection, channel, from.offset(), limit + 1), limit);
          return Optional.of(
              new Entry(end, missed.isPresent(), missed.map(Missed::events).orElse(List.of())));
        });
  }

  /** The channel's end, if the scope may see it. */
  private static Optional<Position> end(
      SqlClient connection, Scope scope, UUID channel, Kind kind) {
    Row row = Database.run(connection, VISIBLE, Tuple.of(channel, kind.column())).iterator().next();
    boolean own = kind == Kind.USER && channel.equals(scope.userId());
    return row.getBoolean(2) || own
        ? Optional.of(new Position(row.getString(1), row.getLong(0)))
        : Optional.empty();
  }

  /** Which way a channel is read. */
  public enum Order {
    OLDEST_FIRST,
    NEWEST_FIRST
  }

  /**
   * The next events that are still there after a position, at most so many; from the beginning
   * without a position. With the newest first, those before the position, or from the end.
   *
   * @return as {@link #enter}; not recovered when the position is of another epoch
   */
  public Optional<Entry> page(
      Scope scope, UUID channel, Kind kind, Optional<Position> since, Order order, int limit) {
    return database.as(
        scope,
        connection ->
            end(connection, scope, channel, kind)
                .map(end -> page(connection, channel, end, since, order, limit)));
  }

  private static Entry page(
      SqlClient connection,
      UUID channel,
      Position end,
      Optional<Position> since,
      Order order,
      int limit) {
    boolean same = since.map(s -> isOf(end, s)).orElse(true);
    if (!same || limit < 1) {
      return new Entry(end, same, List.of());
    }
    Optional<Long> from = since.map(Position::offset);
    return new Entry(
        end,
        true,
        order == Order.NEWEST_FIRST
            ? read(connection, BEFORE, channel, from.orElse(end.offset() + 1), limit)
            : readAfter(connection, channel, from.orElse(0L), limit));
  }

  private static boolean isOf(Position end, Position since) {
    return since.epoch().isEmpty() || since.epoch().equals(end.epoch());
  }

  /** The ends of many channels, across tenants. A channel that never said anything is left out. */
  public Map<UUID, Position> ends(Collection<UUID> channels) {
    Map<UUID, Position> ends = new HashMap<>();
    Tuple ids = Tuple.tuple().addArrayOfUUID(channels.toArray(UUID[]::new));
    for (Row row : database.callSystem(ENDS, ids)) {
      ends.put(row.getUUID(0), new Position(row.getString(2), row.getLong(1)));
    }
    return ends;
  }

  /**
   * Rows of a channel, with the epoch that they are of: both are read at one moment, so that rows
   * of a new epoch are never taken for those of an old one.
   */
  public record Tail(String epoch, List<StreamEvent> events) {
    public Tail {
      events = List.copyOf(events);
    }
  }

  /** The rows after an offset, for a node that heard a gap; across tenants. */
  public Tail tail(UUID channel, long offset, int limit) {
    String epoch = "";
    List<StreamEvent> events = new ArrayList<>();
    for (Row row : database.callSystem(TAIL, Tuple.of(channel, offset, limit))) {
      epoch = row.getString(0);
      if (row.getLong(1) != null) {
        events.add(new StreamEvent(row.getLong(1), row.getString(2), row.getString(3)));
      }
    }
    return new Tail(epoch, events);
  }

  /** The rows of a {@link #tail}. */
  public List<StreamEvent> after(UUID channel, long offset, int limit) {
    return tail(channel, offset, limit).events();
  }

  /** The end of a channel, across tenants. */
  public Position end(UUID channel) {
    Row row = database.callSystem(POSITION, Tuple.of(channel)).iterator().next();
    return new Position(row.getString(1), row.getLong(0));
  }

  /**
   * @param end the channel's end when it was read
   */
  public record Missed(Position end, List<StreamEvent> events) {
    public Missed {
      events = List.copyOf(events);
    }
  }

  /** Recovery as a pure function: rows read after {@code from}, whole and contiguous or nothing. */
  public static Optional<Missed> missed(
      Position end, Position from, List<StreamEvent> rows, int limit) {
    if (!end.epoch().equals(from.epoch()) || from.offset() > end.offset() || from.offset() < 0) {
      return Optional.empty();
    }
    // Rows that were committed between the two reads belong to the next push, not to the replay.
    List<StreamEvent> events = rows.stream().filter(e -> e.offset() <= end.offset()).toList();
    if (events.size() != end.offset() - from.offset() || events.size() > limit) {
      return Optional.empty();
    }
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).offset() != from.offset() + 1 + i) {
        return Optional.empty();
      }
    }
    return Optional.of(new Missed(end, events));
  }

  private static List<StreamEvent> readAfter(
      SqlClient connection, UUID channel, long offset, int limit) {
    return read(connection, SINCE, channel, offset, limit);
  }

  private static List<StreamEvent> read(
      SqlClient connection, String sql, UUID channel, long offset, int limit) {
    List<StreamEvent> events = new ArrayList<>();
    for (Row row : Database.run(connection, sql, Tuple.of(channel, offset, limit))) {
      events.add(new StreamEvent(row.getLong(0), row.getString(1), row.getString(2)));
    }
    return events;
  }
}
