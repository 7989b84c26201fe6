package dev.mordomo.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.chat.Recent.Line;
import dev.mordomo.chat.TurnStore.Wanted;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How turns of one node begin in PostgreSQL, those that come at once in one statement; see
 * V080__turns_together.sql and V098__recent_turns.sql.
 */
final class TurnBeginStore {
  private static final String BEGIN =
      """
      SELECT item, refusal, detail, existing, turn_id, turn_status, message_id, conversation_id, fence,
        last_offset, epoch, conversation_model, collections, history, first_turn,
        messages_before, history_changes, is_known
      FROM begin_turns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22, $23)
      """;
  private static final String AGAIN =
      """
      SELECT existing, turn_id, turn_status, message_id, conversation_id, fence, last_offset, epoch,
        conversation_model, collections, history::text AS history, first_turn
      FROM again_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      """;
  private static final String CLAIM =
      "SELECT turn_id, fence, history::text FROM claim_turn($1, $2, $3, $4, $5)";
  private static final TypeReference<List<Said>> HISTORY = new TypeReference<>() {};
  private static final TypeReference<List<Line>> LINES = new TypeReference<>() {};

  /** The first three columns of BEGIN are not of the turn. */
  private static final int BESIDE = 3;

  /** One message of the history that a model is given. */
  record Said(String role, String content) {}

  /**
   * What a model is told before a message.
   *
   * @param recent the conversation with that message, where it is known well enough to be kept
   */
  record History(List<Said> said, Optional<Recent> recent) {
    static final History NONE = new History(List.of(), Optional.empty());
  }

  /** A turn that was found or made. */
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
      History history,
      boolean first) {}

  record Claimed(UUID turn, long fence, History history) {}

  /** A turn to be begun, with what is stored of it. */
  record Beginning(
      Scope scope,
      UUID conversation,
      UUID turn,
      Message message,
      UUID assistantMessage,
      TurnRequest request,
      String metadata,
      String wanted,
      String startedPayload,
      boolean retrieves,
      OffsetDateTime at,
      Optional<Recent> remembered) {
    Beginning(
        Scope scope,
        UUID conversation,
        UUID turn,
        Message message,
        UUID assistantMessage,
        TurnRequest request,
        String startedPayload,
        boolean retrieves,
        Instant at) {
      this(
          scope,
          conversation,
          turn,
          message,
          assistantMessage,
          request,
          Json.write(request.metadata()),
          Json.write(new Wanted(request)),
          startedPayload,
          retrieves,
          at.atOffset(ZoneOffset.UTC),
          Optional.empty());
    }

    private Beginning remembering(Optional<Recent> recent) {
      return new Beginning(
          scope,
          conversation,
          turn,
          message,
          assistantMessage,
          request,
          metadata,
          wanted,
          startedPayload,
          retrieves,
          at,
          recent);
    }
  }

  /** What is one turn for ever. */
  private record Words(UUID user, String clientMessageId) {}

  private final Database database;
  private final UUID node;
  private final int mostQueued;
  private final RecentTurns recent;
  private final GroupCall<Beginning, Row> beginnings;

  TurnBeginStore(Vertx vertx, Database database, UUID node, int mostQueued, RecentTurns recent) {
    this.database = database;
    this.node = node;
    this.mostQueued = mostQueued;
    this.recent = recent;
    this.beginnings =
        new GroupCall<>(vertx, "beginnings of turns", TurnBeginStore::keys, this::together);
  }

  /**
   * Stores the message and its turn, or finds the turn that its {@code client_message_id} is.
   *
   * @throws Failure {@code not_found} when the conversation is not the user's, {@code queue_full}
   *     when too many turns wait in it
   */
  Begun begin(Beginning beginning) {
    Scope scope = beginning.scope();
    Optional<Recent> found = recent.find(scope, beginning.conversation());
    Row row = Database.await(beginnings.call(beginning.remembering(found)));
    History history = history(beginning, row, found);
    history.recent().ifPresent(known -> recent.keep(scope, beginning.conversation(), known));
    return begun(row, BESIDE, history);
  }

  private History history(Beginning beginning, Row row, Optional<Recent> found) {
    if (row.getBoolean("existing")) {
      return History.NONE;
    }
    boolean isKnown = row.getBoolean("is_known");
    String read = row.getString("history");
    recent.count(found.isPresent(), isKnown);
    // Of a turn that waits nothing was read: it will be, when it begins to run.
    Optional<Recent> before =
        isKnown ? found : Optional.ofNullable(read).map(lines -> asRead(row, lines));
    UUID message = beginning.message().id();
    return new History(
        before.map(known -> known.before(message)).orElse(List.of()),
        before.map(known -> known.with(new Line(message, "user", beginning.message().content()))));
  }

  private static Recent asRead(Row row, String lines) {
    return new Recent(
        row.getString("epoch"),
        row.getInteger("messages_before"),
        row.getLong("history_changes"),
        Json.read(lines, LINES));
  }

  private static Set<Object> keys(Beginning one) {
    return Set.of(
        one.conversation(), new Words(one.scope().userId(), one.request().clientMessageId()));
  }

  Future<List<GroupCall.Outcome<Row>>> together(List<Beginning> all, boolean patient) {
    Tuple parameters =
        Tuple.of(patient, node, mostQueued)
            .addArrayOfUUID(ids(all, one -> one.scope().tenantId()))
            .addArrayOfUUID(ids(all, one -> one.scope().userId()))
            .addArrayOfUUID(ids(all, Beginning::conversation))
            .addArrayOfUUID(ids(all, Beginning::turn))
            .addArrayOfUUID(ids(all, one -> one.message().id()))
            .addArrayOfUUID(ids(all, Beginning::assistantMessage))
            .addArrayOfString(texts(all, one -> one.request().clientMessageId()))
            .addArrayOfString(texts(all, one -> one.message().type()))
            .addArrayOfString(texts(all, one -> one.message().content()))
            .addArrayOfString(texts(all, one -> one.request().source().orElse(null)))
            .addArrayOfInteger(all.stream().map(TurnBeginStore::heardMs).toArray(Integer[]::new))
            .addArrayOfString(
                texts(
                    all,
                    one ->
                        one.request()
                            .audio()
                            .flatMap(TurnRequest.Audio::transcriptionModel)
                            .orElse(null)))
            .addArrayOfString(texts(all, Beginning::metadata))
            .addArrayOfString(texts(all, Beginning::wanted))
            .addArrayOfString(texts(all, Beginning::startedPayload))
            .addArrayOfBoolean(all.stream().map(Beginning::retrieves).toArray(Boolean[]::new))
            .addArrayOfOffsetDateTime(
                all.stream().map(Beginning::at).toArray(OffsetDateTime[]::new))
            .addArrayOfString(texts(all, one -> known(one, Recent::epoch)))
            .addArrayOfInteger(
                all.stream().map(one -> known(one, Recent::messages)).toArray(Integer[]::new))
            .addArrayOfLong(
                all.stream().map(one -> known(one, Recent::changes)).toArray(Long[]::new));
    return database.callAsync(BEGIN, parameters).map(rows -> GroupCall.outcomes(all.size(), rows));
  }

  private static UUID[] ids(List<Beginning> all, Function<Beginning, UUID> id) {
    return all.stream().map(id).toArray(UUID[]::new);
  }

  private static String[] texts(List<Beginning> all, Function<Beginning, @Nullable String> text) {
    return all.stream().map(text).toArray(String[]::new);
  }

  private static <T> @Nullable T known(Beginning one, Function<Recent, T> part) {
    return one.remembered().map(part).orElse(null);
  }

  private static @Nullable Integer heardMs(Beginning one) {
    return one.request().audio().flatMap(TurnRequest.Audio::durationMs).orElse(null);
  }

  /** A turn over the words of an earlier one. */
  Begun again(
      Scope scope,
      UUID earlier,
      UUID turn,
      UUID assistantMessage,
      TurnRequest request,
      String startedPayload,
      boolean retrieves,
      boolean replaces,
      Instant at) {
    Tuple parameters =
        Tuple.of(scope.tenantId(), scope.userId(), earlier, turn, assistantMessage)
            .addString(request.clientMessageId())
            .addValue(new JsonObject(Json.write(new Wanted(request))))
            .addString(startedPayload)
            .addUUID(node)
            .addInteger(mostQueued)
            .addBoolean(retrieves)
            .addBoolean(replaces)
            .addValue(at.atOffset(ZoneOffset.UTC));
    Row row = database.call(AGAIN, parameters).iterator().next();
    return begun(row, 0, toldAs(row.getString("history")));
  }

  /**
   * @param from where the turn's columns begin
   */
  private static Begun begun(Row row, int from, History history) {
    UUID[] collections = row.getArrayOfUUIDs(from + 9);
    return new Begun(
        row.getBoolean(from),
        row.getUUID(from + 1),
        TurnStatus.of(row.getString(from + 2)),
        row.getUUID(from + 3),
        row.getUUID(from + 4),
        orZero(row.getLong(from + 5)),
        new Position(row.getString(from + 7), orZero(row.getLong(from + 6))),
        Optional.ofNullable(row.getString(from + 8)),
        collections == null ? Optional.empty() : Optional.of(List.of(collections)),
        history,
        Boolean.TRUE.equals(row.getBoolean(from + 11)));
  }

  private static History toldAs(@Nullable String history) {
    return history == null
        ? History.NONE
        : new History(Json.read(history, HISTORY), Optional.empty());
  }

  private static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }

  /** The next turn that waits in a conversation begins to run, unless another does. */
  Optional<Claimed> claim(Scope scope, UUID conversation, Instant at) {
    Tuple parameters =
        Tuple.of(scope.tenantId(), scope.userId(), conversation, node, at.atOffset(ZoneOffset.UTC));
    Row row = database.call(CLAIM, parameters).iterator().next();
    return row.getUUID(0) == null
        ? Optional.empty()
        : Optional.of(new Claimed(row.getUUID(0), row.getLong(1), toldAs(row.getString(2))));
  }
}
