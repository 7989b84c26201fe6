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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Many answers at once, each at a steady pace: frames a second, and how far behind the model each
 * token is when its client has it. The tokens say when they were made; all processes of a machine
 * share the clock of {@link System#nanoTime}.
 */
final class StreamsBench {
  private static final int TOKENS_PER_SECOND = 50;
  private static final Pattern TOKEN = Pattern.compile("t(\\d{6,})");

  private final Report report;
  private final int streams;
  private final int answerSeconds;
  private final int warmUp;
  private final int seconds;
  private final Postgres postgres = new Postgres();

  StreamsBench(Report report, boolean brief) {
    this.report = report;
    this.streams = brief ? 20 : 200;
    this.answerSeconds = brief ? 4 : 10;
    this.warmUp = brief ? 4 : 60;
    this.seconds = brief ? 6 : 30;
  }

  void run() throws Exception {
    postgres.createPrepared("bench_streams");
    Process mock = ModelMock.start(TOKENS_PER_SECOND * answerSeconds, 1000 / TOKENS_PER_SECOND);
    Vertx vertx = Vertx.vertx();
    try (BufferedReader said = mock.inputReader()) {
      Map<String, String> settings = ModelMock.settings(said.readLine().strip());
      try (ServerProcess server = new ServerProcess(postgres.url("bench_streams"), settings)) {
        List<Person> people;
        try (Connection owner = postgres.connect("bench_streams")) {
          people = People.make(owner, streams);
        }
        measure(vertx, server, mock.pid(), people);
      }
    } finally {
      mock.destroy();
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private void measure(Vertx vertx, ServerProcess server, long mock, List<Person> people)
      throws Exception {
    WebSocketClient client =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(10_000));
    AtomicBoolean measuring = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    LongAdder frames = new LongAdder();
    LongAdder tokens = new LongAdder();
    ConcurrentHistogram delays = new ConcurrentHistogram(3);
    List<Wire> wires = new ArrayList<>();
    for (Person person : people) {
      wires.add(
          Wire.open(
                  client,
                  server.port(),
                  person.key(),
                  "\"channel\":\"conversation:" + person.conversation() + "\"",
                  (wire, text) -> {
                    if (text.contains("\"turn.failed\"")) {
                      throw new IllegalStateException(text);
                    }
                    if (measuring.get()) {
                      // An answer's last words come in one message with the whole of it.
                      text.lines()
                          .filter(line -> line.contains("\"turn.delta\""))
                          .forEach(line -> count(line, frames, tokens, delays));
                    }
                    if (text.contains("\"turn.completed\"") && !over.get()) {
                      say(wire, person);
                    }
                  })
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS));
    }
    for (int i = 0; i < wires.size(); i++) {
      say(wires.get(i), people.get(i));
      // Not all in step: answers begin over the length of one.
      TimeUnit.MILLISECONDS.sleep(answerSeconds * 1000L / streams);
    }
    TimeUnit.SECONDS.sleep(warmUp);
    double serverBefore = Cores.seconds(server.pid());
    double postgresBefore = Cores.seconds(postgres.pid());
    double mockBefore = Cores.seconds(mock);
    double ownBefore = Cores.own();
    measuring.set(true);
    TimeUnit.SECONDS.sleep(seconds);
    measuring.set(false);
    over.set(true);
    report.figure("streams at once", streams, "");
    report.figure("tokens", tokens.sum() / (double) seconds, "tokens/s");
    report.figure("frames", frames.sum() / (double) seconds, "frames/s");
    report.figure("behind the model, p50", delays.getValueAtPercentile(50) / 1e6, "ms");
    report.figure("behind the model, p99", delays.getValueAtPercentile(99) / 1e6, "ms");
    report.goal("behind the model, worst, ms", delays.getMaxValue() / 1e6, "≤", 100);
    String of = "core seconds of " + seconds + ", ";
    report.figure(of + "server", Cores.seconds(server.pid()) - serverBefore, "s");
    report.figure(of + "PostgreSQL", Cores.seconds(postgres.pid()) - postgresBefore, "s");
    report.figure(of + "model mock", Cores.seconds(mock) - mockBefore, "s");
    report.figure(of + "load client", Cores.own() - ownBefore, "s");
  }

  private static void count(
      String frame, LongAdder frames, LongAdder tokens, ConcurrentHistogram delays) {
    long now = System.nanoTime();
    frames.increment();
    Matcher token = TOKEN.matcher(frame);
    while (token.find()) {
      tokens.increment();
      delays.recordValue(Math.max(0, now - Long.parseLong(token.group(1))));
    }
  }

  private static void say(Wire wire, Person person) {
    wire.send(
        "{\"id\":9,\"rpc\":{\"method\":\"turn.start\",\"data\":{\"conversation_id\":\""
            + person.conversation()
            + "\",\"content\":\"pergunta\",\"client_message_id\":\""
            + dev.mordomo.kernel.Ids.next()
            + "\"}}}");
  }
}
