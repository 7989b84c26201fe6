package dev.mordomo.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.chat.Turn.Problem;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The life of turns in PostgreSQL; see V003__turns.sql and V020__delivery.sql. */
final class TurnStore {
  private static final String BEGIN =
      """
      SELECT existing, turn_id, turn_status, message_id, conversation_id, fence, last_offset, epoch,
        conversation_model, collections, history::text, first_turn
      FROM begin_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
      """;
  private static final String AGAIN =
      """
      SELECT existing, turn_id, turn_status, message_id, conversation_id, fence, last_offset, epoch,
        conversation_model, collections, history::text, first_turn
      FROM again_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      """;
  private static final String CLAIM =
      "SELECT turn_id, fence, history::text FROM claim_turn($1, $2, $3, $4, $5)";
  private static final String FINISH =
      """
      SELECT last_offset, epoch, more
      FROM finish_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[], $11::text[], $12, $13, $14, $15, $16)
      """;
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
  private static final TypeReference<List<Said>> HISTORY = new TypeReference<>() {};

  /** One message of the history that a model is given. */
  record Said(String role, String content) {}

  /** What {@code begin_turn} found or made. */
  record Begun(
      boolean existing,
      UUID turn,
      TurnStatus status,
      UUID message,
      UUID conversation,
      long fence,
      Position position,
      Optional<String> model,
      Optional<List<UUID>> collections,
      List<Said> history,
      boolean first) {}

  record Claimed(UUID turn, long fence, List<Said> history) {}

  record Finished(Position position, boolean more) {}

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

  /** A model call to be written to the ledger. */
  record Call(UUID id, String model, int prompt, int completion) {}

  /** The end of a turn. */
  record Ending(
      TurnStatus status,
      Optional<Problem> error,
      List<Draft> events,
      Optional<Message> message,
      List<Reference> context,
      List<Call> calls) {}

  private final Database database;

  TurnStore(Database database) {
    this.database = database;
  }

  Begun begin(
      Scope scope,
      UUID conversation,
      UUID turn,
      Message message,
      UUID assistantMessage,
      TurnRequest request,
      String startedPayload,
      UUID node,
      int mostQueued,
      boolean retrieves,
      Instant at) {
    Row row =
        database
            .call(
                BEGIN,
                Tuple.of(scope.tenantId(), scope.userId(), conversation, turn, message.id())
                    .addValue(assistantMessage)
                    .addString(request.clientMessageId())
                    .addString(message.type())
                    .addString(message.content())
                    .addString(request.source().orElse(null))
                    .addInteger(request.audio().flatMap(TurnRequest.Audio::durationMs).orElse(null))
                    .addString(
                        request.audio().flatMap(TurnRequest.Audio::transcriptionModel).orElse(null))
                    .addValue(new JsonObject(Json.write(request.metadata())))
                    .addValue(new JsonObject(Json.write(new Wanted(request))))
                    .addString(startedPayload)
                    .addUUID(node)
                    .addInteger(mostQueued)
                    .addBoolean(retrieves)
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    return begun(row);
  }

  /** A turn over the words of an earlier one. */
  Begun again(
      Scope scope,
      UUID earlier,
      UUID turn,
      UUID assistantMessage,
      TurnRequest request,
      String startedPayload,
      UUID node,
      int mostQueued,
      boolean retrieves,
      boolean replaces,
      Instant at) {
    return begun(
        database
            .call(
                AGAIN,
                Tuple.of(scope.tenantId(), scope.userId(), earlier, turn, assistantMessage)
                    .addString(request.clientMessageId())
                    .addValue(new JsonObject(Json.write(new Wanted(request))))
                    .addString(startedPayload)
                    .addUUID(node)
                    .addInteger(mostQueued)
                    .addBoolean(retrieves)
                    .addBoolean(replaces)
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next());
  }

  private static Begun begun(Row row) {
    UUID[] collections = row.getArrayOfUUIDs(9);
    String history = row.getString(10);
    return new Begun(
        row.getBoolean(0),
        row.getUUID(1),
        TurnStatus.of(row.getString(2)),
        row.getUUID(3),
        row.getUUID(4),
        orZero(row.getLong(5)),
        new Position(row.getString(7), orZero(row.getLong(6))),
        Optional.ofNullable(row.getString(8)),
        collections == null ? Optional.empty() : Optional.of(List.of(collections)),
        history == null ? List.of() : Json.read(history, HISTORY),
        Boolean.TRUE.equals(row.getBoolean(11)));
  }

  /** What was asked beside the words, kept with the turn. */
  record Wanted(
      Optional<String> model,
      Optional<List<UUID>> collections,
      boolean speech,
      Optional<Directions> directions) {
    Wanted(TurnRequest request) {
      this(
          request.model(),
          request.collections(),
          request.speech(),
          Optional.of(request.directions()).filter(wanted -> !wanted.equals(Directions.NONE)));
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

  Optional<Claimed> claim(Scope scope, UUID conversation, UUID node, Instant at) {
    Row row =
        database
            .call(
                CLAIM,
                Tuple.of(
                    scope.tenantId(),
                    scope.userId(),
                    conversation,
                    node,
                    at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    return row.getUUID(0) == null
        ? Optional.empty()
        : Optional.of(
            new Claimed(row.getUUID(0), row.getLong(1), Json.read(row.getString(2), HISTORY)));
  }

  /**
   * @throws Failure {@code conflict} when the turn is not this node's any more
   */
  Finished finish(Scope scope, TurnStream stream, Ending ending, Instant at) {
    Optional<Problem> error = ending.error();
    Row row =
        database
            .call(
                FINISH,
                Tuple.of(scope.tenantId(), scope.userId(), stream.conversation, stream.turn)
                    .addLong(stream.fence)
                    .addString(ending.status().wire())
                    .addString(error.map(Problem::code).orElse(null))
                    .addString(error.map(Problem::detail).orElse(null))
                    .addBoolean(error.map(Problem::retryable).orElse(false))
                    .addArrayOfString(
                        ending.events().stream().map(Draft::type).toArray(String[]::new))
                    .addArrayOfString(
                        ending.events().stream().map(Draft::payload).toArray(String[]::new))
                    .addValue(ending.message().map(TurnStore::row).orElse(null))
                    .addString(
                        Json.write(ending.message().map(Message::references).orElse(List.of())))
                    .addString(Json.write(ending.context()))
                    .addValue(new io.vertx.core.json.JsonArray(Json.write(ending.calls())))
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    return new Finished(new Position(row.getString(1), row.getLong(0)), row.getBoolean(2));
  }

  private static JsonObject row(Message message) {
    return new JsonObject()
        .put("id", message.id().toString())
        .put("content", message.content())
        .put("prompt_tokens", message.tokens().prompt())
        .put("completion_tokens", message.tokens().completion())
        .put("model", message.model().orElse(null))
        .put("intent", message.intent().orElse(null))
        .put("confidence", message.confidence().orElse(null))
        .put("latency_ms", message.latencyMs().orElse(null))
        .put("time_to_first_token_ms", message.timeToFirstTokenMs().orElse(null))
        .put("interrupted", message.interrupted())
        .put("metadata", new JsonObject(Json.write(message.metadata())));
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

  private static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }
}
