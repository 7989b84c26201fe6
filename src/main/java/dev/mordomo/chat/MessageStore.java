package dev.mordomo.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages in PostgreSQL. */
final class MessageStore {
  private static final String COLUMNS =
      """
      m.id, m.conversation_id, m.turn_id, m.role, m.type, m.content, m."references"::text,
      m.prompt_tokens, m.completion_tokens, m.model, m.intent, m.confidence, m.latency_ms,
      m.time_to_first_token_ms, m.interrupted, m.source, (CASE WHEN m.feedback_score IS NULL
          AND m.audio_duration_ms IS NULL AND m.transcription_model IS NULL THEN m.metadata
        ELSE m.metadata
          || CASE WHEN m.feedback_score IS NULL THEN '{}' ELSE jsonb_build_object('feedback',
            jsonb_build_object('score', m.feedback_score, 'comment', m.feedback_comment)) END
          || CASE WHEN m.type <> 'audio' THEN '{}' ELSE jsonb_build_object('audio', jsonb_strip_nulls(
            jsonb_build_object('duration_ms', m.audio_duration_ms, 'transcription_model', m.transcription_model))) END
        END)::text,
      m.created_at
      """;
  private static final String OF_CONVERSATION =
      "SELECT "
          + COLUMNS
          + """
          FROM conversation_page($1, $2, $3) m ORDER BY m.id
          """;
  private static final String FAILED =
      """
      SELECT id, error_code, error_detail, retryable FROM turn WHERE id = ANY($1) AND status = 'failed'
      """;
  private static final String OF_TURN =
      "SELECT "
          + COLUMNS
          + """
          FROM message m WHERE m.conversation_id = $1 AND m.turn_id = $2 AND m.role = 'assistant'
          ORDER BY m.id DESC LIMIT 1
          """;
  private static final String CONTEXT =
      """
      SELECT rag_context::text FROM message
      WHERE conversation_id = $1 AND turn_id = $2 AND role = 'assistant' ORDER BY id DESC LIMIT 1
      """;
  private static final String FIND = "SELECT " + COLUMNS + " FROM message m WHERE m.id = $1";
  private static final String OF_USER =
      "SELECT "
          + COLUMNS
          + """
          FROM message m
          WHERE m.tenant_id = $1 AND m.user_id = $2
            AND ($3::uuid IS NULL OR m.conversation_id = $3)
            AND ($4::timestamptz IS NULL OR m.created_at >= $4)
            AND ($5::timestamptz IS NULL OR m.created_at < $5)
            AND ($6::text IS NULL OR m.role = $6)
            AND ($7::text IS NULL OR m.intent = $7)
            AND ($8::uuid IS NULL OR m.id < $8)
          ORDER BY m.id DESC LIMIT $9
          """;
  private static final String FEEDBACK =
      """
      UPDATE message SET feedback_score = $2, feedback_comment = $3
      WHERE id = $1 AND role = 'assistant'
      """;
  private static final TypeReference<List<Reference>> REFERENCES = new TypeReference<>() {};
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** What to look for among a user's messages. */
  record Filter(
      Optional<UUID> conversation,
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<String> role,
      Optional<String> intent,
      Optional<UUID> before,
      int limit) {}

  List<Message> ofConversation(
      SqlClient connection, UUID conversation, Optional<UUID> after, int limit) {
    return withFailures(
        connection,
        messages(
            Database.run(
                connection, OF_CONVERSATION, Tuple.of(conversation, after.orElse(null), limit))));
  }

  /**
   * A turn that failed before its first word has no message that could say why but the question; an
   * answer whose node died was stored by somebody who knew no more than that.
   */
  private static List<Message> withFailures(SqlClient connection, List<Message> page) {
    Set<UUID> answered = turns(page.stream().filter(message -> isAnswer(message)).toList());
    List<Message> unexplained =
        page.stream()
            .filter(message ->
                isAnswer(message)
                    ? message.interrupted() && !message.metadata().containsKey("error")
                    : message.turnId().filter(turn -> !answered.contains(turn)).isPresent())
            .toList();
    if (unexplained.isEmpty()) {
      return page;
    }
    Map<UUID, Turn.Problem> failures = new HashMap<>();
    for (Row row :
        Database.run(
            connection, FAILED, Tuple.of((Object) turns(unexplained).toArray(UUID[]::new)))) {
      failures.put(
          row.getUUID(0), new Turn.Problem(row.getString(1), row.getString(2), row.getBoolean(3)));
    }
    Set<UUID> ids = unexplained.stream().map(Message::id).collect(Collectors.toSet());
    return page.stream()
        .map(message ->
            message
                .turnId()
                .filter(turn -> ids.contains(message.id()))
                .flatMap(turn -> Optional.ofNullable(failures.get(turn)))
                .map(message::failed)
                .orElse(message))
        .toList();
  }

  private static boolean isAnswer(Message message) {
    return message.role().equals("assistant");
  }

  private static Set<UUID> turns(List<Message> messages) {
    return messages.stream()
        .flatMap(message -> message.turnId().stream())
        .collect(Collectors.toSet());
  }

  Optional<Message> find(SqlClient connection, UUID id) {
    return messages(Database.run(connection, FIND, Tuple.of(id))).stream().findFirst();
  }

  /** A turn's answer, whole or not. */
  Optional<Message> answer(SqlClient connection, UUID conversation, UUID turn) {
    return messages(Database.run(connection, OF_TURN, Tuple.of(conversation, turn))).stream()
        .findFirst();
  }

  /** The passages that a turn's answer was made from, those too that it does not cite. */
  List<Reference> context(SqlClient connection, UUID conversation, UUID turn) {
    var rows = Database.run(connection, CONTEXT, Tuple.of(conversation, turn)).iterator();
    return rows.hasNext() ? Json.read(rows.next().getString(0), REFERENCES) : List.of();
  }

  List<Message> ofUser(SqlClient connection, UUID tenant, UUID user, Filter filter) {
    return messages(
        Database.run(
            connection,
            OF_USER,
            Tuple.of(tenant, user)
                .addUUID(filter.conversation().orElse(null))
                .addValue(time(filter.from()))
                .addValue(time(filter.to()))
                .addString(filter.role().orElse(null))
                .addString(filter.intent().orElse(null))
                .addUUID(filter.before().orElse(null))
                .addInteger(filter.limit())));
  }

  boolean feedback(SqlClient connection, UUID message, int score, Optional<String> comment) {
    return Database.run(
                connection,
                FEEDBACK,
                Tuple.of(message).addInteger(score).addString(comment.orElse(null)))
            .rowCount()
        > 0;
  }

  private static @Nullable OffsetDateTime time(Optional<Instant> at) {
    return at.map(t -> t.atOffset(ZoneOffset.UTC)).orElse(null);
  }

  private static List<Message> messages(Iterable<Row> rows) {
    List<Message> messages = new ArrayList<>();
    for (Row row : rows) {
      messages.add(
          new Message(
              row.getUUID(0),
              row.getUUID(1),
              Optional.ofNullable(row.getUUID(2)),
              row.getString(3),
              row.getString(4),
              row.getString(5),
              Json.read(row.getString(6), REFERENCES),
              new Message.Tokens(row.getInteger(7), row.getInteger(8)),
              Optional.ofNullable(row.getString(9)),
              Optional.ofNullable(row.getString(10)),
              Optional.ofNullable(row.getDouble(11)),
              Optional.ofNullable(row.getInteger(12)),
              Optional.ofNullable(row.getInteger(13)),
              row.getBoolean(14),
              Optional.ofNullable(row.getString(15)),
              Json.read(row.getString(16), MAP),
              row.getOffsetDateTime(17).toInstant()));
    }
    return messages;
  }
}
