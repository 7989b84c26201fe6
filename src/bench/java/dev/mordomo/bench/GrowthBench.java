package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a turn and a page of messages cost as the database grows, 1, 4 and 16 times, with forty
 * messages in every conversation; and the plans of the statements that read, at the largest.
 */
final class GrowthBench {
  private static final int USERS = 50;
  private static final int MESSAGES = 40;
  private static final int READERS = 4;
  private static final String CONVERSATIONS =
      """
      WITH made AS (
        INSERT INTO conversation (id, tenant_id, user_id, title, collections, message_count, started_at, last_message_at)
        SELECT gen_random_uuid(), u.tenant_id, u.id, 'growth', '{}', %d, now(), now()
        FROM generate_series(1, %d) g JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM app_user
          WHERE name LIKE 'user %%') u ON u.n = g %% %d + 1
        RETURNING id, tenant_id, user_id
      )
      INSERT INTO channel (id, kind, tenant_id, user_id) SELECT id, 'conversation', tenant_id, user_id FROM made
      """;
  private static final String WORDS =
      """
      INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
      SELECT overlay(uuid_from_time(now() - interval '1 hour' + make_interval(secs => m)) ::text
          placing right(gen_random_uuid()::text, 17) from 20)::uuid,
        c.tenant_id, c.user_id, c.id, CASE m %% 2 WHEN 1 THEN 'user' ELSE 'assistant' END,
        repeat('palavra ', CASE m %% 2 WHEN 1 THEN 8 ELSE 24 END), now()
      FROM generate_series(1, %d) m, conversation c
      WHERE c.title = 'growth' AND NOT EXISTS (SELECT 1 FROM message x WHERE x.conversation_id = c.id)
      """;
  private static final Pattern BUFFERS =
      Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?");
  private static final String TOLD =
      "SELECT recent_messages('{tenant}', '{user}', '{conversation}')";
  private static final String HISTORY =
      "SELECT m.id, m.role, m.content FROM message m WHERE m.conversation_id = '{conversation}'"
          + " ORDER BY m.id DESC LIMIT 20";
  private static final String PAGE =
      "SELECT * FROM message WHERE conversation_id = '{conversation}' ORDER BY id LIMIT 51";
  private static final String LIST =
      "SELECT * FROM conversation WHERE user_id = '{user}' ORDER BY id DESC LIMIT 51";

  private final Report report;
  private final Path folder;
  private final boolean brief;
  private final int unit;
  private final int warmSeconds;
  private final int seconds;
  private final Postgres postgres = new Postgres();

  GrowthBench(Report report, Path folder, boolean brief) {
    this.report = report;
    this.folder = folder;
    this.brief = brief;
    this.unit = brief ? 200 : 10_000;
    this.warmSeconds = brief ? 3 : 15;
    this.seconds = brief ? 3 : 10;
  }

  private record Rates(double turns, double pages) {}

  void run() throws Exception {
    postgres.createPrepared("bench_growth");
    Process mock = ModelMock.start(20, 0);
    Vertx vertx = Vertx.vertx();
    try (BufferedReader said = mock.inputReader();
        ServerProcess server =
            new ServerProcess(
                postgres.url("bench_growth"),
                reading(ModelMock.settings(said.readLine().strip())));
        Connection owner = postgres.connect("bench_growth")) {
      List<Person> people = People.make(owner, USERS);
      List<Rates> rates = new ArrayList<>();
      int made = 0;
      for (int times : new int[] {1, 4, 16}) {
        grow(owner, unit * times - made);
        made = unit * times;
        rates.add(measure(vertx, server, owner, people, times));
      }
      Rates first = rates.getFirst();
      Rates last = rates.getLast();
      report.goal("turns, how much slower at 16×", first.turns() / last.turns(), "≤", 1.2);
      report.goal("pages, how much slower at 16×", first.pages() / last.pages(), "≤", 1.2);
      plans(owner, people);
    } finally {
      mock.destroy();
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  /** What it has to read is what grows: nothing is remembered. */
  private static Map<String, String> reading(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("MORDOMO_CHAT_RECENT_MEMORY", "0");
    return all;
  }

  private void grow(Connection owner, int conversations) throws Exception {
    report.say(conversations + " conversations more");
    try (var statement = owner.createStatement()) {
      statement.execute(CONVERSATIONS.formatted(MESSAGES, conversations, USERS));
      statement.execute(WORDS.formatted(MESSAGES));
      statement.execute("VACUUM ANALYZE");
    }
  }

  private Rates measure(
      Vertx vertx, ServerProcess server, Connection owner, List<Person> people, int times)
      throws Exception {
    List<Person> some = new ArrayList<>();
    for (Person person : people) {
      String any =
          one(
              owner,
              "SELECT id FROM conversation WHERE title = 'growth' AND user_id = '"
                  + person.id()
                  + "' ORDER BY random() LIMIT 1");
      some.add(
          new Person(person.id(), person.tenant(), person.key(), java.util.UUID.fromString(any)));
    }
    double turns = turns(vertx, server, some, times == 1);
    double pages = pages(server, some);
    report.figure("turns at " + times + "×", turns, "turns/s");
    report.figure("pages of messages at " + times + "×", pages, "pages/s");
    return new Rates(turns, pages);
  }

  private double turns(Vertx vertx, ServerProcess server, List<Person> people, boolean cold)
      throws Exception {
    WebSocketClient client =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(1_000));
    LongAdder count = new LongAdder();
    AtomicBoolean over = new AtomicBoolean();
    List<TurnClient> clients = new ArrayList<>();
    for (Person person : people) {
      clients.add(
          TurnClient.open(
                  vertx,
                  client,
                  server.port(),
                  person.key(),
                  person.conversation().toString(),
                  ignored -> {},
                  self -> {
                    count.increment();
                    if (!over.get()) {
                      self.say();
                    }
                  })
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS));
    }
    clients.forEach(TurnClient::say);
    // The first size also warms up the server.
    TimeUnit.SECONDS.sleep(cold ? warmSeconds * 3L : warmSeconds);
    count.reset();
    TimeUnit.SECONDS.sleep(seconds);
    double rate = count.sum() / (double) seconds;
    over.set(true);
    TimeUnit.SECONDS.sleep(1);
    return rate;
  }

  private double pages(ServerProcess server, List<Person> people) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    LongAdder count = new LongAdder();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<Thread> threads = new ArrayList<>();
    for (int reader = 0; reader < READERS; reader++) {
      int first = reader;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = first; !over.get(); i += READERS) {
                    Person person = people.get(i % people.size());
                    HttpRequest request =
                        HttpRequest.newBuilder(
                                URI.create(
                                    server.url()
                                        + "/v1/conversations/"
                                        + person.conversation()
                                        + "/messages?limit=50"))
                            .header("Authorization", "Bearer " + person.key())
                            .build();
                    int status = client.send(request, BodyHandlers.ofByteArray()).statusCode();
                    if (status != 200) {
                      throw new IllegalStateException("status " + status);
                    }
                    count.increment();
                  }
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    TimeUnit.SECONDS.sleep(brief ? 2 : 6);
    count.reset();
    TimeUnit.SECONDS.sleep(seconds);
    double rate = count.sum() / (double) seconds;
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    return rate;
  }

  /** Of each statement the plan that touched most pages, into a file beside the figures. */
  private void plans(Connection owner, List<Person> people) throws Exception {
    StringBuilder text = new StringBuilder();
    long most = 0;
    for (String sql : List.of(TOLD, HISTORY, PAGE, LIST)) {
      Plan worst = new Plan("", -1);
      for (Person person : people) {
        String conversation =
            one(
                owner,
                "SELECT id FROM conversation WHERE user_id = '"
                    + person.id()
                    + "' ORDER BY message_count DESC, random() LIMIT 1");
        Plan plan =
            plan(
                owner,
                sql.replace("{conversation}", conversation)
                    .replace("{user}", person.id().toString())
                    .replace("{tenant}", person.tenant().toString()));
        worst = plan.pages() > worst.pages() ? plan : worst;
      }
      text.append(worst.text()).append('\n');
      most = Math.max(most, worst.pages());
    }
    Files.writeString(folder.resolve("growth-plans.txt"), text);
    report.figure("pages that the worst plan touches", (double) most, "");
    report.say("the worst plans: " + folder.resolve("growth-plans.txt"));
  }

  /**
   * @param pages of the table and its indexes, in memory or not
   */
  private record Plan(String text, long pages) {}

  private static Plan plan(Connection owner, String sql) throws Exception {
    StringBuilder text = new StringBuilder(sql).append('\n');
    long pages = -1;
    try (var statement = owner.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE, BUFFERS) " + sql)) {
      while (rows.next()) {
        String line = rows.getString(1);
        text.append("  ").append(line).append('\n');
        Matcher buffers = BUFFERS.matcher(line);
        // The first node's are those of all.
        if (pages < 0 && buffers.find()) {
          pages = count(buffers.group(1)) + count(buffers.group(2));
        }
      }
    }
    return new Plan(text.toString(), pages);
  }

  private static long count(@Nullable String number) {
    return number == null ? 0 : Long.parseLong(number);
  }

  private static String one(Connection owner, String sql) throws Exception {
    try (var statement = owner.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
