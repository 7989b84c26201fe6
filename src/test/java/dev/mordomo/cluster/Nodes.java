package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.FreePort;
import dev.mordomo.NodeProcess;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Nodes of one cluster on one database, in processes of their own, and a model server. */
final class Nodes implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(3);
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Vertx vertx = Vertx.vertx();
  final FakeModelServer model = FakeModelServer.start(vertx).always(Behaviour.silence());
  final TestDatabase database = TestDatabase.create();
  final Streams streams = new Streams(database.database(), new Bus(database.vertx()));
  private final int port = FreePort.any();

  /** One more node; all of them find each other on the loopback. */
  NodeProcess start() {
    return start(Map.of());
  }

  /** Several at once, each with its own settings. */
  List<NodeProcess> startAll(List<Map<String, String>> settings) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<NodeProcess>> starting =
          settings.stream().map(one -> threads.submit(() -> start(one))).toList();
      List<NodeProcess> started = new ArrayList<>();
      Optional<ExecutionException> why = Optional.empty();
      for (Future<NodeProcess> one : starting) {
        try {
          started.add(one.get());
        } catch (ExecutionException e) {
          why = Optional.of(e);
        }
      }
      if (why.isPresent()) {
        // Nobody else knows of those that did.
        started.forEach(NodeProcess::close);
        throw new AssertionError("a node did not start", why.get());
      }
      return started;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  NodeProcess start(Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "OPENAI_BASE_URL",
                model.openAiUrl(),
                "MORDOMO_MODEL_CHAT",
                "openai/test",
                "MORDOMO_CHAT_NODE_LEASE",
                LEASE.toSeconds() + "s",
                "MORDOMO_CLUSTER_PORT",
                String.valueOf(port),
                "MORDOMO_CLUSTER_PORT_COUNT",
                "8"));
    environment.putAll(more);
    return NodeProcess.startClustered(database, environment);
  }

  /** Waits until a node sees so many, itself included. */
  static void awaitSize(NodeProcess node, int size) {
    Await.until(
        "the cluster has " + size + " nodes",
        () -> metrics(node).contains("mordomo_cluster_nodes " + size + ".0"),
        PATIENCE);
  }

  /** A node's metric, by its whole name with labels; 0 while there is none. */
  static int metric(NodeProcess node, String name) {
    return metrics(node)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private static String metrics(NodeProcess node) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(node.url() + "/metrics")).build(),
              BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static UUID conversation(ApiClient client) {
    return UUID.fromString(client.post("/v1/conversations", Map.of()).get("id").asText());
  }

  static String begin(ApiClient client, UUID conversation, String words) {
    return begin(client, conversation, words, UUID.randomUUID().toString());
  }

  static String begin(ApiClient client, UUID conversation, String words, String clientMessageId) {
    return client
        .post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of(
                "content", words,
                "client_message_id", clientMessageId,
                "collections", List.of()))
        .get("turn_id")
        .asText();
  }

  static String status(ApiClient client, String turn) {
    return client.get("/v1/turns/" + turn).get("status").asText();
  }

  static void awaitStatus(ApiClient client, String turn, String status) {
    Await.until("turn " + status, () -> status(client, turn).equals(status), PATIENCE);
  }

  /** A socket at a node that hears a conversation from now on. */
  static WireClient listen(NodeProcess node, ApiClient client, UUID conversation) {
    return subscribe(node, client, conversation, "").socket();
  }

  /** Where a socket begins to listen. */
  record Subscribed(WireClient socket, JsonNode result) {}

  /**
   * @param recovery members of the subscribe command, each after a comma
   */
  static Subscribed subscribe(
      NodeProcess node, ApiClient client, UUID conversation, String recovery) {
    WireClient socket = WireClient.connected(URI.create(node.url()).getPort(), client.token());
    socket.send(
        "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:%s\"%s}}"
            .formatted(conversation, recovery));
    JsonNode reply = socket.next();
    while (!reply.has("id")) {
      reply = socket.next();
    }
    assertTrue(reply.has("subscribe"), reply::toString);
    return new Subscribed(socket, reply.get("subscribe"));
  }

  /** The next publication of a type; those before it are left out. */
  static JsonNode publication(WireClient socket, String type) {
    while (true) {
      JsonNode line = socket.next();
      if (line.at("/push/pub/data/type").asText().equals(type)) {
        return line.at("/push/pub");
      }
    }
  }

  /** Waits until the socket has heard all of a text, in its pieces. */
  static long hear(WireClient socket, String text) {
    StringBuilder heard = new StringBuilder();
    long offset = 0;
    while (heard.length() < text.length()) {
      JsonNode publication = publication(socket, "turn.delta");
      heard.append(publication.at("/data/text").asText());
      offset = publication.get("offset").asLong();
    }
    assertEquals(text, heard.toString());
    return offset;
  }

  List<StreamEvent> rows(UUID channel) {
    return streams.after(channel, 0, 10_000);
  }

  void contiguous(UUID channel) {
    List<StreamEvent> rows = rows(channel);
    assertEquals(
        LongStream.rangeClosed(1, rows.size()).boxed().toList(),
        rows.stream().map(StreamEvent::offset).toList());
  }

  /** Waits for those that the last turns asked for: they are still to come. */
  void awaitReminders() {
    Await.until(
        "no reminder is due",
        () -> {
          try (var owner = database.owner();
              var statement = owner.createStatement();
              var left =
                  statement.executeQuery(
                      "SELECT count(*) FROM reminder WHERE status = 'pending'")) {
            return left.next() && left.getInt(1) == 0;
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        PATIENCE);
  }

  /** All that was said in a turn, by the rows. */
  String said(UUID conversation, String turn) {
    StringBuilder said = new StringBuilder();
    for (StreamEvent row : rows(conversation)) {
      JsonNode payload = Json.read(row.payload());
      if (row.type().equals("turn.delta") && payload.get("turn_id").asText().equals(turn)) {
        said.append(payload.get("text").asText());
      }
    }
    return said.toString();
  }

  static List<JsonNode> messages(ApiClient client, UUID conversation, String role) {
    return client
        .get("/v1/conversations/" + conversation + "/messages?limit=200")
        .get("data")
        .valueStream()
        .filter(message -> message.get("role").asText().equals(role))
        .toList();
  }

  @Override
  public void close() {
    model.close();
    database.close();
    vertx.close().await();
  }
}
