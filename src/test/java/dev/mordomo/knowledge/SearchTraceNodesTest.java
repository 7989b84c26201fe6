package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Tuple;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A search at one node, and its trace at another, which shares nothing with it but PostgreSQL. */
final class SearchTraceNodesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static RunningApp one;
  private static RunningApp two;
  private static ApiClient root;

  @BeforeAll
  static void open() {
    one = new RunningApp(Map.of("knowledge.manual", "false"));
    two = one.besides();
    root = ApiClient.signIn(one.url());
    String shelf =
        root.post("/v1/collections", Map.of("name", "Casa", "scope", "tenant")).get("id").asText();
    for (int level = 1; level <= 3; level++) {
      root.post(
          "/v1/collections/" + shelf + "/documents",
          Map.of(
              "title", "Aviso " + level,
              "content", "A piscina fecha às " + level + " da tarde.",
              "metadata", Map.of("level", level)));
    }
  }

  @AfterAll
  static void close() {
    two.close();
    one.close();
    HTTP.close();
  }

  private static int status(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(two.url() + path))
            .header("Authorization", "Bearer " + root.token())
            .build();
    try {
      return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aNodeTellsOfAnotherNodesSearchUntilItIsForgotten() throws Exception {
    JsonNode found =
        root.post(
            "/v1/search",
            Map.of(
                "query",
                "quando fecha a piscina",
                "filter",
                Map.of("range", Map.of("metadata.level", Map.of("gte", 2)))));
    assertEquals(2, found.get("hits").size());
    String path = "/v1/search/" + found.get("id").asText() + "/trace";
    Await.until("known at the other node", () -> status(path) == 200, PATIENCE);
    JsonNode here = root.get(path);
    assertEquals(2, here.get("by_meaning").size());
    assertEquals(here, root.at(two.url()).get(path));

    try (Connection owner = one.database().owner();
        var statement = owner.createStatement()) {
      assertEquals(0, seenBySystem(), "what people ask is not the system login's to read");
      statement.execute("UPDATE search_trace SET at = at - interval '20 minutes'");
    }
    new SearchTraceStore(one.database().database()).forget();
    assertEquals(404, status(path));
  }

  private static long seenBySystem() {
    return one.database()
        .database()
        .callSystem("SELECT count(*) FROM search_trace", Tuple.tuple())
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void theSearchOfAUserWhoIsGoneIsNotStored() {
    Scope gone = one.database().tenantWithUser("member");
    SearchTraces.Kept kept =
        new SearchTraces.Kept(
            UUID.randomUUID(),
            Instant.EPOCH,
            new Scope(gone.tenantId(), UUID.randomUUID(), "member"),
            new SearchStore.Question(
                "m",
                Optional.empty(),
                "w",
                "",
                SearchMode.TEXT,
                Optional.empty(),
                SearchStore.Filter.of(SearchFilter.NONE),
                1,
                0),
            0,
            0,
            List.of(),
            Optional.empty());
    new SearchTraceStore(one.database().database()).insert(List.of(kept));
    Scope root = one.database().tenantWithUser("superuser");
    assertEquals(
        Optional.empty(), new SearchTraceStore(one.database().database()).find(root, kept.id()));
  }
}
