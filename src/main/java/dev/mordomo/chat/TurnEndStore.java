package dev.mordomo.chat;

import dev.mordomo.chat.Turn.Problem;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How turns end in PostgreSQL, those that come at once in one statement; see
 * V080__turns_together.sql and V111__asked.sql.
 */
final class TurnEndStore {
  private static final String FINISH =
      """
      SELECT item, refusal, detail, last_offset, epoch, more, there
      FROM finish_turns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
      """;

  /** What came of an end. */
  sealed interface Finish {}

  /** It is stored, now or before. */
  record Finished(Position position, boolean more) implements Finish {}

  /**
   * Nothing was stored: a crash has taken some of the turn's flushed events.
   *
   * @param count how many of them are still there
   */
  record Lost(long count) implements Finish {}

  /** A model call to be written to the ledger. */
  record Call(UUID id, String model, int prompt, int completion) {}

  /** The end of a turn. */
  record Ending(
      TurnStatus status,
      Optional<Problem> error,
      List<Draft> events,
      Optional<Message> message,
      List<Reference> context,
      List<Call> calls) {
    /** The same, with events that come before its own. */
    Ending after(List<Draft> earlier) {
      List<Draft> all = new ArrayList<>(earlier);
      all.addAll(events);
      return new Ending(status, error, all, message, context, calls);
    }
  }

  /**
   * The same of one turn, with what is stored of it.
   *
   * @param flushed how many of its events have been flushed
   */
  record End(
      Scope scope,
      UUID conversation,
      UUID turn,
      long fence,
      long flushed,
      Ending ending,
      @Nullable String message,
      String references,
      String context,
      String calls,
      OffsetDateTime at) {
    End(
        Scope scope,
        UUID conversation,
        UUID turn,
        long fence,
        long flushed,
        Ending ending,
        Instant at) {
      this(
          scope,
          conversation,
          turn,
          fence,
          flushed,
          ending,
          ending.message().map(TurnEndStore::json).orElse(null),
          Json.write(ending.message().map(Message::references).orElse(List.of())),
          Json.write(ending.context()),
          Json.write(ending.calls()),
          at.atOffset(ZoneOffset.UTC));
    }
  }

  private final Database database;
  private final GroupCall<End, Row> ends;

  TurnEndStore(Vertx vertx, Database database) {
    this.database = database;
    this.ends =
        new GroupCall<>(vertx, "ends of turns", end -> Set.of(end.conversation()), this::together);
  }

  /**
   * All of it or nothing. Asked again it answers as the first time.
   *
   * @throws Failure {@code conflict} when the turn is not this node's any more
   */
  Finish finish(Scope scope, TurnStream stream, Ending ending, Instant at) {
    return finish(
        new End(scope, stream.conversation, stream.turn, stream.fence, stream.count(), ending, at));
  }

  Finish finish(End end) {
    Row row = Database.await(ends.call(end));
    return row.getLong(3) == null
        ? new Lost(row.getLong(6))
        : new Finished(new Position(row.getString(4), row.getLong(3)), row.getBoolean(5));
  }

  Future<List<GroupCall.Outcome<Row>>> together(List<End> all, boolean patient) {
    List<Integer> whose = new ArrayList<>();
    List<Draft> events = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (Draft event : all.get(i).ending().events()) {
        whose.add(i + 1);
        events.add(event);
      }
    }
    Tuple parameters =
        Tuple.of(patient)
            .addArrayOfUUID(ids(all, end -> end.scope().tenantId()))
            .addArrayOfUUID(ids(all, end -> end.scope().userId()))
            .addArrayOfUUID(ids(all, End::conversation))
            .addArrayOfUUID(ids(all, End::turn))
            .addArrayOfLong(all.stream().map(End::fence).toArray(Long[]::new))
            .addArrayOfString(texts(all, end -> end.ending().status().wire()))
            .addArrayOfString(texts(all, end -> problem(end).map(Problem::code).orElse(null)))
            .addArrayOfString(texts(all, end -> problem(end).map(Problem::detail).orElse(null)))
            .addArrayOfBoolean(
                all.stream()
                    .map(end -> problem(end).map(Problem::retryable).orElse(false))
                    .toArray(Boolean[]::new))
            .addArrayOfString(texts(all, End::message))
            .addArrayOfString(texts(all, End::references))
            .addArrayOfString(texts(all, End::context))
            .addArrayOfString(texts(all, End::calls))
            .addArrayOfOffsetDateTime(all.stream().map(End::at).toArray(OffsetDateTime[]::new))
            .addArrayOfInteger(whose.toArray(Integer[]::new))
            .addArrayOfString(events.stream().map(Draft::type).toArray(String[]::new))
            .addArrayOfString(events.stream().map(Draft::payload).toArray(String[]::new))
            .addArrayOfString(texts(all, TurnEndStore::documents))
            .addArrayOfLong(all.stream().map(End::flushed).toArray(Long[]::new));
    return database.callAsync(FINISH, parameters).map(rows -> GroupCall.outcomes(all.size(), rows));
  }

  /** Which documents the model was shown, as the text of an array. */
  private static String documents(End end) {
    return end.ending().context().stream()
        .map(reference -> reference.documentId().toString())
        .distinct()
        .sorted()
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static Optional<Problem> problem(End end) {
    return end.ending().error();
  }

  private static UUID[] ids(List<End> all, Function<End, UUID> id) {
    return all.stream().map(id).toArray(UUID[]::new);
  }

  private static String[] texts(List<End> all, Function<End, @Nullable String> text) {
    return all.stream().map(text).toArray(String[]::new);
  }

  private static String json(Message message) {
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
        .put("metadata", new JsonObject(Json.write(message.metadata())))
        .encode();
  }
}
