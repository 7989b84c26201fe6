package dev.mordomo.chat;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.RedisServer;
import dev.mordomo.identity.IdentityEvent;
import dev.mordomo.kernel.RedisLink;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.privacy.PrivacyEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes that remember conversations in one Redis, which is killed, frozen and lied to. */
class RedisTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String ANSWER = "a fine answer";

  private TestDatabase db;
  private RedisServer redis;
  private ChatHouse one;
  private ChatHouse other;

  @BeforeEach
  void open() {
    db = TestDatabase.create();
    redis = new RedisServer();
    one = house();
    other = house();
  }

  private ChatHouse house() {
    RecentConfig config =
        new RecentConfig(
            RedisLink.address(redis.url()), 0, Duration.ofMinutes(10), Duration.ofMillis(250));
    ChatHouse house = new ChatHouse(db.config(), Map.of(), config);
    house.model.answering(ANSWER);
    awaitUp(house, 1);
    return house;
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
    redis.close();
    db.close();
  }

  private static void awaitUp(ChatHouse house, int up) {
    Await.until(
        "Redis up: " + up,
        () -> house.meters.get("mordomo.redis.up").gauge().value() == up,
        PATIENCE);
  }

  private static int count(ChatHouse house, String result) {
    return (int) house.meters.get("mordomo.recent.turns").tag("result", result).counter().count();
  }

  private static double failures(ChatHouse house, String reason) {
    return house.meters.get("mordomo.redis.failures").tag("reason", reason).counter().count();
  }

  /** A turn from its beginning to its end. */
  private static void turn(ChatHouse house, Scope scope, Conversation talk, String words) {
    TurnStarted begun = house.chat.startTurn(scope, ChatHouse.words(talk, words));
    Await.until(
        words + " is answered",
        () -> {
          TurnStatus status = house.chat.turn(scope, begun.turnId()).status();
          assertFalse(status == TurnStatus.FAILED, words + " failed");
          return status == TurnStatus.COMPLETED;
        },
        PATIENCE);
  }

  /** What a model was told before these words; the words are asked once. */
  private static List<String> told(ChatHouse house, String words) {
    List<List<String>> all =
        house.model.requests().stream()
            .map(request ->
                request.messages().stream()
                    .flatMap(message ->
                        switch (message) {
                          case ChatMessage.User user -> java.util.stream.Stream.of(user.content());
                          case ChatMessage.Assistant assistant ->
                              java.util.stream.Stream.of(assistant.content());
                          default -> java.util.stream.Stream.<String>empty();
                        })
                    .toList())
            .filter(said -> said.getLast().equals(words))
            .toList();
    assertEquals(1, all.size(), words);
    return all.getFirst().subList(0, all.getFirst().size() - 1);
  }

  private static String key(Scope scope, Conversation talk) {
    return "mordomo:recent:1:" + scope.tenantId() + ":" + scope.userId() + ":" + talk.id();
  }

  private void awaitKeys(int count) {
    Await.until(
        count + " keys",
        () -> redis.cli("DBSIZE").replaceAll("\\D", "").equals(String.valueOf(count)),
        PATIENCE);
  }

  /** Kept behind the turn's back: it holds so many messages now. */
  private void awaitKept(ChatHouse house, Scope scope, Conversation talk, int messages) {
    Await.until(
        messages + " messages are kept",
        () -> house.recent.find(scope, talk.id()).filter(r -> r.messages() == messages).isPresent(),
        PATIENCE);
  }

  @Test
  void whatOneNodeKeepsAnotherFinds() {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    turn(one, scope, talk, "first");
    awaitKept(other, scope, talk, 2);
    turn(other, scope, talk, "second");
    awaitKept(one, scope, talk, 4);
    turn(one, scope, talk, "third");
    assertEquals(1, count(other, "hit"));
    assertEquals(1, count(one, "hit"));
    assertEquals(List.of("first", ANSWER), told(other, "second"));
    assertEquals(List.of("first", ANSWER, "second", ANSWER), told(one, "third"));
  }

  @Test
  void itHoldsNothingThatCanBeReadAndNothingForLong() {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    turn(one, scope, talk, "a secret of mine");
    awaitKept(one, scope, talk, 2);
    String value = redis.cli("--raw", "GET", key(scope, talk));
    assertTrue(value.length() > 100);
    for (String plain : List.of("secret", "fine", "user", "content")) {
      assertFalse(value.contains(plain), plain);
    }
    long left = Long.parseLong(redis.cli("PTTL", key(scope, talk)).replaceAll("\\D", ""));
    assertTrue(left > 0 && left <= Duration.ofMinutes(10).toMillis(), "left: " + left);
  }

  @Test
  void whatIsNotOursIsNotBelieved() {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    Conversation theirs = one.conversation(scope);
    turn(one, scope, talk, "first");
    turn(one, scope, theirs, "in the other");
    awaitKept(one, scope, talk, 2);
    awaitKept(one, scope, theirs, 2);
    redis.cli("SET", key(scope, talk), "no ciphertext at all");
    turn(one, scope, talk, "second");
    assertEquals(List.of("first", ANSWER), told(one, "second"));
    assertEquals(1, one.meters.get("mordomo.recent.unreadable").counter().count());
    // A true one, of another conversation.
    awaitKept(one, scope, talk, 4);
    redis.cli("COPY", key(scope, theirs), key(scope, talk), "REPLACE");
    turn(one, scope, talk, "third");
    assertEquals(List.of("first", ANSWER, "second", ANSWER), told(one, "third"));
    assertEquals(2, one.meters.get("mordomo.recent.unreadable").counter().count());
    // What answers with an error.
    awaitKept(one, scope, talk, 6);
    redis.cli("DEL", key(scope, talk));
    redis.cli("RPUSH", key(scope, talk), "a", "list");
    turn(one, scope, talk, "fourth");
    assertEquals(6, told(one, "fourth").size());
    assertEquals(1, failures(one, "refused"));
    assertEquals(1, one.meters.get("mordomo.redis.up").gauge().value());
  }

  @Test
  void anOldCopyThatIsKeptLastIsNotUsed() {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    turn(one, scope, talk, "first");
    awaitKept(one, scope, talk, 2);
    Recent old = one.recent.find(scope, talk.id()).orElseThrow();
    turn(other, scope, talk, "second");
    awaitKept(other, scope, talk, 4);
    one.recent.keep(scope, talk.id(), old);
    awaitKept(other, scope, talk, 2);
    turn(other, scope, talk, "third");
    assertEquals(List.of("first", ANSWER, "second", ANSWER), told(other, "third"));
    assertEquals(1, count(other, "late"));
  }

  @Test
  void whoIsErasedOrOutIsForgotten() {
    Scope gone = db.tenantWithUser("member");
    Scope colleague = db.user(gone.tenantId(), "member");
    Scope stranger = db.tenantWithUser("member");
    for (Scope scope : List.of(gone, colleague, stranger)) {
      Conversation talk = one.conversation(scope);
      turn(one, scope, talk, "hello from " + scope.userId());
      awaitKept(one, scope, talk, 2);
    }
    awaitKeys(3);
    other.recent.hear(new IdentityEvent.UserDisabled(gone.tenantId(), gone.userId()));
    awaitKeys(2);
    assertEquals("", redis.cli("KEYS", "*" + gone.userId() + "*"));
    other.recent.hear(new PrivacyEvent.Erased(colleague.tenantId(), colleague.tenantId()));
    awaitKeys(1);
    other.recent.hear(new IdentityEvent.TenantDisabled(stranger.tenantId()));
    awaitKeys(0);
  }

  @Test
  void aDeletedConversationIsForgotten() throws Exception {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    turn(one, scope, talk, "hello");
    awaitKept(one, scope, talk, 2);
    one.chat.delete(scope, talk.id());
    awaitKeys(0);
    assertEquals(
        new ConversationDeleted(scope.tenantId(), scope.userId(), talk.id()),
        one.deleted.poll(20, TimeUnit.SECONDS),
        "other nodes are told");
  }

  @Test
  void manyMoreKeysThanOneLookFindsAreForgotten() {
    Scope scope = db.tenantWithUser("member");
    Recent recent = new Recent("e", 0, 0, List.of());
    for (int i = 0; i < 3000; i++) {
      UUID talk = UUID.randomUUID();
      one.recent.keep(scope, talk, recent);
      if (i % 100 == 0) {
        // One connection has so many under way at most.
        one.recent.find(scope, talk);
      }
    }
    awaitKeys(3000);
    one.recent.hear(new IdentityEvent.UserDisabled(scope.tenantId(), scope.userId()));
    awaitKeys(0);
  }

  @Test
  void turnsGoOnTrulyWhileRedisIsKilledFrozenAndStartedAgain() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Map<ChatHouse, List<String>> asked = new ConcurrentHashMap<>();
    List<ChatHouse> houses = List.of(one, other);
    houses.forEach(house -> asked.put(house, new java.util.concurrent.CopyOnWriteArrayList<>()));
    Map<String, List<String>> truth = new ConcurrentHashMap<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> all =
          IntStream.range(0, 4)
              .mapToObj(client ->
                  CompletableFuture.runAsync(() -> talk(client, over, asked, truth), clients))
              .toList();
      try {
        awaitMore(asked, 8);
        redis.kill();
        houses.forEach(house -> awaitUp(house, 0));
        awaitMore(asked, 8);
        redis.start();
        houses.forEach(house -> awaitUp(house, 1));
        awaitMore(asked, 8);
        redis.freeze();
        awaitMore(asked, 8);
        houses.forEach(house -> awaitUp(house, 0));
        awaitMore(asked, 8);
        redis.wake();
        houses.forEach(house -> awaitUp(house, 1));
        awaitMore(asked, 8);
      } finally {
        over.set(true);
        all.forEach(CompletableFuture::join);
      }
    }
    asked.forEach((house, words) ->
        words.forEach(said -> assertEquals(truth.get(said), told(house, said), said)));
    assertTrue(count(one, "hit") + count(other, "hit") > 0);
    assertTrue(failures(one, "lost") >= 2, "it was lost, twice");
    assertTrue(failures(one, "late") > 0, "it was late");
  }

  private void talk(
      int client,
      AtomicBoolean over,
      Map<ChatHouse, List<String>> asked,
      Map<String, List<String>> truth) {
    Scope scope = db.tenantWithUser("member");
    Conversation talk = one.conversation(scope);
    List<String> before = new ArrayList<>();
    for (int i = 0; !over.get(); i++) {
      ChatHouse house = (i / 2 + client) % 2 == 0 ? one : other;
      String words = "client " + client + " says " + i;
      truth.put(words, List.copyOf(before.subList(Math.max(0, before.size() - 20), before.size())));
      turn(house, scope, talk, words);
      requireNonNull(asked.get(house)).add(words);
      before.addAll(List.of(words, ANSWER));
    }
  }

  /** So many more turns on each node: what happened is met by each. */
  private static void awaitMore(Map<ChatHouse, List<String>> asked, int more) {
    asked.forEach((house, words) -> {
      int now = words.size();
      Await.until("turns go on", () -> words.size() >= now + more, PATIENCE);
    });
  }
}
