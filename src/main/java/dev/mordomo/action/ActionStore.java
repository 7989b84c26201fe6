package dev.mordomo.action;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
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

/** Actions in PostgreSQL. */
final class ActionStore {
  private static final String COLUMNS =
      """
      id, conversation_id, message_id, type, name, parameters::text, status, result::text,
      error_code, error_message, executed_at, created_at, tenant_id, user_id
      """;
  private static final String INSERT =
      """
      INSERT INTO action (id, tenant_id, user_id, conversation_id, turn_id, message_id, type, name,
        parameters, status, deadline, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ($9::text)::jsonb, $10, $11, $12)
      """;
  private static final String GET = "SELECT " + COLUMNS + " FROM action WHERE id = $1";
  private static final String LOCK = GET + " FOR UPDATE";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM action
          WHERE tenant_id = $1 AND user_id = $2 AND ($3::text IS NULL OR status = $3)
            AND ($4::text IS NULL OR type = $4) AND ($5::uuid IS NULL OR conversation_id = $5)
            AND ($6::uuid IS NULL OR id < $6)
          ORDER BY id DESC LIMIT $7
          """;
  private static final String UPDATE =
      """
      UPDATE action SET status = $2, result = ($3::text)::jsonb, error_code = $4, error_message = $5,
        executed_at = $6, deadline = $7
      WHERE id = $1
      """;
  private static final String EXPIRE =
      """
      UPDATE action SET status = 'failed', error_code = 'timeout', error_message = $3
      WHERE id IN (SELECT id FROM action WHERE status IN ('pending', 'executing') AND deadline <= $1
        ORDER BY deadline LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING
      """
          + COLUMNS;
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** An action with its owner. */
  record Owned(UUID tenantId, UUID userId, Action action) {}

  void insert(SqlClient connection, ToolContext context, Action action, Instant deadline) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(action.id(), context.scope().tenantId(), context.scope().userId())
            .addUUID(context.conversationId())
            .addUUID(context.turnId())
            .addUUID(context.messageId())
            .addString(action.type())
            .addString(action.name())
            .addString(Json.write(action.parameters()))
            .addString(action.status().wire())
            .addValue(deadline.atOffset(ZoneOffset.UTC))
            .addValue(action.createdAt().atOffset(ZoneOffset.UTC)));
  }

  Optional<Action> get(SqlClient connection, UUID id) {
    return one(connection, GET, id);
  }

  /** The same; nobody else changes it until the transaction ends. */
  Optional<Action> lock(SqlClient connection, UUID id) {
    return one(connection, LOCK, id);
  }

  private static Optional<Action> one(SqlClient connection, String sql, UUID id) {
    Iterator<Row> rows = Database.run(connection, sql, Tuple.of(id)).iterator();
    return rows.hasNext() ? Optional.of(action(rows.next())) : Optional.empty();
  }

  List<Action> list(SqlClient connection, Scope scope, ActionQuery query) {
    List<Action> actions = new ArrayList<>();
    Tuple parameters =
        Tuple.of(scope.tenantId(), scope.userId())
            .addString(query.status().map(ActionStatus::wire).orElse(null))
            .addString(query.type().orElse(null))
            .addUUID(query.conversationId().orElse(null))
            .addUUID(query.before().orElse(null))
            .addInteger(query.limit());
    for (Row row : Database.run(connection, LIST, parameters)) {
      actions.add(action(row));
    }
    return actions;
  }

  void update(SqlClient connection, Action action, Instant deadline) {
    Database.run(
        connection,
        UPDATE,
        Tuple.of(action.id(), action.status().wire())
            .addString(action.result().map(Json::write).orElse(null))
            .addString(action.errorCode().orElse(null))
            .addString(action.errorMessage().orElse(null))
            .addValue(action.executedAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null))
            .addValue(deadline.atOffset(ZoneOffset.UTC)));
  }

  /** Fails those whose deadline has passed and that no other node is failing; across tenants. */
  List<Owned> expire(SqlClient connection, Instant at, int limit, String message) {
    List<Owned> expired = new ArrayList<>();
    for (Row row :
        Database.run(connection, EXPIRE, Tuple.of(at.atOffset(ZoneOffset.UTC), limit, message))) {
      expired.add(new Owned(row.getUUID("tenant_id"), row.getUUID("user_id"), action(row)));
    }
    return expired;
  }

  private static Action action(Row row) {
    return new Action(
        row.getUUID("id"),
        Optional.ofNullable(row.getUUID("conversation_id")),
        Optional.ofNullable(row.getUUID("message_id")),
        row.getString("type"),
        row.getString("name"),
        Json.read(row.getString("parameters"), MAP),
        ActionStatus.of(row.getString("status")),
        Optional.ofNullable(row.getString("result")).map(json -> Json.read(json, Object.class)),
        Optional.ofNullable(row.getString("error_code")),
        Optional.ofNullable(row.getString("error_message")),
        Optional.ofNullable(row.getOffsetDateTime("executed_at")).map(OffsetDateTime::toInstant),
        row.getOffsetDateTime("created_at").toInstant());
  }
}
