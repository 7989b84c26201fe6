package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.ApiClient;
import dev.mordomo.FreePort;
import dev.mordomo.NodeProcess;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Three nodes behind HAProxy, each stopped and started in turn while clients talk. */
class RollingRestartTest {
  private static final int CLIENTS = 12;
  private static final Duration SETTLE = Duration.ofSeconds(60);

  @Test
  void aRollingRestartLosesNothingAndNobodySeesAnError() throws Exception {
    try (Nodes nodes = new Nodes()) {
      nodes.model.withoutRecording().always(new Answers(nodes.vertx, 1));
      List<NodeProcess> fleet = new ArrayList<>();
      try {
        List<Integer> ports = List.of(FreePort.any(), FreePort.any(), FreePort.any());
        fleet.addAll(nodes.startAll(ports.stream().map(RollingRestartTest::settings).toList()));
        try (LoadBalancer proxy = new LoadBalancer(ports)) {
          restartUnderLoad(nodes, fleet, ports, proxy);
        }
      } finally {
        fleet.forEach(NodeProcess::close);
      }
    }
  }

  private static Map<String, String> settings(int port) {
    return Map.of(
        "MORDOMO_GATEWAY_PORT", String.valueOf(port),
        "MORDOMO_LIMITS_PING_SECONDS", "2",
        "MORDOMO_LIMITS_SOCKETS_PER_USER", "1000",
        "MORDOMO_LIMITS_TURNS_PER_MINUTE", "1000000");
  }

  private static void anEventStreamComesThrough(LoadBalancer proxy, ApiClient admin)
      throws IOException, InterruptedException {
    String words = "pelo proxy";
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    proxy.url() + "/v1/conversations/" + Nodes.conversation(admin) + "/turns"))
            .header("Authorization", "Bearer " + admin.token())
            .header("Accept", "text/event-stream")
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    Json.write(
                        Map.of(
                            "content",
                            words,
                            "client_message_id",
                            "sse-1",
                            "collections",
                            List.of()))))
            .build();
    StringBuilder said = new StringBuilder();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Stream<String> lines = http.send(request, BodyHandlers.ofLines()).body()) {
      lines
          .filter(line -> line.startsWith("data:"))
          .map(line -> Json.read(line.substring("data:".length())))
          .filter(event -> event.path("type").asText().equals("turn.delta"))
          .forEach(event -> said.append(event.get("text").asText()));
    }
    assertEquals(Answers.text(words), said.toString());
  }

  private static void restartUnderLoad(
      Nodes nodes, List<NodeProcess> fleet, List<Integer> ports, LoadBalancer proxy)
      throws Exception {
    ApiClient admin = ApiClient.signIn(proxy.url());
    anEventStreamComesThrough(proxy, admin);
    AtomicBoolean loading = new AtomicBoolean(true);
    List<StubbornClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      StubbornClient client =
          new StubbornClient(
              "r" + i,
              proxy::port,
              admin.token(),
              Nodes.conversation(admin),
              new Random(i),
              loading::get);
      clients.add(client);
      threads.add(Thread.ofVirtual().name("client " + i).start(client));
    }
    for (int i = 0; i < fleet.size(); i++) {
      fleet.get(i).terminate();
      fleet.get(i).close();
      fleet.set(i, nodes.start(settings(ports.get(i))));
      Nodes.awaitSize(fleet.get(i), 3);
    }
    loading.set(false);
    for (Thread thread : threads) {
      assertTrue(thread.join(SETTLE), thread.getName() + " does not come to an end");
    }
    List<String> wrongs = new ArrayList<>();
    Map<UUID, List<Talk>> talks = new HashMap<>();
    for (StubbornClient client : clients) {
      wrongs.addAll(client.wrongs());
      talks.put(client.conversation(), client.talks());
      for (Talk talk : client.talks()) {
        if (!talk.cancelled() && !talk.end().equals(Optional.of("turn.completed"))) {
          wrongs.add(talk.id() + " ended as " + talk.end());
        }
        if (!talk.whole()) {
          wrongs.add(talk.id() + " was not heard whole");
        }
      }
    }
    nodes.awaitReminders();
    Verdict verdict = new Verdict(nodes.database, talks, List.of());
    wrongs.addAll(verdict.wrongs());
    assertEquals(List.of(), wrongs);
    assertTrue(talks.values().stream().mapToInt(List::size).sum() > 2 * CLIENTS);
  }
}
