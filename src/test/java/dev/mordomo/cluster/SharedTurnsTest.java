package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeProcess;
import dev.mordomo.RedisServer;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.model.FakeModelServer.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes of a cluster that remember conversations in one Redis, as {@code REDIS_URL} says. */
class SharedTurnsTest {
  private static final int ENOUGH = 20;

  private RedisServer redis;
  private Nodes nodes;
  private List<NodeProcess> both = List.of();
  private List<ApiClient> clients;

  @BeforeEach
  void open() {
    redis = new RedisServer();
    nodes = new Nodes();
    Map<String, String> shared =
        Map.of("REDIS_URL", redis.url(), "MORDOMO_CHAT_RECENT_WAIT", "500ms");
    both = nodes.startAll(List.of(shared, shared));
    both.forEach(node -> Nodes.awaitSize(node, 2));
    awaitRedis(1);
    ApiClient first = ApiClient.signIn(both.getFirst().url());
    clients = both.stream().map(node -> first.at(node.url())).toList();
  }

  @AfterEach
  void close() {
    both.forEach(NodeProcess::close);
    nodes.close();
    redis.close();
  }

  /** Whether both nodes reach it. */
  private void awaitRedis(int up) {
    for (NodeProcess node : both) {
      Await.until(
          "Redis up: " + up, () -> Nodes.metric(node, "mordomo_redis_up") == up, Nodes.PATIENCE);
    }
  }

  private int found(int node) {
    return Nodes.metric(both.get(node), "mordomo_recent_turns_total{result=\"hit\"}");
  }

  /** A conversation whose turns go to one node and the other; what was said in it. */
  private final class Talk {
    private final UUID id = Nodes.conversation(clients.getFirst());
    private final List<String> said = new ArrayList<>();
    private int turns;

    /** The model is told what was said, and nothing else, whatever the node remembers. */
    private Asked begin(int node) throws InterruptedException {
      String words = "pergunta " + ++turns;
      Nodes.begin(clients.get(node), id, words);
      Asked asked = nodes.model.next();
      List<String> told = told(asked);
      assertEquals(words, told.getLast());
      assertEquals(
          said.subList(Math.max(0, said.size() - 20), said.size()),
          told.subList(0, told.size() - 1),
          "before " + words);
      said.add(words);
      return asked;
    }

    private void end(int node, Asked asked) {
      String answer = "resposta " + turns;
      asked.say(answer.substring(4)).finish();
      said.add(answer);
      Await.until(
          answer,
          () -> Nodes.messages(clients.get(node), id, "assistant").size() == turns,
          Nodes.PATIENCE);
    }

    private void turn(int node) throws InterruptedException {
      Asked asked = begin(node);
      asked.say("resp");
      end(node, asked);
    }

    /** Turn after turn, until each node has found there what the other left. */
    private void untilBothFind() throws InterruptedException {
      int[] before = {found(0), found(1)};
      for (int i = 0; found(0) == before[0] || found(1) == before[1]; i++) {
        assertTrue(i < ENOUGH, "nothing was found in " + ENOUGH + " turns");
        turn(i % 2);
      }
    }
  }

  private static List<String> told(Asked asked) {
    return asked
        .json()
        .get("messages")
        .valueStream()
        .filter(message -> !message.get("role").asText().equals("system"))
        .map(message -> message.get("content").asText())
        .toList();
  }

  /** The next line that is no news on the user's own channel. */
  private static JsonNode next(WireClient socket) {
    JsonNode line = socket.next();
    while (line.at("/push/channel").asText().startsWith("user:")) {
      line = socket.next();
    }
    return line;
  }

  @Test
  void whatOneNodeLeavesTheOtherFindsAndNothingIsWrongWhenRedisDiesInMidAnswer() throws Exception {
    Talk talk = new Talk();
    talk.untilBothFind();

    Asked asked = talk.begin(0);
    asked.say("resp");
    redis.kill();
    talk.end(0, asked);
    int[] before = {found(0), found(1)};
    talk.turn(1);
    talk.turn(0);
    awaitRedis(0);
    talk.turn(0);
    talk.turn(1);
    assertEquals(before[0], found(0));
    assertEquals(before[1], found(1));

    // It comes back empty, in mid-answer again.
    asked = talk.begin(1);
    asked.say("resp");
    redis.start();
    awaitRedis(1);
    talk.end(1, asked);
    talk.untilBothFind();

    // What it knew before it stood still is late, and is not believed.
    redis.freeze();
    talk.turn(0);
    talk.turn(1);
    redis.wake();
    awaitRedis(1);
    talk.untilBothFind();
    nodes.contiguous(talk.id);
  }

  @Test
  void aConversationThatIsDeletedAtOneNodeIsForgottenByBothAndByRedis() throws Exception {
    Talk talk = new Talk();
    Talk other = new Talk();
    talk.untilBothFind();
    other.turn(0);
    String channel = "conversation:" + talk.id;
    Await.until("both are kept", () -> redis.cli("DBSIZE").endsWith("2"), Nodes.PATIENCE);
    try (WireClient near = Nodes.listen(both.getFirst(), clients.getFirst(), talk.id);
        WireClient far = Nodes.listen(both.getLast(), clients.getLast(), talk.id);
        WireClient elsewhere = Nodes.listen(both.getLast(), clients.getLast(), other.id)) {
      Asked asked = talk.begin(1);
      asked.say("resp");
      Nodes.hear(far, "resp");
      assertEquals(204, clients.getFirst().status("DELETE", "/v1/conversations/" + talk.id));
      asked.awaitClosed();
      for (WireClient socket : List.of(near, far)) {
        Nodes.publication(socket, "turn.cancelled");
        JsonNode push = next(socket).get("push");
        assertEquals(channel, push.get("channel").asText(), push::toString);
        assertEquals(2000, push.at("/unsubscribe/code").asInt(), push::toString);
        // Nobody is let in again, nor told what was said.
        for (String command : List.of("subscribe", "history", "presence")) {
          socket.send("{\"id\":9,\"%s\":{\"channel\":\"%s\"}}".formatted(command, channel));
          JsonNode refused = next(socket);
          assertEquals(103, refused.at("/error/code").asInt(), refused::toString);
        }
      }
      Await.until("Redis forgets it", () -> redis.cli("DBSIZE").endsWith("1"), Nodes.PATIENCE);
      assertFalse(redis.cli("KEYS", "*" + talk.id).contains(talk.id.toString()));
      // The other conversation goes on, on the sockets that it has.
      other.turn(0);
      Nodes.publication(elsewhere, "turn.completed");
    }
    for (ApiClient client : clients) {
      assertEquals(404, client.status("GET", "/v1/conversations/" + talk.id));
    }
  }
}
