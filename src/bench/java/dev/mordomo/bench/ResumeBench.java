package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Many clients are cut at once, miss an event, and come back: how long until all are whole. */
final class ResumeBench {
  private static final Pattern POSITION =
      Pattern.compile("\"epoch\":\"([^\"]+)\",\"offset\":(\\d+)");
  private static final String MISS =
      """
      WITH moved AS (
        UPDATE channel SET last_offset = last_offset + 1 WHERE kind = 'conversation'
        RETURNING id, tenant_id, user_id, last_offset
      )
      INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
      SELECT id, last_offset, tenant_id, user_id, 'turn.delta',
        '{"type":"turn.delta","at":"2026-01-01T00:00:00Z","text":"missed"}', now() FROM moved
      """;

  private final Report report;
  private final int clients;
  private final Postgres postgres = new Postgres();

  ResumeBench(Report report, boolean brief) {
    this.report = report;
    this.clients = brief ? 100 : 1_000;
  }

  void run() throws Exception {
    postgres.createPrepared("bench_resume");
    Vertx vertx = Vertx.vertx();
    try (ServerProcess server = new ServerProcess(postgres.url("bench_resume"), Map.of());
        Connection owner = postgres.connect("bench_resume")) {
      List<Person> people = People.make(owner, clients);
      Map<Person, String> positions = new ConcurrentHashMap<>();
      List<Wire> wires = connect(vertx, server, people, positions, false, new AtomicInteger());
      for (int round = 1; round <= 3; round++) {
        Future.join(wires.stream().map(Wire::close).toList())
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
        try (var statement = owner.createStatement()) {
          statement.execute(MISS);
        }
        AtomicInteger whole = new AtomicInteger();
        long start = System.nanoTime();
        wires = connect(vertx, server, people, positions, true, whole);
        double seconds = (System.nanoTime() - start) / 1e9;
        report.figure("clients that are whole, round " + round, whole.get(), "");
        report.goal("all are whole, round " + round + ", s", seconds, "≤", 5);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  private static List<Wire> connect(
      Vertx vertx,
      ServerProcess server,
      List<Person> people,
      Map<Person, String> positions,
      boolean recover,
      AtomicInteger whole)
      throws Exception {
    WebSocketClient client =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100_000));
    List<Future<Wire>> opened = new ArrayList<>();
    for (Person person : people) {
      String subscribe =
          "\"channel\":\"conversation:"
              + person.conversation()
              + "\""
              + (recover ? ",\"recover\":true," + positions.get(person) : "");
      opened.add(
          Wire.open(
              client,
              server.port(),
              person.key(),
              subscribe,
              (wire, text) -> {
                if (text.contains("\"subscribe\"")) {
                  Matcher at = POSITION.matcher(text);
                  if (at.find()) {
                    positions.put(person, at.group());
                  }
                  if (text.contains("\"recovered\":true") && text.contains("missed")) {
                    whole.incrementAndGet();
                  }
                }
              }));
    }
    Future.all(opened).toCompletionStage().toCompletableFuture().get(120, TimeUnit.SECONDS);
    return opened.stream().map(Future::result).toList();
  }
}
