package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.http.Description;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Frames as the description of the socket has them, nearly. */
final class SocketFuzz {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final List<String> COMMANDS =
      List.of(
          "subscribe",
          "unsubscribe",
          "history",
          "presence",
          "presence_stats",
          "refresh",
          "connect",
          "publish",
          "ping",
          "nothing");

  private final Description description = Description.read("asyncapi.yaml");
  private final int port;
  private final Random random;
  private final List<String> methods;

  SocketFuzz(int port, Random random) {
    this.port = port;
    this.random = random;
    this.methods =
        description.root().get("operations").properties().stream()
            .filter(operation -> operation.getValue().path("action").asText().equals("receive"))
            .map(Map.Entry::getKey)
            .toList();
  }

  /** Some frames on one socket; what was wrong with their answers. */
  List<String> once(Caller caller, Function<String, String> ids, int frames) {
    List<String> wrong = new ArrayList<>();
    try (WireClient socket = WireClient.connected(port, caller.token()).pongs()) {
      for (int i = 0; i < frames && !socket.isOver(); i++) {
        String frame = frame(ids, i + 2);
        try {
          socket.send(frame);
          ask(socket).ifPresent(said -> wrong.add(said + " after " + shown(frame)));
        } catch (CompletionException closed) {
          break;
        }
      }
    }
    return wrong;
  }

  /** After each frame the socket answers a ping, or was closed with a code of the protocol. */
  private Optional<String> ask(WireClient socket) {
    int id = 1_000_000 + random.nextInt(1_000_000);
    try {
      socket.send("{\"id\":" + id + ",\"ping\":{}}");
    } catch (CompletionException closed) {
      return closed(socket);
    }
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      Optional<JsonNode> line = socket.poll(Duration.ofMillis(50));
      if (line.isEmpty() && socket.isOver()) {
        return closed(socket);
      }
      Optional<String> verdict = line.flatMap(Verdicts::ofLine);
      if (verdict.isPresent()) {
        return verdict.map(what -> what + " in " + shown(line.get().toString()));
      }
      if (line.filter(l -> l.path("id").asInt() == id).isPresent()) {
        return Optional.empty();
      }
    }
    return Optional.of("no answer to a ping");
  }

  private static Optional<String> closed(WireClient socket) {
    try {
      int code = socket.closeCode();
      return (code >= 3000 && code < 5000) || code == 1009
          ? Optional.empty()
          : Optional.of("closed with " + code);
    } catch (CompletionException broken) {
      return Optional.of("the connection broke: " + broken.getCause());
    }
  }

  private String frame(Function<String, String> ids, int id) {
    double wrong = random.nextInt(3) == 0 ? 0 : 0.12;
    NearlyValid values = new NearlyValid(random, ids, wrong);
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("id", wrong > 0 && random.nextInt(30) == 0 ? -1 : id);
    if (random.nextBoolean()) {
      String method = methods.get(random.nextInt(methods.size()));
      JsonNode data = values.of("", description.rpcData(method));
      command.put(
          "rpc",
          Map.of("method", random.nextInt(30) == 0 ? values.badText() : method, "data", data));
    } else {
      command.put(COMMANDS.get(random.nextInt(COMMANDS.size())), members(values, ids));
    }
    String frame = Json.write(command);
    return switch (random.nextInt(60)) {
      case 0 -> frame.substring(0, random.nextInt(frame.length()));
      case 1 -> frame + "\n" + frame;
      case 2 -> "[".repeat(100) + frame;
      case 3 -> "{}\n\n{}";
      default -> frame;
    };
  }

  private Map<String, Object> members(NearlyValid values, Function<String, String> ids) {
    Map<String, Object> members = new LinkedHashMap<>();
    String channel =
        switch (random.nextInt(4)) {
          case 0 -> values.badText();
          case 1 -> "user:" + ids.apply("users");
          default -> "conversation:" + ids.apply("conversations");
        };
    members.put("channel", channel);
    if (random.nextBoolean()) {
      members.put("recover", random.nextBoolean());
      members.put("offset", random.nextInt(5) == 0 ? values.badText() : random.nextInt(100) - 5);
      members.put("epoch", random.nextBoolean() ? "x" : values.badText());
      members.put("limit", random.nextInt(2_000) - 100);
      members.put("since", Map.of("offset", random.nextInt(9), "epoch", "x"));
      members.put("token", values.badText());
    }
    return members;
  }

  private static String shown(String text) {
    return text.length() > 600 ? text.substring(0, 600) + "…(" + text.length() + ")" : text;
  }
}
