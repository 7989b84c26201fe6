package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an embedding model on another server, and a trace, have of what is asked. */
class ToldElsewhereTest {
  private static final String CPF = "529.982.247-25";
  private static final String MAIL = "ana.souza@exemplo.com.br";
  private static final String ASKED = "contrato de " + CPF + " e " + MAIL;
  private static final String TOLD = "contrato de [cpf] e [email]";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;
  private static String tenant;
  private static String document;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx).always(Behaviour.embedding(8));
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of("model.embedding", "openai/vectors", "knowledge.manual", "false"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ana = ApiClient.signIn(app.url());
    tenant = ana.get("/v1/me").get("tenant_id").asText();
    String shelf =
        ana.post("/v1/collections", Map.of("name", "Casa", "scope", "user")).get("id").asText();
    document =
        ana.post(
                "/v1/collections/" + shelf + "/documents",
                Map.of("title", "Ficha", "content", "O titular assinou: " + CPF + "."))
            .get("id")
            .asText();
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  @BeforeEach
  void forget() {
    model.forget();
  }

  private static void policy(String policy) {
    ana.patch("/v1/tenants/" + tenant + "/privacy", Map.of("personal_data", policy));
  }

  /** What the next request to the model held. */
  private static List<String> heard() throws InterruptedException {
    List<String> texts = new ArrayList<>();
    JsonNode input = model.next().json().get("input");
    if (input.isTextual()) {
      texts.add(input.asText());
    } else {
      input.forEach(text -> texts.add(text.asText()));
    }
    return texts;
  }

  private static String stored(String search) {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT search::text FROM search_trace WHERE id = '"
                    + UUID.fromString(search)
                    + "'")) {
      return rows.next() ? rows.getString(1) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String storedAtLast(String search) {
    Await.until("the trace is stored", () -> !stored(search).isEmpty(), PATIENCE);
    return stored(search);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask", "reversible"})
  void searchTellsTheModelAndTheTraceNothingPersonal(String policy) throws Exception {
    policy(policy);
    JsonNode found = ana.post("/v1/search", Map.of("query", ASKED));
    assertEquals(List.of(TOLD), heard());
    String id = found.get("id").asText();
    assertEquals(TOLD, ana.get("/v1/search/" + id + "/trace").get("query").asText());
    String stored = storedAtLast(id);
    assertTrue(stored.contains(TOLD), stored);
    assertFalse(stored.contains(CPF) || stored.contains(MAIL), stored);
  }

  @Test
  void wordsAreStillLookedForAsTheyWereAsked() {
    policy("mask");
    JsonNode found = ana.post("/v1/search", Map.of("query", CPF, "mode", "text"));
    assertEquals(document, found.at("/hits/0/document_id").asText(), found.toString());
  }

  @Test
  void aFilterIsMaskedInTheTraceToo() {
    policy("reversible");
    JsonNode found =
        ana.post(
            "/v1/search",
            Map.of(
                "query",
                "contrato",
                "filter",
                Map.of("source", MAIL, "metadata", Map.of("titular", Map.of("cpf", CPF)))));
    String stored = storedAtLast(found.get("id").asText());
    assertTrue(stored.contains("[email]") && stored.contains("[cpf]"), stored);
    assertFalse(stored.contains(CPF) || stored.contains(MAIL), stored);
  }

  @Test
  void whatTheTenantKeepsIsToldAsItIs() throws Exception {
    policy("keep");
    JsonNode found = ana.post("/v1/search", Map.of("query", ASKED));
    assertEquals(List.of(ASKED), heard());
    assertTrue(storedAtLast(found.get("id").asText()).contains(ASKED));
  }

  @Test
  void embeddingsAreOfTheMaskedTexts() throws Exception {
    Map<String, Object> wanted = Map.of("model", "mordomo", "input", List.of("plano", ASKED));
    policy("reversible");
    assertEquals(2, ana.post("/v1/embeddings", wanted).get("data").size());
    assertEquals(List.of("plano", TOLD), heard());
    policy("keep");
    ana.post("/v1/embeddings", wanted);
    assertEquals(List.of("plano", ASKED), heard());
  }
}
