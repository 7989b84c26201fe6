package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.kernel.Json;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One of everything, erased: no table holds a word or an id of it, and nobody else lost anything.
 */
class ErasureTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What may name who was erased: see Holdings. */
  private static final Set<String> RECEIPTS =
      Set.of("erasure", "access_change", "audit", "audit_chain", "asked", "job");

  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void aUser() throws SQLException {
    Caller chief = house.person("chief", house.tenant, "admin");
    Caller leaving = house.person("leaving", house.tenant, "member");
    Caller staying = house.person("staying", house.tenant, "member");
    Caller elsewhere = house.person("elsewhere", house.otherTenant, "member");
    Belongings theirs = Belongings.of(leaving, house.app.database());
    Belongings.of(staying, house.app.database());
    Belongings.of(elsewhere, house.app.database());
    Rows before = rows(staying);
    Rows beforeElsewhere = rows(elsewhere);
    JsonNode usage = usage(chief);
    assertTrue(usage.at("/totals/calls").asInt() >= 2, usage.toString());
    assertTrue(tablesThatHold(theirs.word()).size() > 5);
    assertTrue(filesThatHold(theirs.word()) > 0);
    long kept = filesThatHold("zanzstaying");

    JsonNode receipt = erased(chief, "/v1/users/" + leaving.userId());

    assertEquals("user", receipt.get("kind").asText());
    assertEquals(chief.userId(), receipt.get("requested_by").asText());
    for (String table :
        List.of(
            "message",
            "turn",
            "event",
            "action",
            "reminder",
            "embedding",
            "chunk",
            "document",
            "collection",
            "channel",
            "conversation",
            "job",
            "refresh_token",
            "api_key",
            "app_user")) {
      assertTrue(receipt.at("/erased/" + table).asLong() > 0, table + " of " + receipt);
    }
    // The original of a document, and an export.
    assertEquals(2, receipt.get("files").asInt(), receipt.toString());
    assertEquals(0, filesThatHold(theirs.word()));
    assertEquals(0, filesOf(leaving.userId()));
    assertEquals(kept, filesThatHold("zanzstaying"));
    assertTrue(receipt.at("/unnamed/usage.user_id").asInt() > 0, receipt.toString());
    assertTrue(receipt.at("/unnamed/asked").asInt() > 0, receipt.toString());
    assertEquals(Set.of(), tablesThatHold(theirs.word()));
    Set<String> naming = tablesThatHold(leaving.userId());
    naming.removeAll(RECEIPTS);
    assertEquals(Set.of(), naming);

    assertEquals(before, rows(staying));
    assertEquals(beforeElsewhere, rows(elsewhere));
    assertEquals(usage.get("totals"), usage(chief).get("totals"));
    assertEquals(401, get(leaving, "/v1/me"));
    assertEquals(404, delete(chief, "/v1/users/" + leaving.userId()).status());
    // The e-mail is free again, and whoever has it now starts from nothing.
    Caller again = house.person("leaving", house.tenant, "member");
    assertEquals(0, again.api().get("/v1/conversations").get("data").size());
  }

  @Test
  void aTenant() throws SQLException {
    String tenant =
        house
            .superuser
            .api()
            .post("/v1/tenants", Map.of("name", "Barra", "token_quota", 1_000_000_000L))
            .get("id")
            .asText();
    Caller boss = house.person("boss", tenant, "admin");
    Caller hand = house.person("hand", tenant, "member");
    Caller neighbour = house.person("neighbour", house.otherTenant, "admin");
    Belongings theirs = Belongings.of(hand, house.app.database());
    Belongings bosses = Belongings.of(boss, house.app.database());
    String shared =
        boss.api()
            .post("/v1/collections", Map.of("name", "Laws of zanzboss", "scope", "tenant"))
            .get("id")
            .asText();
    boss.api()
        .post(
            "/v1/collections/" + shared + "/documents",
            Map.of("title", "Law of zanzboss", "content", "Dogs are led."));
    Belongings.of(neighbour, house.app.database());
    Rows before = rows(neighbour);
    JsonNode usage = usage(house.superuser, tenant);

    JsonNode receipt = erased(house.superuser, "/v1/tenants/" + tenant);

    assertEquals("tenant", receipt.get("kind").asText());
    assertEquals(2, receipt.at("/erased/app_user").asInt(), receipt.toString());
    assertEquals(3, receipt.at("/erased/collection").asInt(), receipt.toString());
    assertEquals(5, receipt.get("files").asInt(), receipt.toString());
    assertEquals(0, filesOf(tenant));
    assertEquals(Set.of(), tablesThatHold(theirs.word()));
    assertEquals(Set.of(), tablesThatHold(bosses.word()));
    assertEquals(Set.of(), tablesThatHold("Barra"));
    Set<String> naming = tablesThatHold(tenant);
    naming.removeAll(RECEIPTS);
    assertEquals(Set.of("tenant", "usage"), naming);
    assertEquals(before, rows(neighbour));
    assertEquals(401, get(boss, "/v1/me"));
    assertEquals(404, get(house.superuser, "/v1/tenants/" + tenant));
    assertEquals(
        usage.at("/totals/prompt_tokens").asLong() + usage.at("/totals/completion_tokens").asLong(),
        ledger(tenant));
    // Nothing new begins in it.
    assertEquals(
        400,
        post(
            house.superuser,
            "/v1/users",
            Map.of("tenant_id", tenant, "email", "new@example.org", "name", "New")));
  }

  /** What a node remembers in its memory alone, no table tells: it has to be told to forget. */
  @Test
  void whatNodesRememberIsForgotten() {
    Caller chief = house.person("remembering", house.tenant, "admin");
    Caller leaving = house.person("searching", house.tenant, "member");
    String theirs = trace(leaving);
    String others = trace(chief);
    assertEquals(200, get(house.superuser, theirs));
    erased(chief, "/v1/users/" + leaving.userId());
    Await.until("the search is forgotten", () -> get(house.superuser, theirs) == 404, PATIENCE);
    assertEquals(200, get(house.superuser, others), "of who stays");
  }

  /** Where the superuser reads how a search of this user came to its hits. */
  private static String trace(Caller who) {
    String id = who.api().post("/v1/search", Map.of("query", "dogs")).get("id").asText();
    return "/v1/search/" + id + "/trace";
  }

  @Test
  void oneselfAndOnesOwnTenantAreNotDeleted() {
    Caller root = house.superuser;
    assertEquals(403, delete(root, "/v1/users/" + root.userId()).status());
    assertEquals(403, delete(root, "/v1/tenants/" + root.tenantId()).status());
    Caller captain = house.person("captain", house.otherTenant, "admin");
    assertEquals(403, delete(captain, "/v1/tenants/" + captain.tenantId()).status());
    assertEquals(404, delete(captain, "/v1/tenants/" + house.tenant).status());
    assertEquals(200, get(captain, "/v1/me"));
  }

  /** Without the traces of searches, which are written when there is time. */
  private static Rows rows(Caller owner) {
    // News of a conversation come a moment after the end of its turn.
    Await.until("its conversation was told of", () -> isTold(owner), PATIENCE);
    Rows rows = Rows.of(house.app.database(), owner);
    rows.sums().remove("search_trace");
    return rows;
  }

  private static boolean isTold(Caller owner) {
    return house
            .app
            .database()
            .database()
            .callSystem(
                "SELECT count(*) FROM event WHERE user_id = $1 AND type = 'conversation.updated'"
                    + " AND payload->'conversation'->>'message_count' = '2'",
                Tuple.of(UUID.fromString(owner.userId())))
            .iterator()
            .next()
            .getLong(0)
        > 0;
  }

  private static JsonNode erased(Caller who, String path) {
    Caller.Got begun = delete(who, path);
    assertEquals(202, begun.status(), begun.toString());
    String receipt = "/v1/erasures/" + begun.json().get("id").asText();
    Await.until(
        "it is erased",
        () -> who.api().get(receipt).get("status").asText().equals("done"),
        PATIENCE);
    return who.api().get(receipt);
  }

  private static JsonNode usage(Caller who) {
    return usage(who, who.tenantId());
  }

  private static JsonNode usage(Caller who, String tenant) {
    return who.api().get("/v1/tenants/" + tenant + "/usage?by=day");
  }

  private static Caller.Got delete(Caller who, String path) {
    return Caller.send(request(who, path).DELETE().build());
  }

  private static int get(Caller who, String path) {
    return Caller.send(request(who, path).build()).status();
  }

  private static int post(Caller who, String path, Map<String, ?> body) {
    return Caller.send(
            request(who, path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                .build())
        .status();
  }

  private static HttpRequest.Builder request(Caller who, String path) {
    return HttpRequest.newBuilder(URI.create(who.url() + path))
        .header("Authorization", "Bearer " + who.token());
  }

  private static long ledger(String tenant) throws SQLException {
    return Long.parseLong(
        strings(
                "SELECT coalesce(sum(prompt_tokens + completion_tokens), 0)::text FROM usage"
                    + " WHERE tenant_id = '"
                    + tenant
                    + "'")
            .getFirst());
  }

  /** How many files of the data folder hold a word. */
  private static long filesThatHold(String word) {
    return files()
        .filter(file -> {
          try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(word);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        })
        .count();
  }

  /** How many have an id in their path. */
  private static long filesOf(String id) {
    return files().filter(file -> file.toString().contains(id)).count();
  }

  private static Stream<Path> files() {
    try (Stream<Path> all = Files.walk(house.app.data())) {
      return all.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of all there are, partitions by their names. */
  private static Set<String> tablesThatHold(String word) throws SQLException {
    Set<String> holding = new TreeSet<>();
    for (String table :
        strings(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind"
                + " = 'r'")) {
      if (!strings(
              "SELECT 'x' FROM \"%s\" t WHERE t::text LIKE '%%%s%%' LIMIT 1".formatted(table, word))
          .isEmpty()) {
        holding.add(table.replaceAll("_\\d{6,8}(_\\d\\d)?$|_default$", ""));
      }
    }
    return holding;
  }

  private static List<String> strings(String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
