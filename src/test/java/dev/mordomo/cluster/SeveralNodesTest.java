package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeProcess;
import dev.mordomo.gateway.http.EventSource;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.model.FakeModelServer.Asked;
import java.net.URI;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes A and B as one, and what they do when a third is killed. Real processes, one database. */
class SeveralNodesTest {
  private static Nodes nodes;
  private static NodeProcess a;
  private static NodeProcess b;
  private static ApiClient atA;
  private static ApiClient atB;

  @BeforeAll
  static void open() {
    nodes = new Nodes();
    List<NodeProcess> both = nodes.startAll(List.of(Map.of(), Map.of()));
    a = both.getFirst();
    b = both.getLast();
    Nodes.awaitSize(a, 2);
    Nodes.awaitSize(b, 2);
    atA = ApiClient.signIn(a.url());
    atB = atA.at(b.url());
  }

  @AfterAll
  static void close() {
    a.close();
    b.close();
    nodes.close();
  }

  @Test
  void aTurnIsHeardLiveAtAnotherNode() throws InterruptedException {
    UUID conversation = Nodes.conversation(atA);
    try (WireClient socket = Nodes.listen(a, atA, conversation)) {
      String turn = Nodes.begin(atB, conversation, "Olá");
      Asked asked = nodes.model.next();
      assertEquals(turn, Nodes.publication(socket, "turn.started").at("/data/turn_id").asText());
      asked.say("Era ");
      Nodes.hear(socket, "Era ");
      asked.say("uma ", "vez.").finish();
      Nodes.hear(socket, "uma vez.");
      JsonNode completed = Nodes.publication(socket, "turn.completed");
      assertEquals("Era uma vez.", completed.at("/data/message/content").asText());
      assertEquals(nodes.rows(conversation).getLast().offset(), completed.get("offset").asLong());
    }
  }

  @Test
  void aClientGoesOnAtAnotherNodeExactlyWhereItWas() throws InterruptedException {
    UUID conversation = Nodes.conversation(atA);
    Asked asked;
    long seen;
    try (WireClient socket = Nodes.listen(a, atA, conversation)) {
      Nodes.begin(atA, conversation, "Conte");
      asked = nodes.model.next();
      asked.say("um ", "dois ");
      seen = Nodes.hear(socket, "um dois ");
    }
    asked.say("três ");
    Await.until("it is kept", () -> nodes.rows(conversation).size() > seen, Nodes.PATIENCE);
    String epoch = nodes.streams.end(conversation).epoch();
    var again =
        Nodes.subscribe(
            b,
            atB,
            conversation,
            ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d".formatted(epoch, seen));
    try (WireClient socket = again.socket()) {
      assertTrue(again.result().get("recovered").asBoolean(), again.result()::toString);
      StringBuilder missed = new StringBuilder();
      long next = seen + 1;
      for (JsonNode publication : again.result().get("publications")) {
        assertEquals(next++, publication.get("offset").asLong());
        missed.append(publication.at("/data/text").asText());
      }
      assertEquals("três ", missed.toString());
      asked.say("quatro.").finish();
      Nodes.hear(socket, "quatro.");
      JsonNode completed = Nodes.publication(socket, "turn.completed");
      assertEquals("um dois três quatro.", completed.at("/data/message/content").asText());
    }
  }

  @Test
  void aTurnIsStoppedFromAnotherNode() throws Exception {
    UUID conversation = Nodes.conversation(atA);
    try (WireClient socket = Nodes.listen(a, atA, conversation)) {
      String turn = Nodes.begin(atA, conversation, "Conte muito");
      Asked asked = nodes.model.next();
      asked.say("Muito ");
      Nodes.hear(socket, "Muito ");
      JsonNode stopped = atB.post("/v1/turns/" + turn + "/cancel", Map.of());
      assertEquals("cancelled", stopped.get("status").asText());
      asked.awaitClosed();
      JsonNode told = Nodes.publication(socket, "turn.cancelled");
      assertEquals("Muito ", told.at("/data/message/content").asText());
    }
  }

  @Test
  void theSameMessageAtTwoNodesAtOnceIsOneTurn() throws Exception {
    UUID conversation = Nodes.conversation(atA);
    Set<String> turns = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      String id = "same-" + i;
      List<String> both =
          together(
              () -> Nodes.begin(atA, conversation, "Uma vez só", id),
              () -> Nodes.begin(atB, conversation, "Uma vez só", id));
      assertEquals(both.getFirst(), both.getLast());
      assertTrue(turns.add(both.getFirst()));
      nodes.model.next().say("Sim.").finish();
      Nodes.awaitStatus(atB, both.getFirst(), "completed");
    }
    assertEquals(10, Nodes.messages(atA, conversation, "user").size());
    assertEquals(10, Nodes.messages(atB, conversation, "assistant").size());
    assertEquals(20, atA.get("/v1/conversations/" + conversation).get("message_count").asInt());
    nodes.contiguous(conversation);
  }

  @Test
  void theSameIdempotencyKeyAtTwoNodesMakesOneThing() throws Exception {
    for (int i = 0; i < 10; i++) {
      String key = "key-" + UUID.randomUUID();
      String title = "Só uma " + i;
      List<String> both =
          together(() -> createOnce(atA, key, title), () -> createOnce(atB, key, title));
      assertEquals(both.getFirst(), both.getLast());
      long made =
          atA.get("/v1/conversations?limit=100")
              .get("data")
              .valueStream()
              .filter(c -> c.get("title").asText().equals(title))
              .count();
      assertEquals(1, made);
    }
  }

  /** As a client does it: while the first is under way, it asks again. */
  private static String createOnce(ApiClient client, String key, String title) throws Exception {
    while (true) {
      HttpResponse<String> answer =
          client.postOnce("/v1/conversations", key, Map.of("title", title));
      if (answer.statusCode() != 409) {
        assertEquals(201, answer.statusCode(), answer::body);
        return Json.read(answer.body()).get("id").asText();
      }
    }
  }

  private static List<String> together(Callable<String> one, Callable<String> two)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> results = new ArrayList<>();
      for (Future<String> done : threads.invokeAll(List.of(one, two))) {
        results.add(done.get());
      }
      return results;
    }
  }

  @Test
  void aTurnWaitsForTheOneBeforeItAtAnotherNode() throws InterruptedException {
    UUID conversation = Nodes.conversation(atA);
    String first = Nodes.begin(atA, conversation, "primeiro");
    Asked asked = nodes.model.next();
    String second = Nodes.begin(atB, conversation, "segundo");
    String third = Nodes.begin(atA, conversation, "terceiro");
    assertEquals("queued", Nodes.status(atA, second));
    assertEquals("queued", Nodes.status(atB, third));
    asked.say("1").finish();
    nodes.model.next().say("2").finish();
    nodes.model.next().say("3").finish();
    Nodes.awaitStatus(atA, third, "completed");
    assertEquals("completed", Nodes.status(atA, first));
    assertEquals("completed", Nodes.status(atA, second));
    assertEquals(
        List.of("1", "2", "3"),
        Nodes.messages(atB, conversation, "assistant").stream()
            .map(m -> m.get("content").asText())
            .toList());
    nodes.contiguous(conversation);
  }

  @Test
  void aReminderFiresOnceThoughEveryNodeLooks() {
    Instant at = Instant.now().plusSeconds(2);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      ids.add(
          (i % 2 == 0 ? atA : atB)
              .post(
                  "/v1/reminders", Map.of("title", "Lembrete " + i, "scheduled_at", at.toString()))
              .get("id")
              .asText());
    }
    UUID user = UUID.fromString(atA.get("/v1/me").get("id").asText());
    Await.until("all have fired", () -> fired(user).containsAll(ids), Nodes.PATIENCE);
    List<String> all = fired(user).stream().filter(ids::contains).toList();
    assertEquals(ids.size(), all.size(), all::toString);
    nodes.contiguous(user);
  }

  private static List<String> fired(UUID user) {
    return nodes.rows(user).stream()
        .filter(row -> row.type().equals("reminder.triggered"))
        .map(row -> Json.read(row.payload()).at("/reminder/id").asText())
        .toList();
  }

  @Test
  void whoIsSwitchedOffAtOneNodeIsOutAtTheOther() {
    String email = "rui-%s@example.org".formatted(UUID.randomUUID());
    String id =
        atA.post(
                "/v1/users",
                Map.of("email", email, "password", "uma senha bem longa", "name", "Rui"))
            .get("id")
            .asText();
    ApiClient rui = ApiClient.signIn(b.url(), email, "uma senha bem longa");
    try (WireClient socket = WireClient.connected(URI.create(b.url()).getPort(), rui.token())) {
      atA.patch("/v1/users/" + id, Map.of("is_active", false));
      assertEquals(3500, socket.closeCode());
    }
  }

  @Test
  void whatANodeRemembersOfAUserEndsWithTheirErasureAtAnother() {
    String email = "gone" + UUID.randomUUID() + "@example.org";
    String password = "a password of their own";
    String user =
        atA.post("/v1/users", Map.of("email", email, "name", "Gone", "password", password))
            .get("id")
            .asText();
    ApiClient theirs = ApiClient.signIn(b.url(), email, password);
    String search = theirs.post("/v1/search", Map.of("query", "my own words")).get("id").asText();
    String trace = "/v1/search/" + search + "/trace";
    assertEquals("my own words", atB.get(trace).get("query").asText());

    assertEquals(202, atA.status("DELETE", "/v1/users/" + user));
    Await.until(
        "it is erased",
        () -> {
          JsonNode erasure = atA.get("/v1/erasures").get("data").get(0);
          return erasure.get("subject_id").asText().equals(user)
              && erasure.get("status").asText().equals("done");
        },
        Nodes.PATIENCE);
    Await.until("node b forgets", () -> atB.status("GET", trace) == 404, Nodes.PATIENCE);
  }

  @Test
  void whoIsThereIsSeenAcrossNodesAndByNobodyElse() {
    UUID conversation = Nodes.conversation(atA);
    String channel = "conversation:" + conversation;
    String key = atA.post("/v1/api-keys", Map.of("name", "device")).get("key").asText();
    try (WireClient one = Nodes.listen(a, atA, conversation);
        WireClient two = Nodes.listen(b, atB, conversation)) {
      try (WireClient device = Nodes.listen(b, atA.with(key).at(b.url()), conversation)) {
        for (WireClient asking : List.of(one, two, device)) {
          JsonNode there = reply(asking, "presence", channel).at("/presence/presence");
          assertEquals(3, there.size(), there::toString);
          assertEquals(
              List.of("api_key", "jwt", "jwt"),
              there
                  .valueStream()
                  .map(member -> member.at("/conn_info/credential").asText())
                  .sorted()
                  .toList());
          JsonNode stats = reply(asking, "presence_stats", channel).get("presence_stats");
          assertEquals(3, stats.get("num_clients").asInt());
          assertEquals(1, stats.get("num_users").asInt());
        }
      }
      Await.until(
          "the device is gone",
          () -> reply(one, "presence", channel).at("/presence/presence").size() == 2,
          Nodes.PATIENCE);
      String stranger = "stranger-%s@example.org".formatted(UUID.randomUUID());
      atA.post(
          "/v1/users", Map.of("email", stranger, "password", "uma senha bem longa", "name", "Eva"));
      ApiClient eva = ApiClient.signIn(b.url(), stranger, "uma senha bem longa");
      try (WireClient other = WireClient.connected(URI.create(b.url()).getPort(), eva.token())) {
        assertEquals(103, reply(other, "presence", channel).at("/error/code").asInt());
        assertEquals(103, reply(other, "presence_stats", channel).at("/error/code").asInt());
        String own = "user:" + eva.get("/v1/me").get("id").asText();
        assertEquals(1, reply(other, "presence", own).at("/presence/presence").size());
      }
    }
  }

  private static int present(WireClient asking, String channel) {
    return reply(asking, "presence", channel).at("/presence/presence").size();
  }

  private static JsonNode reply(WireClient socket, String command, String channel) {
    socket.send("{\"id\":77,\"%s\":{\"channel\":\"%s\"}}".formatted(command, channel));
    while (true) {
      JsonNode line = socket.next();
      if (line.path("id").asInt() == 77) {
        return line;
      }
    }
  }

  @Test
  void aKilledNodesAnswerIsKeptAndAnotherNodeSaysSo() throws Exception {
    UUID conversation = Nodes.conversation(atA);
    try (NodeProcess c = nodes.start();
        WireClient near = Nodes.listen(c, atA, conversation);
        WireClient far = Nodes.listen(b, atB, conversation)) {
      Nodes.awaitSize(c, 3);
      String channel = "conversation:" + conversation;
      Await.until("both are seen", () -> present(far, channel) == 2, Nodes.PATIENCE);
      String turn = Nodes.begin(atA.at(c.url()), conversation, "Conte");
      Asked asked = nodes.model.next();
      asked.say("Era ", "uma ", "vez ");
      Nodes.hear(near, "Era uma vez ");
      for (int i = 0; i < 300; i++) {
        asked.say("palavra-" + i + " ");
      }
      c.kill();
      JsonNode failed = Nodes.publication(far, "turn.failed");
      assertEquals(turn, failed.at("/data/turn_id").asText());
      assertEquals("interrupted", failed.at("/data/code").asText());
      assertTrue(failed.at("/data/retryable").asBoolean());
      saidInTime(conversation, failed.get("offset").asLong());
      String kept = failed.at("/data/message/content").asText();
      assertEquals(nodes.said(conversation, turn), kept);
      StringBuilder heard = new StringBuilder("Era uma vez ");
      near.received().forEach(line -> heard.append(line.at("/push/pub/data/text").asText("")));
      assertTrue(kept.startsWith(heard.toString()), "a client heard words that are not kept");
      Await.until("who was there is gone", () -> present(far, channel) == 1, Nodes.PATIENCE);
      nodes.contiguous(conversation);
    }
  }

  /** A client of OpenAI's interface tries again by itself, at a node that is there. */
  @Test
  void aCompletionWhoseNodeDiedIsAnsweredByItsRetriesAsOneQuestion() throws Exception {
    UUID conversation = Nodes.conversation(atA);
    try (NodeProcess c = nodes.start()) {
      Nodes.awaitSize(c, 3);
      // Its head comes with the first word.
      var opening = CompletableFuture.supplyAsync(() -> completion(c, conversation, 0));
      nodes.model.next().say("Era ");
      try (EventSource first = opening.get(30, TimeUnit.SECONDS)) {
        assertEquals("Era ", completed(first, "Era "));
        c.kill();
      }
      // It follows what is left of the first attempt, and is told that it broke off.
      try (EventSource retry = completion(b, conversation, 1)) {
        assertTrue(
            retry.rest().getLast().data().has("error"), "the end of what a dead node began is bad");
      }
      var answering = CompletableFuture.supplyAsync(() -> completion(a, conversation, 2));
      nodes.model.next().say("Era ", "uma vez.").finish();
      try (EventSource retry = answering.get(30, TimeUnit.SECONDS)) {
        assertEquals("Era uma vez.", completed(retry, "Era uma vez."));
      }
      List<JsonNode> asked = Nodes.messages(atA, conversation, "user");
      assertEquals(1, asked.size(), asked::toString);
      nodes.contiguous(conversation);
    }
  }

  private static EventSource completion(NodeProcess node, UUID conversation, int attempt) {
    return EventSource.post(
        node.url(),
        "/v1/chat/completions",
        atA.token(),
        Map.of(
            "X-Conversation-Id",
            conversation.toString(),
            "x-stainless-retry-count",
            String.valueOf(attempt)),
        Json.write(
            Map.of(
                "model",
                "mordomo",
                "stream",
                true,
                "messages",
                List.of(Map.of("role", "user", "content", "Conte")))));
  }

  /** What a completion says, until all of it has come. */
  private static String completed(EventSource source, String all) {
    StringBuilder said = new StringBuilder();
    while (said.length() < all.length()) {
      said.append(source.event().data().at("/choices/0/delta/content").asText(""));
    }
    return said.toString();
  }

  /** Within five seconds of the end of the last lease that ended. */
  private static void saidInTime(UUID conversation, long offset) throws Exception {
    try (Connection owner = nodes.database.owner();
        Statement statement = owner.createStatement();
        ResultSet late =
            statement.executeQuery(
                """
                SELECT extract(epoch FROM e.created_at - (SELECT max(lease_until) FROM node
                  WHERE lease_until < e.created_at)) FROM event e
                WHERE e.channel_id = '%s' AND e."offset" = %d
                """
                    .formatted(conversation, offset))) {
      assertTrue(late.next());
      assertTrue(late.getDouble(1) < 5, "said " + late.getDouble(1) + " s after the lease");
    }
  }

  @Test
  void aKilledNodesQueueIsTakenOverAndTheTurnBeforeItGoesOn() throws Exception {
    UUID conversation = Nodes.conversation(atA);
    try (NodeProcess c = nodes.start()) {
      String first = Nodes.begin(atA, conversation, "primeiro");
      Asked asked = nodes.model.next();
      asked.say("Ainda ");
      String second = Nodes.begin(atA.at(c.url()), conversation, "segundo");
      String nodeOfC = nodeOf(second);
      c.kill();
      Await.until(
          "another node has taken it", () -> !nodeOf(second).equals(nodeOfC), Nodes.PATIENCE);
      // The end of the dead node's lease must not take the channel from the one that speaks.
      asked.say("aqui.").finish();
      Nodes.awaitStatus(atA, first, "completed");
      nodes.model.next().say("Sim.").finish();
      Nodes.awaitStatus(atB, second, "completed");
      assertEquals(
          List.of("Ainda aqui.", "Sim."),
          Nodes.messages(atB, conversation, "assistant").stream()
              .map(m -> m.get("content").asText())
              .toList());
      assertFalse(
          nodes.rows(conversation).stream().map(StreamEvent::type).anyMatch("turn.failed"::equals));
      nodes.contiguous(conversation);
    }
  }

  private static String nodeOf(String turn) {
    try (Connection owner = nodes.database.owner();
        Statement statement = owner.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT node_id FROM turn WHERE id = '" + turn + "'")) {
      assertTrue(found.next());
      return found.getString(1);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
