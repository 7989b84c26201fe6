package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Position;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StreamsTest {
  private static TestDatabase db;
  private static Streams streams;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    streams = new Streams(db.database(), new Bus(db.vertx()));
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @Test
  void offsetsAreContiguousAndWhatWasMissedIsReplayed() {
    Scope scope = db.tenantWithUser("member");
    UUID channel = scope.userId();
    append(scope, "a", "b");
    var advanced = append(scope, "c");
    assertEquals(3, advanced.events().getFirst().offset());

    var missed = streams.since(scope, channel, new Position(advanced.epoch(), 1), 10).orElseThrow();
    assertEquals(List.of("b", "c"), missed.events().stream().map(e -> e.type()).toList());
    assertEquals(3, missed.end().offset());
  }

  @Test
  void whatCannotBeReplayedWholeIsNotReplayed() {
    Scope scope = db.tenantWithUser("member");
    var advanced = append(scope, "a", "b", "c");
    assertTrue(streams.since(scope, scope.userId(), new Position("other", 1), 10).isEmpty());
    assertTrue(
        streams.since(scope, scope.userId(), new Position(advanced.epoch(), 4), 10).isEmpty());
    assertTrue(
        streams.since(scope, scope.userId(), new Position(advanced.epoch(), 0), 2).isEmpty());
  }

  @Test
  void anotherTenantsStreamIsEmpty() {
    Scope scope = db.tenantWithUser("member");
    Scope stranger = db.tenantWithUser("superuser");
    var advanced = append(scope, "secret");
    assertTrue(
        streams
            .since(stranger, scope.userId(), new Position(advanced.epoch(), 0), 10)
            .map(m -> m.events().isEmpty())
            .orElse(true));
  }

  private Streams.Advanced append(Scope scope, String... types) {
    return db.database()
        .as(
            scope,
            connection ->
                Streams.append(
                    connection,
                    scope.userId(),
                    Kind.USER,
                    scope.tenantId(),
                    scope.userId(),
                    List.of(types).stream().map(t -> new Draft(t, "{}")).toList(),
                    Instant.now()));
  }
}
