package dev.mordomo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Turns per second over WebSocket, everything persisted, beside what the same writes cost as bare
 * SQL; then the time to the first delta at half that load.
 */
final class TurnBench {
  private static final int TENANTS = 10;
  private static final int USERS = 50;

  private final Report report;
  private final Postgres postgres = new Postgres();
  private final boolean brief;
  private final int floorSeconds;
  private final int warmSeconds;
  private final int seconds;

  /**
   * @param brief a few seconds of each: enough to see that it works, not for figures
   */
  TurnBench(Report report, boolean brief) {
    this.report = report;
    this.brief = brief;
    this.floorSeconds = brief ? 5 : 15;
    this.warmSeconds = brief ? 25 : 45;
    this.seconds = brief ? 6 : 15;
  }

  private record Load(
      double turnsPerSecond, Map<String, Double> cores, ConcurrentHistogram firstDelta) {}

  void run() throws Exception {
    double floor = floor();
    postgres.createPrepared("bench_turn");
    Process mock = ModelMock.start(20, 0);
    try (BufferedReader said = mock.inputReader()) {
      int mockPort = Integer.parseInt(said.readLine().strip());
      measure(floor, mock.pid(), mockPort);
    } finally {
      mock.destroy();
    }
  }

  private double floor() throws Exception {
    postgres.create("bench_floor");
    Path scripts = Path.of("src/bench/floor");
    List<String> turn =
        List.of(
            "-c",
            "16",
            "-j",
            "2",
            "-T",
            String.valueOf(floorSeconds),
            "-f",
            scripts.resolve("turn.sql").toString());
    postgres.psql("bench_floor", scripts.resolve("schema.sql"));
    report.say("the floor: the same writes as bare SQL, synchronous_commit on");
    double on = postgres.pgbench("bench_floor", "", turn);
    report.figure("floor, synchronous_commit on", on, "turns/s");
    postgres.psql("bench_floor", scripts.resolve("schema.sql"));
    double off = postgres.pgbench("bench_floor", "-c synchronous_commit=off", turn);
    report.figure("floor, synchronous_commit off", off, "turns/s");
    return on;
  }

  private void measure(double floor, long mockPid, int mockPort) throws Exception {
    Map<String, String> settings = ModelMock.settings(String.valueOf(mockPort));
    try (ServerProcess server = new ServerProcess(postgres.url("bench_turn"), settings)) {
      Vertx vertx = Vertx.vertx();
      try {
        WebSocketClient sockets =
            vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(1000));
        List<User> users = users(server);
        Supplier<Map<String, Double>> cores = () -> cores(server, mockPid);
        Load full =
            closed(
                vertx,
                sockets,
                server.port(),
                conversations(server, users, List.of()),
                warmSeconds,
                cores);
        report.figure("turns, no retrieval", full.turnsPerSecond(), "turns/s");
        report.goal("ratio to the floor", full.turnsPerSecond() / floor, "≥", 0.35);
        full.cores()
            .forEach(
                (who, used) -> report.figure("core seconds of " + seconds + ", " + who, used, "s"));
        delays(vertx, sockets, server, users, full);
        if (!brief) {
          retrieval(vertx, sockets, server, users);
        }
      } finally {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    }
  }

  private Map<String, Double> cores(ServerProcess server, long mockPid) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("server", Cores.seconds(server.pid()));
    seconds.put("PostgreSQL", Cores.seconds(postgres.pid()));
    seconds.put("load client", Cores.own());
    seconds.put("model mock", Cores.seconds(mockPid));
    return seconds;
  }

  private void delays(
      Vertx vertx, WebSocketClient sockets, ServerProcess server, List<User> users, Load full)
      throws Exception {
    double rate = full.turnsPerSecond() / 2;
    report.say("the same at half the load, " + Math.round(rate) + " turns/s");
    Load half = open(vertx, sockets, server.port(), conversations(server, users, List.of()), rate);
    report.figure("turns at half load", half.turnsPerSecond(), "turns/s");
    report.goal("first delta p50, ms", half.firstDelta().getValueAtPercentile(50) / 1e6, "≤", 15);
    report.goal("first delta p99, ms", half.firstDelta().getValueAtPercentile(99) / 1e6, "≤", 60);
  }

  private void retrieval(
      Vertx vertx, WebSocketClient sockets, ServerProcess server, List<User> users)
      throws Exception {
    report.say("with retrieval on, over the manual");
    List<Conversation> all = new ArrayList<>();
    Api api = new Api(server.url());
    for (User user : users) {
      JsonNode made = api.post(user.token(), "/v1/conversations", Map.of("title", "bench"));
      all.add(new Conversation(user.token(), made.get("id").asText()));
    }
    Load load = closed(vertx, sockets, server.port(), all, warmSeconds / 4, Map::of);
    report.figure("turns, with retrieval", load.turnsPerSecond(), "turns/s");
    double search = searches(server, users);
    report.figure("searches alone, hybrid, by text", search, "searches/s");
    report.figure("ratio to searches alone", load.turnsPerSecond() / search, "");
  }

  private double searches(ServerProcess server, List<User> users) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    LongAdder count = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String token = users.get(i).token();
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                Api api = new Api(server.url());
                while (!over.get()) {
                  try {
                    api.post(
                        token,
                        "/v1/search",
                        Map.of("query", "pergunta " + UUID.randomUUID(), "limit", 8));
                    count.increment();
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  } catch (InterruptedException e) {
                    return;
                  }
                }
              }));
    }
    TimeUnit.SECONDS.sleep(3);
    count.reset();
    TimeUnit.SECONDS.sleep(8);
    double rate = count.sum() / 8.0;
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    return rate;
  }

  private record User(String token) {}

  private record Conversation(String token, String id) {}

  private static List<User> users(ServerProcess server) throws Exception {
    Api api = new Api(server.url());
    String admin = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
    List<User> users = new ArrayList<>();
    for (int t = 0; t < TENANTS; t++) {
      String tenant =
          api.post(
                  admin,
                  "/v1/tenants",
                  Map.of("name", "tenant " + t, "token_quota", 1_000_000_000L))
              .get("id")
              .asText();
      for (int u = 0; u < USERS / TENANTS; u++) {
        String email = "user" + t + "-" + u + "@example.org";
        api.post(
            admin,
            "/v1/users",
            Map.of(
                "tenant_id",
                tenant,
                "email",
                email,
                "password",
                ServerProcess.PASSWORD,
                "name",
                "User",
                "role",
                "member"));
        users.add(new User(api.signIn(email, ServerProcess.PASSWORD)));
      }
    }
    return users;
  }

  private static List<Conversation> conversations(
      ServerProcess server, List<User> users, List<String> collections) throws Exception {
    Api api = new Api(server.url());
    List<Conversation> conversations = new ArrayList<>();
    for (User user : users) {
      JsonNode made =
          api.post(
              user.token(),
              "/v1/conversations",
              Map.of("title", "bench", "collections", collections));
      conversations.add(new Conversation(user.token(), made.get("id").asText()));
    }
    return conversations;
  }

  /** Each user says the next thing when the answer to the last one is complete. */
  private Load closed(
      Vertx vertx,
      WebSocketClient sockets,
      int port,
      List<Conversation> conversations,
      int warm,
      Supplier<Map<String, Double>> cores)
      throws Exception {
    LongAdder count = new LongAdder();
    AtomicBoolean over = new AtomicBoolean();
    List<TurnClient> clients = new ArrayList<>();
    for (Conversation conversation : conversations) {
      clients.add(
          TurnClient.open(
                  vertx,
                  sockets,
                  port,
                  conversation.token(),
                  conversation.id(),
                  ignored -> {},
                  client -> {
                    count.increment();
                    if (!over.get()) {
                      client.say();
                    }
                  })
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS));
    }
    clients.forEach(TurnClient::say);
    TimeUnit.SECONDS.sleep(warm);
    Map<String, Double> before = cores.get();
    long start = System.nanoTime();
    count.reset();
    TimeUnit.SECONDS.sleep(seconds);
    double rate = count.sum() / ((System.nanoTime() - start) / 1e9);
    Map<String, Double> used = new LinkedHashMap<>();
    cores.get().forEach((who, sum) -> used.put(who, sum - before.getOrDefault(who, 0.0)));
    over.set(true);
    TimeUnit.SECONDS.sleep(2);
    return new Load(rate, used, new ConcurrentHistogram(3));
  }

  /** So many turns a second, whoever is idle says the next thing. */
  private Load open(
      Vertx vertx, WebSocketClient sockets, int port, List<Conversation> conversations, double rate)
      throws Exception {
    LongAdder count = new LongAdder();
    AtomicBoolean measuring = new AtomicBoolean();
    ConcurrentHistogram delays = new ConcurrentHistogram(3);
    ConcurrentLinkedQueue<TurnClient> idle = new ConcurrentLinkedQueue<>();
    for (Conversation conversation : conversations) {
      idle.add(
          TurnClient.open(
                  vertx,
                  sockets,
                  port,
                  conversation.token(),
                  conversation.id(),
                  nanos -> {
                    if (measuring.get()) {
                      delays.recordValue(nanos);
                    }
                  },
                  client -> {
                    count.increment();
                    idle.add(client);
                  })
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS));
    }
    long start = System.nanoTime();
    long whole = 5L + seconds;
    long said = 0;
    while (System.nanoTime() - start < whole * 1_000_000_000L) {
      if (!measuring.get() && System.nanoTime() - start > 5_000_000_000L) {
        count.reset();
        measuring.set(true);
      }
      long due = (long) ((System.nanoTime() - start) / 1e9 * rate);
      while (said < due) {
        TurnClient client = idle.poll();
        if (client == null) {
          break;
        }
        client.say();
        said++;
      }
      TimeUnit.MICROSECONDS.sleep(500);
    }
    measuring.set(false);
    double reached = count.sum() / (double) seconds;
    TimeUnit.SECONDS.sleep(2);
    return new Load(reached, Map.of(), delays);
  }
}
