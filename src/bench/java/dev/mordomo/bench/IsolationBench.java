package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.net.URI;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What row-level security costs: the same turns and searches against two servers of the same build
 * on copies of one database, one as it is, the other {@link Unprotected}. The rounds alternate,
 * each with the other's beside it; the ratio is the median of theirs. The server's own statement
 * that says for whom a transaction works is still sent to the second, where it does nothing: it
 * travels with the first statement of the work, and most of turns and all of searches go without
 * it.
 */
final class IsolationBench {
  private static final String PROTECTED = "bench_protected";
  private static final String BARE = "bench_unprotected";
  private static final String MODEL = "embedded/gloss-minilm";
  private static final double GOAL = 0.9;
  private static final int PEOPLE = 50;
  private static final int CLIENTS = 4;

  private final Report report;
  private final Postgres postgres = new Postgres();
  private final int chunks;
  private final int rounds;
  private final int seconds;
  private final int warmSeconds;

  /**
   * @param brief a second of each: enough to see that it works, not for figures
   */
  IsolationBench(Report report, boolean brief) {
    this.report = report;
    this.chunks = brief ? 2_000 : 50_000;
    this.rounds = brief ? 2 : 8;
    this.seconds = brief ? 1 : 8;
    this.warmSeconds = brief ? 3 : 45;
  }

  /** One of the two. */
  private record Side(
      URI search, String token, TurnLoad turns, List<Double> turnRates, List<Double> searchRates) {}

  void run() throws Exception {
    postgres.createPrepared(PROTECTED);
    SearchData data = new SearchData(postgres, PROTECTED, chunks);
    List<Person> people = fill(data);
    postgres.copy(PROTECTED, BARE);
    try (Connection owner = postgres.connect(BARE)) {
      report.say(Unprotected.make(owner) + " tables and functions without row-level security");
    }
    Process mock = ModelMock.start(20, 0);
    Vertx vertx = Vertx.vertx();
    try (BufferedReader said = mock.inputReader()) {
      Map<String, String> settings = ModelMock.settings(said.readLine().strip());
      try (ServerProcess with = new ServerProcess(postgres.url(PROTECTED), settings);
          ServerProcess without = new ServerProcess(postgres.url(BARE), settings)) {
        measure(side(vertx, with, people), side(vertx, without, people), bodies(data));
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      mock.destroy();
    }
  }

  private List<Person> fill(SearchData data) throws Exception {
    try (ServerProcess server = new ServerProcess(postgres.url(PROTECTED), Map.of())) {
      Api api = new Api(server.url());
      String token = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
      Map<String, String> shelf = Map.of("name", "bench", "scope", "tenant");
      data.fill(api.post(token, "/v1/collections", shelf).get("id").asText(), MODEL, report);
    }
    try (Connection owner = postgres.connect(PROTECTED)) {
      return People.make(owner, PEOPLE);
    }
  }

  private static List<String> bodies(SearchData data) {
    return data.queries().stream().map(SearchBench::body).toList();
  }

  private static Side side(Vertx vertx, ServerProcess server, List<Person> people)
      throws Exception {
    String token = new Api(server.url()).signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
    return new Side(
        URI.create(server.url() + "/v1/search"),
        token,
        new TurnLoad(vertx, server.port(), people),
        new ArrayList<>(),
        new ArrayList<>());
  }

  private void measure(Side with, Side without, List<String> bodies) throws Exception {
    for (Side side : List.of(with, without)) {
      double turns = side.turns().rate(warmSeconds);
      double searches = searches(side, bodies, warmSeconds / 3);
      report.say("warm at %.0f turns/s, %.0f searches/s".formatted(turns, searches));
    }
    for (int round = 0; round < rounds; round++) {
      for (Side side : round % 2 == 0 ? List.of(with, without) : List.of(without, with)) {
        side.turnRates().add(side.turns().rate(seconds));
        side.searchRates().add(searches(side, bodies, seconds));
      }
    }
    tell("turns", with.turnRates(), without.turnRates());
    tell("searches", with.searchRates(), without.searchRates());
  }

  private static double searches(Side side, List<String> bodies, int seconds) throws Exception {
    return Hammer.run(side.search(), side.token(), bodies, CLIENTS, 1, seconds).rate();
  }

  private void tell(String what, List<Double> with, List<Double> without) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < with.size(); i++) {
      ratios.add(with.get(i) / without.get(i));
    }
    report.figure(what + ", with row-level security", median(with), what + "/s");
    report.figure(what + ", without", median(without), what + "/s");
    report.figure(
        what + ", the rounds' ratios, least",
        ratios.stream().min(Double::compare).orElseThrow(),
        "");
    report.figure(
        what + ", the rounds' ratios, most",
        ratios.stream().max(Double::compare).orElseThrow(),
        "");
    report.goal(what + ", ratio", median(ratios), "≥", GOAL);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
