package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.BufferedReader;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many idle sessions on one node: what each costs beside a bare server's, and whether all live. */
final class SocketsBench {
  private static final int AT_ONCE = 100;

  private final Report report;
  private final int sessions;
  private final int restSeconds;
  private final Postgres postgres = new Postgres();

  /** A client that nobody holds any more closes its sockets. */
  private final List<WebSocketClient> clients = new ArrayList<>();

  SocketsBench(Report report, boolean brief) {
    this.report = report;
    this.sessions = brief ? 500 : 10_000;
    this.restSeconds = brief ? 10 : 120;
  }

  void run() throws Exception {
    double bare = bare();
    postgres.createPrepared("bench_sockets");
    Vertx vertx = Vertx.vertx();
    try (ServerProcess server = ServerProcess.publishing(postgres.url("bench_sockets"), Map.of())) {
      List<Person> people;
      try (Connection owner = postgres.connect("bench_sockets")) {
        people = People.make(owner, sessions);
      }
      live(vertx, server, people, bare);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  private void live(Vertx vertx, ServerProcess server, List<Person> people, double bare)
      throws Exception {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger pushes = new AtomicInteger();
    Cost cost = cost(vertx, server.pid(), server.port(), people, closed, pushes);
    report.figure("sessions", sessions, "");
    report.figure("connected a second", cost.rate(), "sessions/s");
    double each = cost.kilobytes();
    report.figure("memory of a session", each, "KB");
    report.goal("ratio to a bare socket", each / bare, "≤", 1.5);
    report.say(restSeconds + " seconds of rest, with pings");
    TimeUnit.SECONDS.sleep(restSeconds);
    report.goal("sessions lost", closed.get(), "≤", 0);
    publish(server, pushes, "first");
    publish(server, pushes, "second");
    report.figure("memory of the server, resident", Cores.residentMegabytes(server.pid()), "MB");
  }

  /**
   * @param rate sessions a second
   * @param kilobytes of each
   */
  private record Cost(double rate, double kilobytes) {}

  /** Connects all of them twice: the first time pays for what is loaded and compiled once. */
  private Cost cost(
      Vertx vertx,
      long server,
      int port,
      List<Person> people,
      AtomicInteger closed,
      AtomicInteger pushes)
      throws Exception {
    connect(vertx, port, people, closed, pushes);
    clients
        .removeLast()
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    while (closed.get() < sessions) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    closed.set(0);
    double before = settled(server);
    long start = System.nanoTime();
    connect(vertx, port, people, closed, pushes);
    double rate = sessions / ((System.nanoTime() - start) / 1e9);
    return new Cost(rate, (settled(server) - before) * 1024 / sessions);
  }

  /** Once it no longer falls: what has ended is forgotten a moment later. */
  private static double settled(long server) throws Exception {
    double used = Numbers.megabytesInUse(server);
    while (true) {
      TimeUnit.SECONDS.sleep(2);
      double now = Numbers.megabytesInUse(server);
      if (now > used - 0.5) {
        return now;
      }
      used = now;
    }
  }

  private void publish(ServerProcess server, AtomicInteger pushes, String which) throws Exception {
    pushes.set(0);
    long start = System.nanoTime();
    server.command("publish");
    while (pushes.get() < sessions && System.nanoTime() - start < 30_000_000_000L) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    report.figure("pushes heard, " + which + " time", pushes.get(), "");
    report.goal("an event to everybody, " + which + " time, s", seconds, "≤", 2);
  }

  private void connect(
      Vertx vertx, int port, List<Person> people, AtomicInteger closed, AtomicInteger pushes)
      throws Exception {
    WebSocketClient client =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100_000));
    clients.add(client);
    Semaphore slots = new Semaphore(AT_ONCE);
    CountDownLatch left = new CountDownLatch(people.size());
    List<String> failures = new ArrayList<>();
    for (Person person : people) {
      slots.acquire();
      Wire.open(
              client,
              port,
              person.key(),
              "",
              (wire, text) -> {
                if (text.contains("config.updated")) {
                  pushes.incrementAndGet();
                }
              })
          .onSuccess(wire -> wire.onClose(closed::incrementAndGet))
          .onComplete(done -> {
            if (done.failed()) {
              synchronized (failures) {
                failures.add(String.valueOf(done.cause()));
              }
            }
            slots.release();
            left.countDown();
          });
    }
    left.await();
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.size() + " failed: " + failures.getFirst());
    }
  }

  private double bare() throws Exception {
    List<String> command = ServerProcess.java("target/bench-bare.jsa");
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), BareServer.class.getName()));
    Process server =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Vertx vertx = Vertx.vertx();
    try (BufferedReader said = server.inputReader()) {
      int port = Integer.parseInt(said.readLine().strip());
      List<Person> people = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        people.add(
            new Person(
                new java.util.UUID(0, i),
                new java.util.UUID(0, 0),
                "mk_bench",
                new java.util.UUID(1, i)));
      }
      AtomicInteger ignored = new AtomicInteger();
      double each = cost(vertx, server.pid(), port, people, ignored, ignored).kilobytes();
      report.figure("memory of a socket of a bare server", each, "KB");
      return each;
    } finally {
      server.destroy();
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
