package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A question that follows others, from a model server that rewrites it to the passage cited. */
class RewrittenQueryTest {
  private static final String CPF = "529.982.247-25";
  private static final String REWRITTEN = "Quanto custa o aluguel da churrasqueira?";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;
  private static String barbecue;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx);
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat", "openai/test",
                "knowledge.manual", "false",
                // A busy machine is no late model.
                "chat.rewrite_deadline", "1m"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ana = ApiClient.signIn(app.url());
    String shelf =
        ana.post("/v1/collections", Map.of("name", "Casa", "scope", "user")).get("id").asText();
    document(shelf, "Quadra", "O aluguel da quadra de tênis custa dez reais por hora.");
    barbecue = document(shelf, "Lazer", "O aluguel da churrasqueira custa oitenta reais por dia.");
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

  private static String document(String shelf, String title, String content) {
    return ana.post(
            "/v1/collections/" + shelf + "/documents", Map.of("title", title, "content", content))
        .get("id")
        .asText();
  }

  private static String conversation() {
    return ana.post("/v1/conversations", Map.of()).get("id").asText();
  }

  private static JsonNode say(String conversation, String words) {
    try (EventSource source =
        EventSource.post(
            app.url(),
            "/v1/conversations/" + conversation + "/turns",
            ana.token(),
            Map.of(),
            Json.write(Map.of("content", words, "client_message_id", Ids.next().toString())))) {
      var last = source.rest().getLast();
      assertEquals("turn.completed", last.type(), last.text());
      return last.data().get("message");
    }
  }

  /** Of the trace of a search for these words. */
  private static String traced(String query) {
    Await.until("the search is traced", () -> !find(query).isEmpty(), PATIENCE);
    return ana.get("/v1/search/" + find(query) + "/trace").get("query").asText();
  }

  private static String find(String query) {
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id FROM search_trace WHERE search::text LIKE '%" + query + "%'")) {
      return rows.next() ? rows.getString(1) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theRewrittenQuestionIsSearchedAndWhatItFindsIsCited() throws Exception {
    String conversation = conversation();
    model.then(Behaviour.saying("Dez reais por hora [1]."));
    say(conversation, "Quanto custa o aluguel da quadra?");
    model.next();
    assertEquals(0, model.rewritings(), "there was nothing to follow");

    model
        .rewriting(Behaviour.saying("Quanto custa o aluguel ", "da churrasqueira?"))
        .then(Behaviour.saying("Oitenta reais por dia [1]."));
    JsonNode answer = say(conversation, "e aquilo de assar carne?");
    JsonNode asked = model.nextRewriting().json();
    assertTrue(asked.toString().contains("e aquilo de assar carne?"), asked.toString());
    assertTrue(asked.toString().contains("Dez reais por hora"), asked.toString());
    assertTrue(asked.path("tools").isMissingNode(), asked.toString());
    assertEquals(256, asked.get("max_tokens").asInt(), asked.toString());
    JsonNode messages = model.next().json().get("messages");
    String system = messages.get(0).get("content").asText();
    assertTrue(system.contains("[1] Lazer\nO aluguel da churrasqueira"), system);
    assertEquals(
        "e aquilo de assar carne?", messages.get(messages.size() - 1).get("content").asText());
    assertEquals(barbecue, answer.at("/references/0/document_id").asText(), answer.toString());
    assertEquals(REWRITTEN, traced(REWRITTEN));
    // The server says 11 and 7 of each of the two requests.
    assertEquals(22, answer.at("/tokens/prompt").asInt());
    assertEquals(14, answer.at("/tokens/completion").asInt());
  }

  @Test
  void itIsToldNothingPersonal() throws Exception {
    String conversation = conversation();
    say(conversation, "O contrato da churrasqueira é de " + CPF + ", anote.");
    model.rewriting(Behaviour.saying("Qual é o prazo do contrato de [CPF_1]?"));
    say(conversation, "e o prazo? o outro é 111.444.777-35");
    String asked = model.nextRewriting().json().toString();
    assertTrue(asked.contains("é de [CPF_1], anote"), asked);
    assertTrue(asked.contains("o outro é [CPF_2]"), asked);
    assertFalse(asked.contains(CPF) || asked.contains("111.444") || asked.contains("[["), asked);
    String trace = "Qual é o prazo do contrato de [CPF_1]?";
    assertEquals(trace, traced(trace));
  }

  @Test
  void aServerThatIsDownForItIsNoErrorOfTheTurns() throws Exception {
    String conversation = conversation();
    say(conversation, "Quem paga a luz da quadra?");
    model.rewriting(Behaviour.status(500, "{}", Map.of()));
    model.then(Behaviour.saying("Oitenta."));
    JsonNode answer = say(conversation, "e da churrasqueira?");
    assertEquals("Oitenta.", answer.get("content").asText());
    model.nextRewriting();
    assertEquals(0, model.rewritings(), "it is asked once");
    assertEquals(11, answer.at("/tokens/prompt").asInt());
    String byRule = "Quem paga a luz da churrasqueira?";
    assertEquals(byRule, traced(byRule));
  }
}
