package dev.mordomo.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.chat.Conversation.RunningTurn;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Conversations in PostgreSQL, with the position and the running turn in the same snapshot. */
final class ConversationStore {
  private static final String COLUMNS =
      """
      c.id, c.title, c.channel, c.model, c.collections, c.message_count, c.started_at,
      c.last_message_at, c.ended_at, c.duration_seconds, c.satisfaction_score, c.metadata::text,
      coalesce(ch.last_offset, 0), stream_epoch(),
      t.id, t.status, t.client_message_id, t.created_at,
      (SELECT count(*) FROM turn q WHERE q.conversation_id = c.id AND q.status = 'queued')::integer
      """;
  private static final String BESIDE =
      """
       LEFT JOIN channel ch ON ch.id = c.id
      LEFT JOIN LATERAL (SELECT * FROM turn r WHERE r.conversation_id = c.id
        AND r.status IN ('queued', 'retrieving', 'running') ORDER BY r.id LIMIT 1) t ON true
      """;
  private static final String GET =
      "SELECT " + COLUMNS + "FROM conversation c" + BESIDE + " WHERE c.id = $1";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM (SELECT * FROM conversation o
            WHERE o.user_id = $1 AND o.tenant_id = $2
              AND o.active_on <= ($3::timestamptz AT TIME ZONE 'UTC')::date
              AND (o.last_message_at, o.id) < ($3, $4)
            ORDER BY o.active_on DESC, o.last_message_at DESC, o.id DESC LIMIT $5) c
          """
          + BESIDE
          + "ORDER BY c.last_message_at DESC, c.id DESC";
  private static final String SAID_SO_FAR =
      """
      SELECT coalesce(string_agg(e.payload->>'text', '' ORDER BY e."offset") FILTER (WHERE e.type = 'turn.delta'), ''),
        (count(*) FILTER (WHERE e.type = 'turn.delta'))::integer,
        (array_agg(e.payload->'references' ORDER BY e."offset" DESC) FILTER (WHERE e.type = 'turn.context'))[1]::text
      FROM event e
      WHERE e.channel_id = $1 AND e.created_at >= $2 AND e.payload->>'turn_id' = $3::uuid::text
      """;
  private static final String INSERT =
      """
      INSERT INTO conversation (id, tenant_id, user_id, title, channel, model, collections,
        external_id, client_id, source, metadata, started_at, last_message_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
      """;
  private static final String INSERT_CHANNEL =
      """
      INSERT INTO channel (id, kind, tenant_id, user_id) VALUES ($1, 'conversation', $2, $3)
      """;
  private static final String UPDATE =
      """
      UPDATE conversation SET
        title = coalesce($2, title),
        channel = coalesce($3, channel),
        model = CASE WHEN $4 THEN $5 ELSE model END,
        collections = CASE WHEN $6 THEN $7 ELSE collections END,
        satisfaction_score = CASE WHEN $8 THEN $9 ELSE satisfaction_score END,
        ended_at = CASE WHEN $10 THEN $11 ELSE ended_at END,
        metadata = coalesce($12, metadata)
      WHERE id = $1
      """;
  private static final String DELETE = "DELETE FROM conversation WHERE id = $1";
  private static final String DELETE_IF_EMPTY =
      "DELETE FROM conversation WHERE id = $1 AND message_count = 0";
  private static final String ACTIVE =
      """
      SELECT 1 FROM turn WHERE conversation_id = $1 AND status IN ('queued', 'retrieving', 'running') LIMIT 1
      """;
  private static final TypeReference<List<Reference>> REFERENCES = new TypeReference<>() {};
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** What a new conversation begins with. */
  record Draft(
      UUID id,
      String title,
      String channel,
      Optional<String> model,
      Optional<List<UUID>> collections,
      Optional<String> externalId,
      Optional<String> clientId,
      Optional<String> source,
      Map<String, Object> metadata) {}

  void insert(SqlClient connection, Scope scope, Draft draft, Instant at) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(draft.id(), scope.tenantId(), scope.userId(), draft.title(), draft.channel())
            .addString(draft.model().orElse(null))
            .addArrayOfUUID(draft.collections().map(c -> c.toArray(UUID[]::new)).orElse(null))
            .addString(draft.externalId().orElse(null))
            .addString(draft.clientId().orElse(null))
            .addString(draft.source().orElse(null))
            .addValue(new JsonObject(Json.write(draft.metadata())))
            .addValue(at.atOffset(ZoneOffset.UTC)));
    Database.run(
        connection, INSERT_CHANNEL, Tuple.of(draft.id(), scope.tenantId(), scope.userId()));
  }

  Optional<Conversation> get(SqlClient connection, UUID id) {
    Iterator<Row> rows = Database.run(connection, GET, Tuple.of(id)).iterator();
    return rows.hasNext() ? Optional.of(conversation(connection, rows.next())) : Optional.empty();
  }

  List<Conversation> list(SqlClient connection, Scope scope, ConversationPlace after, int limit) {
    List<Conversation> conversations = new ArrayList<>();
    for (Row row :
        Database.run(
            connection,
            LIST,
            Tuple.of(
                scope.userId(),
                scope.tenantId(),
                after.lastMessageAt().atOffset(ZoneOffset.UTC),
                after.id(),
                limit))) {
      conversations.add(conversation(connection, row));
    }
    return conversations;
  }

  boolean update(SqlClient connection, UUID id, ConversationChange change) {
    return Database.run(
                connection,
                UPDATE,
                Tuple.of(id, change.title().orElse(null), change.channel().orElse(null))
                    .addBoolean(change.model().isPresent())
                    .addString(change.model().flatMap(m -> m).orElse(null))
                    .addBoolean(change.collections().isPresent())
                    .addArrayOfUUID(
                        change
                            .collections()
                            .flatMap(c -> c)
                            .map(c -> c.toArray(UUID[]::new))
                            .orElse(null))
                    .addBoolean(change.satisfactionScore().isPresent())
                    .addDouble(change.satisfactionScore().flatMap(s -> s).orElse(null))
                    .addBoolean(change.endedAt().isPresent())
                    .addValue(
                        change
                            .endedAt()
                            .flatMap(at -> at)
                            .map(at -> at.atOffset(ZoneOffset.UTC))
                            .orElse(null))
                    .addValue(
                        change.metadata().map(m -> new JsonObject(Json.write(m))).orElse(null)))
            .rowCount()
        > 0;
  }

  boolean isActive(SqlClient connection, UUID id) {
    return Database.run(connection, ACTIVE, Tuple.of(id)).iterator().hasNext();
  }

  boolean delete(SqlClient connection, UUID id) {
    return Database.run(connection, DELETE, Tuple.of(id)).rowCount() > 0;
  }

  boolean deleteIfEmpty(SqlClient connection, UUID id) {
    return Database.run(connection, DELETE_IF_EMPTY, Tuple.of(id)).rowCount() > 0;
  }

  private static Conversation conversation(SqlClient connection, Row row) {
    UUID[] collections = row.getArrayOfUUIDs(4);
    UUID turn = row.getUUID(14);
    return new Conversation(
        row.getUUID(0),
        row.getString(1),
        row.getString(2),
        Optional.ofNullable(row.getString(3)),
        collections == null ? Optional.empty() : Optional.of(List.of(collections)),
        row.getInteger(5),
        row.getOffsetDateTime(6).toInstant(),
        row.getOffsetDateTime(7).toInstant(),
        Optional.ofNullable(row.getOffsetDateTime(8)).map(OffsetDateTime::toInstant),
        Math.max(0, Optional.ofNullable(row.getInteger(9)).orElse(0)),
        Optional.ofNullable(row.getDouble(10)),
        new Position(row.getString(13), row.getLong(12)),
        turn == null ? Optional.empty() : Optional.of(running(connection, row, turn)),
        Json.read(row.getString(11), MAP));
  }

  private static RunningTurn running(SqlClient connection, Row row, UUID turn) {
    TurnStatus status = TurnStatus.of(row.getString(15));
    int queued = row.getInteger(18);
    Row said =
        Database.run(
                connection, SAID_SO_FAR, Tuple.of(row.getUUID(0), row.getOffsetDateTime(17), turn))
            .iterator()
            .next();
    String references = said.getString(2);
    return new RunningTurn(
        turn,
        status,
        row.getString(16),
        said.getString(0),
        said.getInteger(1),
        references == null ? List.of() : Json.read(references, REFERENCES),
        status == TurnStatus.QUEUED ? queued - 1 : queued);
  }
}
