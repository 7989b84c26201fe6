package dev.mordomo.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.NodeScript;
import dev.mordomo.kernel.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three nodes, forty clients, and damage at random; then the question whether anybody was told
 * anything that is not so. The same seed does the same things, as far as processes and networks can
 * be told what to do.
 */
public final class Chaos {
  private static final int NODES = 3;
  private static final int OWN_CLIENTS = 20;
  private static final int OFFICIAL_CLIENTS = 8;
  private static final int EVENTS_CLIENTS = 6;
  private static final int COMPLETION_CLIENTS = 6;
  private static final Duration SETTLE = Duration.ofSeconds(90);

  private final long seed;
  private final Duration time;

  public Chaos(long seed, Duration time) {
    this.seed = seed;
    this.time = time;
  }

  /**
   * @param wrongs what must never happen and did; empty: all is well
   * @param faults what was done to the nodes, one a line
   */
  public record Outcome(List<String> wrongs, String turns, String summary, List<String> faults) {}

  public Outcome run() throws SQLException, InterruptedException, ExecutionException {
    try (Nodes nodes = new Nodes()) {
      Answers model = new Answers(nodes.vertx, seed);
      nodes.model.withoutRecording().always(model);
      try (Fleet fleet = new Fleet(nodes, NODES, settings())) {
        return run(nodes, model, fleet);
      }
    }
  }

  private static Map<String, String> settings() {
    return Map.of(
        "MORDOMO_LIMITS_PING_SECONDS", "2",
        "MORDOMO_LIMITS_SOCKETS_PER_USER", "1000",
        "MORDOMO_LIMITS_TURNS_PER_MINUTE", "1000000",
        "MORDOMO_REMINDER_POLL", "2s");
  }

  private Outcome run(Nodes nodes, Answers model, Fleet fleet)
      throws SQLException, InterruptedException, ExecutionException {
    ApiClient admin = ApiClient.signIn(fleet.node(0).url());
    AtomicBoolean raging = new AtomicBoolean(true);
    List<StubbornClient> own = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < OWN_CLIENTS; i++) {
      // Two devices share a conversation now and then.
      UUID conversation = i % 5 == 4 ? own.getLast().conversation() : Nodes.conversation(admin);
      Random random = new Random(seed * 1000 + i);
      StubbornClient client =
          new StubbornClient(
              "j" + i,
              () -> fleet.clients(random.nextInt(NODES)).port(),
              admin.token(),
              conversation,
              random,
              raging::get);
      own.add(client);
      threads.add(Thread.ofVirtual().name("client " + i).start(client));
    }
    List<EventsClient> events = new ArrayList<>();
    for (int i = 0; i < EVENTS_CLIENTS; i++) {
      Random random = new Random(seed * 1000 + 100 + i);
      EventsClient client =
          new EventsClient(
              "e" + i,
              () -> fleet.clients(random.nextInt(NODES)).port(),
              admin.token(),
              Nodes.conversation(admin),
              random,
              raging::get);
      events.add(client);
      threads.add(Thread.ofVirtual().name("events client " + i).start(client));
    }
    List<CompletionClient> completions = new ArrayList<>();
    for (int i = 0; i < COMPLETION_CLIENTS; i++) {
      Random random = new Random(seed * 1000 + 200 + i);
      CompletionClient client =
          new CompletionClient(
              "o" + i,
              () -> fleet.clients(random.nextInt(NODES)).port(),
              admin.token(),
              Nodes.conversation(admin),
              random,
              raging::get);
      completions.add(client);
      threads.add(Thread.ofVirtual().name("completion client " + i).start(client));
    }
    try (NodeScript official = official(admin, fleet)) {
      Faults faults = new Faults(seed, fleet, model);
      faults.rage(time);
      raging.set(false);
      official.tell("stop");
      List<String> wrongs = new ArrayList<>();
      for (Thread thread : threads) {
        if (!thread.join(SETTLE)) {
          wrongs.add(thread.getName() + " does not come to an end");
        }
      }
      Map<UUID, List<Talk>> talks = new HashMap<>();
      for (StubbornClient client : own) {
        wrongs.addAll(client.wrongs());
        talks.computeIfAbsent(client.conversation(), c -> new ArrayList<>()).addAll(client.talks());
      }
      for (EventsClient client : events) {
        wrongs.addAll(client.wrongs());
        talks.put(client.conversation(), client.talks());
      }
      completions.forEach(client -> wrongs.addAll(client.wrongs()));
      heard(official, talks, wrongs);
      nodes.awaitReminders();
      Verdict verdict = new Verdict(nodes.database, talks, completions);
      wrongs.addAll(verdict.wrongs());
      return new Outcome(wrongs, verdict.summary(), faults.summary(), faults.log());
    }
  }

  private NodeScript official(ApiClient admin, Fleet fleet) {
    String urls =
        IntStream.range(0, NODES)
            .mapToObj(i -> "ws://127.0.0.1:" + fleet.clients(i).port() + "/v1/ws")
            .collect(Collectors.joining(","));
    String conversations =
        IntStream.range(0, OFFICIAL_CLIENTS)
            .mapToObj(i -> Nodes.conversation(admin).toString())
            .collect(Collectors.joining(","));
    return NodeScript.start(
        "chaos.mjs", Map.of("URLS", urls, "CONVERSATIONS", conversations, "TOKEN", admin.token()));
  }

  /** What the official clients say that they were told: a line of JSON a turn. */
  private static void heard(NodeScript official, Map<UUID, List<Talk>> talks, List<String> wrongs) {
    official.await("done");
    for (String line : official.said()) {
      if (line.startsWith("wrong ")) {
        wrongs.add(line);
      } else if (line.startsWith("talk ")) {
        JsonNode talk = Json.read(line.substring("talk ".length()));
        talks
            .computeIfAbsent(
                UUID.fromString(talk.get("conversation").asText()), c -> new ArrayList<>())
            .add(
                new Talk(
                    talk.get("id").asText(),
                    talk.get("words").asText(),
                    text(talk, "turn"),
                    text(talk, "end"),
                    talk.get("heard").asText(),
                    talk.get("whole").asBoolean(),
                    false));
      }
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.ofNullable(node.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }
}
