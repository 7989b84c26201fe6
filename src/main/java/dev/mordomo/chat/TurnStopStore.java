package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The stops of turns, kept until the turn has ended; see V083__stops.sql. */
final class TurnStopStore {
  private static final String CANCEL =
      "SELECT cancelled, last_offset, epoch FROM cancel_turn($1, $2, $3, $4, $5, $6)";
  private static final String WANTED =
      """
      SELECT id, spoken_chars FROM turn
      WHERE node_id = $1 AND cancel_wanted_at IS NOT NULL
        AND status IN ('queued', 'retrieving', 'running')
      """;

  private final Database database;

  TurnStopStore(Database database) {
    this.database = database;
  }

  /**
   * Cancels a turn that waits; of one that runs, keeps that it is to stop.
   *
   * @param event what is said on the channel when it waited
   * @return the position after the cancellation, or empty when the turn does not wait any more
   */
  Optional<Position> cancel(
      Scope scope, UUID turn, Optional<Integer> spokenChars, Draft event, Instant at) {
    Row row =
        database
            .call(
                CANCEL,
                Tuple.of(scope.tenantId(), scope.userId(), turn)
                    .addInteger(spokenChars.orElse(null))
                    .addString(event.payload())
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    return Boolean.TRUE.equals(row.getBoolean(0))
        ? Optional.of(new Position(row.getString(2), row.getLong(1)))
        : Optional.empty();
  }

  /** The turns of this node that are to stop. */
  List<TurnCancelWanted> wanted(UUID node) {
    List<TurnCancelWanted> wanted = new ArrayList<>();
    database
        .callSystem(WANTED, Tuple.of(node))
        .forEach(row ->
            wanted.add(
                new TurnCancelWanted(row.getUUID(0), Optional.ofNullable(row.getInteger(1)))));
    return wanted;
  }
}
