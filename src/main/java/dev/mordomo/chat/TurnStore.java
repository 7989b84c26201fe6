package dev.mordomo.chat;

import dev.mordomo.chat.Turn.Problem;
import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns in PostgreSQL, between their beginning and their end; see V003__turns.sql and
 * V020__delivery.sql.
 */
final class TurnStore {
  private static final String RENEW = "SELECT renew_node($1, make_interval(secs => $2))";
  private static final String REAP =
      "SELECT channel_id, user_id, last_offset, epoch, type, payload, conversation_tenant, more"
          + " FROM reap_turns($1, $2, $3)";
  private static final String ADOPT =
      """
      SELECT turn_id, message_id, conversation_id, tenant_id, user_id, role, client_message_id, content,
        wanted, model, collections
      FROM adopt_turns($1, $2, $3, $4)
      """;
  private static final String RELEASE =
      """
      UPDATE turn SET node_id = '00000000-0000-0000-0000-000000000000'
      WHERE id = ANY($1) AND node_id = $2 AND status = 'queued'
      """;
  private static final String OF_NODE =
      "SELECT id FROM turn WHERE node_id = $1 AND status IN ('queued', 'retrieving', 'running')";
  private static final String WAITING =
      "SELECT id FROM turn WHERE id = ANY($1) AND node_id = $2 AND status = 'queued'";
  private static final String LEAVE = "DELETE FROM node WHERE id = $1";
  private static final String COLUMNS =
      """
      id, conversation_id, status, client_message_id, user_message_id, error_code, error_detail,
      retryable, created_at, started_at, ended_at
      """;
  private static final String FIND = "SELECT " + COLUMNS + " FROM turn WHERE id = $1";
  private static final String FIND_BY_CLIENT_MESSAGE =
      "SELECT " + COLUMNS + " FROM turn WHERE user_id = $1 AND client_message_id = $2";
  // The event has the time of its turn, which finds its partition.
  private static final String BEGINNING =
      """
      SELECT e."offset", stream_epoch() FROM turn t JOIN event e
        ON e.channel_id = t.conversation_id AND e.created_at = t.created_at AND e.type = 'turn.started'
      WHERE t.id = $1 AND e.payload->>'turn_id' = t.id::text
      """;
  private static final String WANTED = "SELECT request::text FROM turn WHERE id = $1";
  private static final String LATEST =
      "SELECT "
          + COLUMNS
          + """
          FROM turn WHERE conversation_id = $1 AND user_message_id = $2 ORDER BY id DESC LIMIT 1
          """;
  private static final String RUNNING =
      """
      SELECT id FROM turn WHERE conversation_id = $1 AND status IN ('retrieving', 'running')
      ORDER BY id LIMIT 1
      """;

  record Reaped(
      UUID conversation, UUID user, UUID tenant, Position position, Draft event, boolean more) {}

  /**
   * A turn that waits, taken up by this node.
   *
   * @param model the conversation's, as are the collections
   */
  record Adopted(
      UUID turn,
      UUID message,
      UUID conversation,
      Scope scope,
      String clientMessageId,
      String content,
      Wanted wanted,
      Optional<String> model,
      Optional<List<UUID>> collections) {}

  private final Database database;

  TurnStore(Database database) {
    this.database = database;
  }

  /** What was asked beside the words, kept with the turn. */
  record Wanted(
      Optional<String> model,
      Optional<List<UUID>> collections,
      boolean speech,
      Optional<Directions> directions,
      Optional<Caller> caller) {
    Wanted(TurnRequest request) {
      this(
          request.model(),
          request.collections(),
          request.speech(),
          Optional.of(request.directions()).filter(wanted -> !wanted.equals(Directions.NONE)),
          Caller.current());
    }
  }

  /** What was asked of a turn beside its words. */
  Optional<Wanted> wanted(Scope scope, UUID turn) {
    return database.as(
        scope,
        connection -> {
          var rows = Database.run(connection, WANTED, Tuple.of(turn)).iterator();
          return rows.hasNext()
              ? Optional.of(Json.read(rows.next().getString(0), Wanted.class))
              : Optional.empty();
        });
  }

  /** The latest turn over the same words. */
  Turn latest(Scope scope, Turn turn) {
    return database
        .as(
            scope,
            connection ->
                one(
                    Database.run(
                            connection, LATEST, Tuple.of(turn.conversationId(), turn.messageId()))
                        .iterator()))
        .orElse(turn);
  }

  void renew(UUID node, Duration lease) {
    database.callSystem(RENEW, Tuple.of(node, lease.toMillis() / 1000.0));
  }

  /** The turns that are this node's, as the database has it. */
  Set<UUID> ofNode(UUID node) {
    Set<UUID> turns = new HashSet<>();
    database.callSystem(OF_NODE, Tuple.of(node)).forEach(row -> turns.add(row.getUUID(0)));
    return turns;
  }

  /**
   * Takes up turns that wait and that nobody holds.
   *
   * @param lost that are this node's, and that it does not know of
   * @param others also those of nodes that are gone
   */
  List<Adopted> adopt(UUID node, Collection<UUID> lost, boolean others, int most) {
    List<Adopted> adopted = new ArrayList<>();
    Tuple parameters =
        Tuple.tuple()
            .addUUID(node)
            .addArrayOfUUID(lost.toArray(UUID[]::new))
            .addBoolean(others)
            .addInteger(most);
    for (Row row : database.callSystem(ADOPT, parameters)) {
      UUID[] collections = row.getArrayOfUUIDs(10);
      adopted.add(
          new Adopted(
              row.getUUID(0),
              row.getUUID(1),
              row.getUUID(2),
              new Scope(row.getUUID(3), row.getUUID(4), row.getString(5)),
              row.getString(6),
              row.getString(7),
              Json.read(row.getString(8), Wanted.class),
              Optional.ofNullable(row.getString(9)),
              collections == null ? Optional.empty() : Optional.of(List.of(collections))));
    }
    return adopted;
  }

  /** Those of these turns that still wait for this node. */
  Set<UUID> waiting(UUID node, Collection<UUID> turns) {
    Set<UUID> waiting = new HashSet<>();
    Tuple parameters = Tuple.tuple().addArrayOfUUID(turns.toArray(UUID[]::new)).addUUID(node);
    database.callSystem(WAITING, parameters).forEach(row -> waiting.add(row.getUUID(0)));
    return waiting;
  }

  /** Gives up turns that wait, for any node to take. */
  void release(UUID node, Collection<UUID> turns) {
    database.callSystem(
        RELEASE, Tuple.tuple().addArrayOfUUID(turns.toArray(UUID[]::new)).addUUID(node));
  }

  /** The node stops: what it may still hold is for others to take at once. */
  void leave(UUID node) {
    database.callSystem(LEAVE, Tuple.of(node));
  }

  /**
   * Ends the turns of nodes that are gone, and those that this node has lost.
   *
   * @param lost that are this node's, and that it does not know of
   */
  List<Reaped> reap(UUID node, Collection<UUID> lost, int most) {
    List<Reaped> reaped = new ArrayList<>();
    Tuple parameters =
        Tuple.tuple().addUUID(node).addArrayOfUUID(lost.toArray(UUID[]::new)).addInteger(most);
    for (Row row : database.callSystem(REAP, parameters)) {
      reaped.add(
          new Reaped(
              row.getUUID(0),
              row.getUUID(1),
              row.getUUID(6),
              new Position(row.getString(3), row.getLong(2)),
              new Draft(row.getString(4), row.getString(5)),
              row.getBoolean(7)));
    }
    return reaped;
  }

  Optional<Turn> find(Scope scope, UUID turn) {
    return database.as(
        scope, connection -> one(Database.run(connection, FIND, Tuple.of(turn)).iterator()));
  }

  Optional<Turn> findByClientMessage(Scope scope, String clientMessageId) {
    return database.as(
        scope,
        connection ->
            one(
                Database.run(
                        connection,
                        FIND_BY_CLIENT_MESSAGE,
                        Tuple.of(scope.userId(), clientMessageId))
                    .iterator()));
  }

  /** The place before its first event; empty when that is not kept any more. */
  Optional<Position> beginning(Scope scope, UUID turn) {
    return database.as(
        scope,
        connection -> {
          var rows = Database.run(connection, BEGINNING, Tuple.of(turn)).iterator();
          if (!rows.hasNext()) {
            return Optional.empty();
          }
          Row row = rows.next();
          return Optional.of(new Position(row.getString(1), row.getLong(0) - 1));
        });
  }

  Optional<UUID> running(Scope scope, UUID conversation) {
    return database.as(
        scope,
        connection -> {
          var rows = Database.run(connection, RUNNING, Tuple.of(conversation)).iterator();
          return rows.hasNext() ? Optional.of(rows.next().getUUID(0)) : Optional.empty();
        });
  }

  private static Optional<Turn> one(java.util.Iterator<Row> rows) {
    return rows.hasNext() ? Optional.of(turn(rows.next())) : Optional.empty();
  }

  private static Turn turn(Row row) {
    String code = row.getString(5);
    return new Turn(
        row.getUUID(0),
        row.getUUID(1),
        TurnStatus.of(row.getString(2)),
        row.getString(3),
        row.getUUID(4),
        code == null
            ? Optional.empty()
            : Optional.of(
                new Problem(
                    code, Optional.ofNullable(row.getString(6)).orElse(""), row.getBoolean(7))),
        row.getOffsetDateTime(8).toInstant(),
        instant(row.getOffsetDateTime(9)),
        instant(row.getOffsetDateTime(10)));
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }
}
