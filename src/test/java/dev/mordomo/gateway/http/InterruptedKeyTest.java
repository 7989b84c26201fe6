package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.CreatingPosts.Made;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A node that is gone after it has made something and before it has kept its answer: the same
 * request at another node makes nothing more, and names what is there.
 */
class InterruptedKeyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int INLINE = 400;

  /** Where what a path makes is a row. */
  private static final Map<String, String> TABLES =
      Map.ofEntries(
          Map.entry("/v1/api-keys", "api_key"),
          Map.entry("/v1/users", "app_user"),
          Map.entry("/v1/tenants", "tenant"),
          Map.entry("/v1/conversations", "conversation"),
          Map.entry("/v1/conversations/{id}/turns", "turn"),
          Map.entry("/v1/turns/{id}/regenerate", "turn"),
          Map.entry("/v1/turns/{id}/continue", "turn"),
          Map.entry("/v1/chat/completions", "turn"),
          Map.entry("/v1/collections", "collection"),
          Map.entry("/v1/collections/{id}/documents", "document"),
          Map.entry("a file", "document"),
          Map.entry("a large document", "job"),
          Map.entry("/v1/reminders", "reminder"),
          Map.entry("/v1/exports", "export"),
          Map.entry("/v1/me/consents", "consent"),
          Map.entry("/v1/jobs", "job"),
          Map.entry("/v1/logs", "system_log"));

  /** What a node that is dead does not write any more. */
  private static final String ALL = "(UPDATE|DELETE)";

  /** What one does not write that is told of what it wrote too late. */
  private static final String ANSWERS = "UPDATE idempotency_key SET status";

  /** Of the keys, only what is committed with what was made gets through. */
  private static final String DIE =
      """
      CREATE FUNCTION dead() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF pg_current_xact_id_if_assigned() IS NULL
            AND current_query() ~ '^\\s*%s' THEN
          RAISE EXCEPTION 'the node is dead';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER dead BEFORE UPDATE OR DELETE ON idempotency_key
        EXECUTE FUNCTION dead();
      """;

  private static final String LIVE = "DROP FUNCTION IF EXISTS dead() CASCADE";

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp one;
  private static RunningApp two;
  private static CreatingPosts posts;
  private static Map<String, Made> all = Map.of();
  private static String keys = "";

  @BeforeAll
  static void open() throws Exception {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).withoutRecording();
    one =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.offered",
                "openai/test",
                "knowledge.inline_bytes",
                String.valueOf(INLINE),
                "knowledge.manual",
                "false",
                "database.statement_timeout",
                "60s"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    two = one.besides();
    posts = new CreatingPosts(one, ApiClient.signIn(one.url()).token());
  }

  /** What is made; once for each name. */
  private static void prepare(String name) throws Exception {
    model.always(Behaviour.cutAfter("Metade, "));
    keys = name + " ";
    // One that is given already is not given again.
    run("DELETE FROM consent");
    all = new LinkedHashMap<>(posts.all(name));
    assertEquals(CreatingPosts.served(), all.keySet(), "each way of making something is tried");
    model.always(Behaviour.saying("Inteiro."));
    String documents = made("/v1/collections/{id}/documents").path();
    all.put("a file", new Made(documents, Map.of()));
    all.put(
        "a large document",
        new Made(
            documents,
            Map.of(
                "title",
                "Large " + name,
                "source",
                "large " + name,
                "content",
                (name + " ").repeat(INLINE))));
    assertEquals(TABLES.keySet(), all.keySet());
  }

  @AfterAll
  static void close() {
    two.close();
    one.close();
    model.close();
    vertx.close().await();
  }

  @AfterEach
  void live() throws SQLException {
    run(LIVE);
  }

  @Test
  void whatWasMadeBeforeTheNodeDiedIsNotMadeAgain() throws Exception {
    prepare("interrupted");
    madeOnce(ALL, true);
  }

  /** The node lives, and does not know what came of it: the same request may come at once. */
  @Test
  void whatWasMadeThoughNobodyHeardOfItIsNotMadeAgain() throws Exception {
    prepare("unheard");
    madeOnce(ANSWERS, false);
  }

  private static void madeOnce(String unwritten, boolean ages) throws Exception {
    for (String what : all.keySet()) {
      String table = Objects.requireNonNull(TABLES.get(what));
      Set<String> before = ids(table);
      Set<String> conversations = ids("conversation");
      run(DIE.formatted(unwritten));
      ask(one, what);
      Await.until(what + " was made", () -> ids(table).size() > before.size(), PATIENCE);
      run(LIVE);
      if (ages) {
        age(keys + what);
      }

      HttpResponse<String> again = ask(two, what);
      assertTrue(again.statusCode() < 300, () -> what + " " + again.body());
      settle(what);
      Set<String> made = ids(table);
      made.removeAll(before);
      assertEquals(Set.of(named(what, again)), made, what);
      if (what.equals("/v1/chat/completions")) {
        assertEquals(conversations.size() + 1, ids("conversation").size(), "one conversation");
      }
      HttpResponse<String> third = ask(one, what);
      assertEquals(named(what, again), named(what, third), what);
    }
  }

  private static Made made(String what) {
    return Objects.requireNonNull(all.get(what));
  }

  private static HttpResponse<String> ask(RunningApp node, String what) throws Exception {
    Made made = made(what);
    return what.equals("a file")
        ? posts.upload(node, made.path(), keys + what, "x", "# A file, " + keys + "\n\nOf its own.")
        : posts.post(node, made.path(), keys + what, made.body());
  }

  private static String named(String what, HttpResponse<String> answer) {
    if (what.equals("/v1/chat/completions")) {
      return answer.headers().firstValue("X-Turn-Id").orElseThrow();
    }
    JsonNode body = Json.read(answer.body());
    for (String member : List.of("turn_id", "job_id", "id")) {
      if (body.has(member)) {
        return body.get(member).asText();
      }
    }
    throw new AssertionError(what + " names nothing: " + body);
  }

  /** A line of the log is written a while after its answer, in its order. */
  private static void settle(String what) throws Exception {
    if (what.equals("/v1/logs")) {
      Map<String, Object> last =
          Map.of("level", "INFO", "source", "kitchen", "message", "the last");
      String id = named(what, posts.post(two, what, keys + "the last", last));
      Await.until("the last line is there", () -> ids("system_log").remove(id), PATIENCE);
      run("DELETE FROM system_log WHERE id = '" + id + "'");
    }
  }

  /** While nobody has taken the key up, the first one may yet be at it; then only one can. */
  @Test
  void whoeverLostTheKeyMakesNothingAnyMore() throws Exception {
    Map<String, Object> body = Map.of("title", "Slow");
    CompletableFuture<HttpResponse<String>> first;
    CompletableFuture<HttpResponse<String>> second;
    Set<String> before = ids("conversation");
    try (Connection owner = one.database().owner();
        Statement lock = owner.createStatement()) {
      owner.setAutoCommit(false);
      lock.execute("LOCK TABLE conversation IN SHARE MODE");
      first = posts.send(one, "/v1/conversations", "slow", body);
      awaitStanding(1);
      age("slow");
      second = posts.send(two, "/v1/conversations", "slow", body);
      awaitStanding(2);
      owner.commit();
    }
    assertEquals(409, first.get(30, TimeUnit.SECONDS).statusCode());
    HttpResponse<String> answer = second.get(30, TimeUnit.SECONDS);
    Set<String> made = ids("conversation");
    made.removeAll(before);
    assertEquals(Set.of(CreatingPosts.idOf(answer)), made);
  }

  /** A long work keeps its key, however often it is asked for. */
  @Test
  void whoIsStillAtItSaysSo() throws Exception {
    Map<String, Object> body = Map.of("title", "Long");
    try (Connection owner = one.database().owner();
        Statement lock = owner.createStatement()) {
      owner.setAutoCommit(false);
      lock.execute("LOCK TABLE conversation IN SHARE MODE");
      CompletableFuture<HttpResponse<String>> first =
          posts.send(one, "/v1/conversations", "long", body);
      awaitStanding(1);
      age("long");
      String young =
          "SELECT key FROM idempotency_key WHERE key = 'long' AND created_at > now() - interval '%d s'"
              .formatted(Idempotency.ABANDONED.toSeconds());
      Await.until("it says so", () -> !strings(young).isEmpty(), PATIENCE);
      owner.commit();
      assertEquals(201, first.get(30, TimeUnit.SECONDS).statusCode());
    }
  }

  /** Whose first request made something that it could not tell: no other one gets its key. */
  @Test
  void anotherRequestDoesNotTakeTheKeyUp() throws Exception {
    run(DIE.formatted(ALL));
    Made turn = new Made(posts.turns(), Map.of("content", "Mine", "client_message_id", "mine"));
    assertTrue(posts.post(one, turn.path(), "mine", turn.body()).statusCode() >= 500);
    run(LIVE);
    age("mine");
    Map<String, Object> other = new HashMap<>(turn.body());
    other.put("content", "Another's");
    assertEquals(422, posts.post(two, turn.path(), "mine", other).statusCode());
    assertEquals(202, posts.post(two, turn.path(), "mine", turn.body()).statusCode());
  }

  private static void awaitStanding(int many) {
    Await.until(
        many + " wait for the table",
        () ->
            strings(
                        "SELECT pid::text FROM pg_locks WHERE NOT granted AND relation ="
                            + " 'conversation'::regclass AND database = (SELECT oid FROM"
                            + " pg_database WHERE datname = current_database())")
                    .size()
                >= many,
        PATIENCE);
  }

  private static void age(String key) throws SQLException {
    try (Connection owner = one.database().owner();
        PreparedStatement update =
            owner.prepareStatement(
                "UPDATE idempotency_key SET created_at = created_at - make_interval(secs =>"
                    + " ?::integer) WHERE key = ?")) {
      update.setLong(1, Idempotency.ABANDONED.plusSeconds(1).toSeconds());
      update.setString(2, key);
      assertEquals(1, update.executeUpdate());
    }
  }

  private static Set<String> ids(String table) {
    String where = table.equals("system_log") ? " WHERE source = 'kitchen'" : "";
    return strings("SELECT id::text FROM " + table + where);
  }

  private static Set<String> strings(String query) {
    try (Connection owner = one.database().owner();
        Statement select = owner.createStatement();
        ResultSet rows = select.executeQuery(query)) {
      Set<String> found = new HashSet<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(String sql) throws SQLException {
    try (Connection owner = one.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }
}
