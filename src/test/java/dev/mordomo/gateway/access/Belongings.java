package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One of everything that a user can have, made over the interface; every text in it holds a word
 * that stands nowhere else.
 *
 * @param word stands in every text
 * @param ids by the word before the id in a path: {@code conversations}
 */
record Belongings(Caller owner, String word, Map<String, String> ids) {
  private static final Set<String> FINAL = Set.of("completed", "failed", "cancelled");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Actions and jobs begin behind the interface. */
  private static final String ACTION =
      """
      INSERT INTO action (id, tenant_id, user_id, type, name, parameters, deadline, created_at)
      VALUES ('%s', '%s', '%s', 'iot_control', 'turn_off', '{"device":"%s"}',
        now() + interval '1 hour', now())
      """;

  private static final String JOB =
      """
      INSERT INTO job (id, tenant_id, user_id, role, type, status, payload, max_attempts, run_at,
        created_at, updated_at)
      VALUES ('%s', '%s', '%s', 'member', 'test', 'queued', '{"of":"%s"}', 1,
        now() + interval '1 day', now(), now())
      """;

  private static final String ERASURE =
      """
      INSERT INTO erasure (id, kind, tenant_id, subject_id, requested_by, status, requested_at, ended_at)
      VALUES ('%1$s', 'user', '%2$s', '%4$s', '%3$s', 'done', now(), now())
      """;

  static Belongings of(Caller owner, TestDatabase database) {
    String word = "zanz" + owner.name();
    Map<String, String> ids = new HashMap<>();
    ids.put("tenants", owner.tenantId());
    ids.put("users", owner.userId());
    ApiClient api = owner.api();
    String conversation = id(api.post("/v1/conversations", Map.of("title", "About " + word)));
    ids.put("conversations", conversation);
    JsonNode begun =
        api.post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of("content", "Good morning, " + word, "client_message_id", word));
    String turn = begun.get("turn_id").asText();
    ids.put("turns", turn);
    awaitCompleted(api, turn);
    // The answer, whose feedback is given.
    ids.put(
        "messages",
        id(api.get("/v1/conversations/" + conversation + "/messages").get("data").get(1)));
    String collection = id(api.post("/v1/collections", Map.of("name", "Papers of " + word)));
    ids.put("collections", collection);
    ids.put(
        "documents",
        id(
            api.post(
                "/v1/collections/" + collection + "/documents",
                Map.of(
                    "title",
                    "Letter of " + word,
                    "source",
                    word + ".md",
                    "content",
                    "The treasure of " + word + " lies below the old bridge."))));
    ids.put(
        "search", api.post("/v1/search", Map.of("query", "treasure " + word)).get("id").asText());
    ids.put(
        "reminders",
        id(
            api.post(
                "/v1/reminders",
                Map.of(
                    "title",
                    "Call " + word,
                    "scheduled_at",
                    Instant.now().plusSeconds(86_400).toString()))));
    // A session beside the one that speaks, to be ended.
    owner.again();
    ids.put(
        "sessions",
        java.util.stream.StreamSupport.stream(
                api.get("/v1/me/sessions").get("data").spliterator(), false)
            .filter(session -> !session.get("is_current").asBoolean())
            .findFirst()
            .orElseThrow()
            .get("id")
            .asText());
    ids.put("consents", id(api.post("/v1/me/consents", Map.of("purpose", "personal_data"))));
    String export = id(api.post("/v1/exports", Map.of()));
    ids.put("exports", export);
    Await.until(
        "the export is written",
        () -> api.get("/v1/exports/" + export).get("status").asText().equals("ready"),
        PATIENCE);
    ids.put("api-keys", id(api.post("/v1/api-keys", Map.of("name", "Phone of " + word))));
    ids.put("actions", insert(database, ACTION, owner, word));
    ids.put("jobs", insert(database, JOB, owner, word));
    ids.put("erasures", insert(database, ERASURE, owner, Ids.next().toString()));
    return new Belongings(owner, word, Map.copyOf(ids));
  }

  /**
   * What a guest can have.
   *
   * @param document one that everybody may read
   */
  static Belongings ofGuest(Caller guest, String document) {
    String word = "zanzguest";
    ApiClient api = guest.api();
    String conversation = id(api.post("/v1/conversations", Map.of("title", "About " + word)));
    String turn =
        api.post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", "Good morning", "client_message_id", word))
            .get("turn_id")
            .asText();
    awaitCompleted(api, turn);
    Map<String, String> ids = new HashMap<>();
    for (String kind :
        java.util.List.of(
            "collections",
            "search",
            "reminders",
            "sessions",
            "api-keys",
            "actions",
            "erasures",
            "consents",
            "exports",
            "jobs")) {
      ids.put(kind, Ids.next().toString());
    }
    ids.put("documents", document);
    ids.put("tenants", guest.tenantId());
    ids.put("users", guest.userId());
    ids.put("conversations", conversation);
    ids.put("turns", turn);
    ids.put(
        "messages",
        id(api.get("/v1/conversations/" + conversation + "/messages").get("data").get(1)));
    return new Belongings(guest, word, Map.copyOf(ids));
  }

  private static void awaitCompleted(ApiClient api, String turn) {
    Await.until(
        "the turn has ended",
        () -> FINAL.contains(api.get("/v1/turns/" + turn).get("status").asText()),
        PATIENCE);
    JsonNode ended = api.get("/v1/turns/" + turn);
    if (!ended.get("status").asText().equals("completed")) {
      throw new AssertionError("the turn did not end well: " + ended);
    }
  }

  private static String id(JsonNode made) {
    return made.get("id").asText();
  }

  private static String insert(TestDatabase database, String sql, Caller owner, String word) {
    String id = Ids.next().toString();
    try (Connection connection = database.owner();
        Statement statement = connection.createStatement()) {
      statement.execute(sql.formatted(id, owner.tenantId(), owner.userId(), word));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return id;
  }

  /**
   * @param kind the word before the id in a path
   */
  String id(String kind) {
    String id = ids.get(kind);
    if (id == null) {
      throw new AssertionError(
          "nobody has anything in /"
              + kind
              + "/{id}: make one in Belongings, so that it is walked");
    }
    return id;
  }

  /** The id for a member of a body or query, by its name: {@code conversation_id}. */
  Optional<String> named(String member) {
    String said = member.toLowerCase(java.util.Locale.ROOT).replaceAll("^x-|[_-]ids?$", "");
    String kind = said.equals("actor") ? "users" : said;
    return Optional.ofNullable(ids.get(kind))
        .or(() -> Optional.ofNullable(ids.get(kind + "s")))
        .or(() -> {
          throw new AssertionError("which id is meant by " + member + "? Tell Belongings");
        });
  }
}
