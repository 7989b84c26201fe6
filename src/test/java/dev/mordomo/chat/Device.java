package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A device that listens to a conversation over a socket, and may speak. */
final class Device implements AutoCloseable {
  private final WireClient socket;

  /** What was pushed before a reply came; a turn may end before its beginning is answered. */
  private final Deque<JsonNode> pushed = new ArrayDeque<>();

  private int calls = 10;

  Device(int port, ApiClient client, UUID conversation) {
    socket = WireClient.connected(port, client.token());
    socket.send("{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
    reply(2);
  }

  private JsonNode reply(int id) {
    JsonNode line = socket.next();
    while (line.path("id").asInt() != id) {
      pushed.add(line);
      line = socket.next();
    }
    return line;
  }

  JsonNode next() {
    JsonNode line = pushed.poll();
    return line == null ? socket.next() : line;
  }

  /** A turn that began, or the error. */
  JsonNode call(String method, Map<String, ?> data) {
    int id = ++calls;
    socket.send(Json.write(Map.of("id", id, "rpc", Map.of("method", method, "data", data))));
    return reply(id);
  }

  /** The next event of a type on the conversation's channel. */
  JsonNode hear(String type) {
    while (true) {
      JsonNode data = next().at("/push/pub/data");
      if (data.path("type").asText().equals(type)) {
        return data;
      }
      assertFalse(
          List.of("turn.failed", "turn.completed").contains(data.path("type").asText()),
          data::toString);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
