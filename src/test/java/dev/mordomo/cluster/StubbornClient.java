package dev.mordomo.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * A client without a library that never gives up: it comes back to whichever node answers, goes on
 * where it was, and sends again under the same id what nobody acknowledged. What it must never see
 * is noted in {@link #wrongs}.
 */
final class StubbornClient extends FaultyWorldClient {
  /** Pings come every two seconds: so long a silence is a dead connection. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final Duration REPLY = Duration.ofSeconds(8);
  private final List<Talk> talks = new ArrayList<>();

  private Optional<WireClient> socket = Optional.empty();
  private long commands = 10;
  private String epoch = "";
  private long offset;

  /** What came at each offset of the epoch. */
  private final Map<Long, String> came = new TreeMap<>();

  /** Deltas, and the end, of each turn. */
  private final Map<String, StringBuilder> deltas = new ConcurrentHashMap<>();

  private final Map<String, JsonNode> ends = new ConcurrentHashMap<>();

  /** Turns of which something may have been missed, since a position could not be recovered. */
  private boolean reloaded;

  /** As those of {@link FaultyWorldClient}. */
  StubbornClient(
      String name,
      IntSupplier doors,
      String token,
      UUID conversation,
      Random random,
      BooleanSupplier goesOn) {
    super(name, doors, token, conversation, random, goesOn);
  }

  List<Talk> talks() {
    return List.copyOf(talks);
  }

  /** The connection is not to be used any more. */
  private static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Gone(String why) {
      super(why, null, false, false);
    }
  }

  @Override
  public void run() {
    try {
      super.run();
    } catch (RuntimeException | AssertionError e) {
      wrongs.add(name + ": " + e);
    } finally {
      drop();
    }
  }

  @Override
  void talk(String id) {
    String words = id + (random.nextInt(4) == 0 ? " " + Answers.REMIND : "");
    boolean cancels = random.nextInt(8) == 0;
    reloaded = false;
    long deadline = System.nanoTime() + LONGEST_TURN.toNanos();
    Optional<String> turn = Optional.empty();
    while (turn.isEmpty()) {
      turn = attempt(() -> start(id, words));
      if (System.nanoTime() - deadline > 0) {
        wrongs.add(name + ": nobody acknowledged " + id);
        break;
      }
    }
    boolean cancelled = false;
    while (turn.isPresent() && !ends.containsKey(turn.get())) {
      String known = turn.get();
      if (cancels && !cancelled && deltas.containsKey(known)) {
        cancelled = attempt(() -> cancel(known)).isPresent();
      }
      attempt(() -> hear(known));
      if (System.nanoTime() - deadline > 0) {
        wrongs.add(name + ": the turn " + known + " of " + id + " never ended");
        break;
      }
    }
    talks.add(
        new Talk(
            id,
            words,
            turn,
            turn.map(ends::get).map(end -> end.get("type").asText()),
            turn.map(deltas::get).map(StringBuilder::toString).orElse(""),
            !reloaded,
            cancelled));
  }

  private interface Step {
    Optional<String> run();
  }

  /** One step on a connection, made if need be; empty when it has to be tried again. */
  private Optional<String> attempt(Step step) {
    try {
      if (socket.isEmpty()) {
        connect();
      }
      return step.run();
    } catch (Gone e) {
      drop();
      nap();
      return Optional.empty();
    }
  }

  private void drop() {
    socket.ifPresent(WireClient::close);
    socket = Optional.empty();
  }

  private void connect() {
    WireClient next;
    try {
      next = new WireClient(port());
    } catch (RuntimeException e) {
      throw new Gone("no connection: " + e.getMessage());
    }
    socket = Optional.of(next);
    JsonNode connected = ask("connect", Map.of("token", token));
    if (!connected.has("connect")) {
      throw new Gone("connect: " + connected);
    }
    JsonNode reply =
        ask(
            "subscribe",
            Map.of(
                "channel",
                "conversation:" + conversation,
                "recover",
                true,
                "epoch",
                epoch,
                "offset",
                offset));
    if (!reply.has("subscribe")) {
      throw new Gone("subscribe: " + reply);
    }
  }

  private void subscribed(JsonNode result) {
    String now = result.get("epoch").asText();
    if (!result.path("recovered").asBoolean()) {
      reloaded = true;
      came.clear();
      offset = result.get("offset").asLong();
    } else if (!epoch.isEmpty() && !epoch.equals(now)) {
      wrongs.add(name + ": recovered from epoch " + epoch + " into " + now);
    }
    epoch = now;
    result.path("publications").forEach(this::publication);
  }

  private Optional<String> start(String id, String words) {
    JsonNode reply =
        ask(
            "rpc",
            Map.of(
                "method",
                "turn.start",
                "data",
                Map.of(
                    "conversation_id",
                    conversation,
                    "content",
                    words,
                    "client_message_id",
                    id,
                    "collections",
                    List.of())));
    if (reply.has("error")) {
      refused("turn.start", reply);
      return Optional.empty();
    }
    return Optional.of(reply.at("/rpc/data/turn_id").asText());
  }

  private Optional<String> cancel(String turn) {
    JsonNode reply = ask("rpc", Map.of("method", "turn.cancel", "data", Map.of("turn_id", turn)));
    if (reply.has("error")) {
      refused("turn.cancel", reply);
      return Optional.empty();
    }
    return Optional.of(turn);
  }

  private void refused(String what, JsonNode reply) {
    if (!reply.at("/error/temporary").asBoolean()) {
      wrongs.add(name + ": " + what + " was refused for good: " + reply);
    }
    nap();
  }

  /** Hears one line; after a reload, asks whether the end was missed. */
  private Optional<String> hear(String turn) {
    if (reloaded) {
      String status = status(turn);
      if (List.of("completed", "cancelled", "failed").contains(status)) {
        ends.put(turn, Json.read("{\"type\":\"turn." + status + "\"}"));
      }
      return Optional.of(turn);
    }
    line(SILENCE);
    return Optional.of(turn);
  }

  private String status(String turn) {
    try {
      return ApiClient.of(url(), token).get("/v1/turns/" + turn).get("status").asText();
    } catch (RuntimeException | AssertionError e) {
      throw new Gone("no status: " + e.getMessage());
    }
  }

  /** Sends a command and gives its reply; what comes before it is heard. */
  private JsonNode ask(String command, Map<String, ?> body) {
    long id = ++commands;
    send(Json.write(Map.of("id", id, command, body)));
    long deadline = System.nanoTime() + REPLY.toNanos();
    while (true) {
      JsonNode line = line(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      if (line.path("id").asLong() == id) {
        return line;
      }
    }
  }

  private void send(String text) {
    try {
      socket.orElseThrow().send(text);
    } catch (RuntimeException e) {
      throw new Gone("not sent: " + e.getMessage());
    }
  }

  private JsonNode line(Duration within) {
    WireClient open = socket.orElseThrow();
    long deadline = System.nanoTime() + within.toNanos();
    Optional<JsonNode> line = open.poll(Duration.ofMillis(100));
    while (line.isEmpty()) {
      if (open.isOver() || System.nanoTime() - deadline > 0) {
        throw new Gone(open.isOver() ? "closed" : "silent");
      }
      line = open.poll(Duration.ofMillis(100));
    }
    take(line.get());
    return line.get();
  }

  private void take(JsonNode line) {
    if (line.isEmpty()) {
      send("{}");
    } else if (line.has("subscribe")) {
      subscribed(line.get("subscribe"));
    } else if (line.at("/push/channel").asText().equals("conversation:" + conversation)) {
      JsonNode push = line.get("push");
      if (push.has("unsubscribe")) {
        throw new Gone("unsubscribed");
      }
      publication(push.get("pub"));
    }
  }

  private void publication(JsonNode publication) {
    long at = publication.get("offset").asLong();
    JsonNode data = publication.get("data");
    String text = data.toString();
    if (at <= offset) {
      if (came.containsKey(at) && !came.get(at).equals(text)) {
        wrongs.add(name + ": offset " + at + " was " + came.get(at) + " and is " + text);
      }
      return;
    }
    if (at != offset + 1) {
      wrongs.add(name + ": after offset " + offset + " came " + at);
    }
    offset = at;
    came.put(at, text);
    String turn = data.path("turn_id").asText();
    switch (data.get("type").asText()) {
      case "turn.delta" -> {
        StringBuilder said = deltas.computeIfAbsent(turn, t -> new StringBuilder());
        said.append(data.get("text").asText());
      }
      case "turn.completed", "turn.failed", "turn.cancelled" -> {
        JsonNode before = ends.put(turn, data);
        // One that was asked for after a reload has no more than its type.
        if (before != null && before.size() > 1) {
          wrongs.add(name + ": the turn " + turn + " ended twice");
        }
      }
      default -> {
        // What else happens is checked in the tables.
      }
    }
  }
}
