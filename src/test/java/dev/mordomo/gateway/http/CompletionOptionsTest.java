package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients of OpenAI's interface ask for beside words: where to stop, and in which form. */
class CompletionOptionsTest {
  private static final Map<String, Object> SCHEMA =
      Map.of(
          "type",
          "json_schema",
          "json_schema",
          Map.of(
              "name",
              "price",
              "strict",
              true,
              "schema",
              Map.of(
                  "type",
                  "object",
                  "properties",
                  Map.of("euros", Map.of("type", "number", "minimum", 0)),
                  "required",
                  List.of("euros"))));

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx);
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of("model.chat", "openai/test", "knowledge.manual", "false"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl(), "OLLAMA_BASE_URL", model.ollamaUrl()));
    ana = ApiClient.signIn(app.url());
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  private static Map<String, Object> asking(String name, String words) {
    Map<String, Object> body = new HashMap<>();
    body.put("model", name);
    body.put("messages", List.of(Map.of("role", "user", "content", words)));
    return body;
  }

  private static JsonNode error(Map<String, Object> body, String path, int status)
      throws Exception {
    HttpResponse<String> answer = ana.tryPost(path, body);
    assertEquals(status, answer.statusCode(), answer.body());
    return Json.read(answer.body()).get("error");
  }

  @Test
  void anAnswerEndsBeforeAStopThatComesInTwoPiecesAndTheModelIsLeft() throws Exception {
    for (String name : List.of("openai/test", "mordomo")) {
      model.then(asked -> asked.say("Um, dois ", "[S", "TOP] três"));
      Map<String, Object> body = asking(name, "Conte");
      body.put("stop", "[STOP]");
      JsonNode answer = ana.post("/v1/chat/completions", body);
      assertEquals("Um, dois ", answer.at("/choices/0/message/content").asText());
      assertEquals("stop", answer.at("/choices/0/finish_reason").asText());
      assertTrue(answer.at("/usage/completion_tokens").asInt() > 0);
      model.next().awaitClosed();
    }
  }

  @Test
  void noPieceOfAStopIsStreamed() throws Exception {
    model.then(asked -> asked.say("A", "B", "\n", "\nC"));
    Map<String, Object> body = asking("openai/test", "Letras");
    body.put("stop", List.of("###", "\n\n"));
    body.put("stream", true);
    HttpResponse<String> answer = ana.tryPost("/v1/chat/completions", body);
    StringBuilder said = new StringBuilder();
    answer
        .body()
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> Json.read(line.substring("data: ".length())))
        .forEach(chunk -> said.append(chunk.at("/choices/0/delta/content").asText("")));
    assertEquals("AB", said.toString());
    assertTrue(answer.body().strip().endsWith("data: [DONE]"), answer.body());
    model.next().awaitClosed();
  }

  @Test
  void whatOnlyLooksLikeAStopIsTold() throws Exception {
    model.then(Behaviour.saying("Um ", "[ST"));
    Map<String, Object> body = asking("openai/test", "Quase");
    body.put("stop", List.of("[STOP]"));
    JsonNode answer = ana.post("/v1/chat/completions", body);
    assertEquals("Um [ST", answer.at("/choices/0/message/content").asText());
    model.next();
  }

  @Test
  void stopsThatAreNoneAreRefused() throws Exception {
    for (Object stop : List.of("", 7, List.of("a", "b", "c", "d", "e"), List.of(1))) {
      Map<String, Object> body = asking("openai/test", "Oi");
      body.put("stop", stop);
      assertEquals("stop", error(body, "/v1/chat/completions", 400).get("param").asText());
    }
  }

  @Test
  void theWantedFormIsPutToTheModel() throws Exception {
    for (Map<String, Object> format :
        List.of(Map.<String, Object>of("type", "json_object"), SCHEMA)) {
      for (String name : List.of("openai/test", "mordomo")) {
        model.then(Behaviour.saying("{\"euros\":7}"));
        Map<String, Object> body = asking(name, "Quanto?");
        body.put("response_format", format);
        JsonNode answer = ana.post("/v1/chat/completions", body);
        assertEquals("{\"euros\":7}", answer.at("/choices/0/message/content").asText());
        assertEquals(Json.tree(format), model.next().json().get("response_format"));
      }
    }
    model.then(Behaviour.saying("Sete."));
    Map<String, Object> body = asking("openai/test", "Quanto?");
    body.put("response_format", Map.of("type", "text"));
    ana.post("/v1/chat/completions", body);
    assertTrue(model.next().json().path("response_format").isMissingNode());
  }

  @Test
  void ollamaIsToldTheFormInItsOwnWords() throws Exception {
    model.then(Behaviour.saying("{\"euros\":7}"), Behaviour.saying("{}"));
    Map<String, Object> body = asking("ollama/test", "Quanto?");
    body.put("response_format", SCHEMA);
    ana.post("/v1/chat/completions", body);
    Asked asked = model.next();
    assertEquals(
        "number", asked.json().at("/format/properties/euros/type").asText(), "" + asked.json());
    body.put("response_format", Map.of("type", "json_object"));
    ana.post("/v1/chat/completions", body);
    assertEquals("json", model.next().json().get("format").asText());
  }

  @Test
  void aFormThatCannotBeKeptIsRefused() throws Exception {
    Map<String, Object> body = asking("embedded/extractive", "Quanto custa?");
    body.put("response_format", Map.of("type", "json_object"));
    JsonNode error = error(body, "/v1/chat/completions", 400);
    assertEquals("response_format", error.get("param").asText());
    assertTrue(error.get("message").asText().contains("embedded/extractive"), "" + error);
    Map<String, Object> wrong = asking("openai/test", "Quanto?");
    wrong.put("response_format", Map.of("type", "xml"));
    assertEquals(
        "response_format.type", error(wrong, "/v1/chat/completions", 400).get("param").asText());
    wrong.put("response_format", Map.of("type", "json_schema"));
    assertEquals(
        "response_format.json_schema.name",
        error(wrong, "/v1/chat/completions", 400).get("param").asText());
  }

  @Test
  void anotherModelThatCannotKeepTheFormDoesNotAnswerAgain() throws Exception {
    model.then(Behaviour.saying("{\"euros\":7}"));
    Map<String, Object> body = asking("openai/test", "Quanto custa de novo?");
    body.put("response_format", SCHEMA);
    ana.post("/v1/chat/completions", body);
    model.next();
    String turn = ana.get("/v1/messages?role=assistant").at("/data/0/turn_id").asText();
    for (String how : List.of("regenerate", "continue")) {
      HttpResponse<String> refused =
          ana.tryPost("/v1/turns/" + turn + "/" + how, Map.of("model", "embedded/extractive"));
      assertEquals(400, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("response_format"), refused.body());
    }
    model.then(Behaviour.saying("{\"euros\":8}"));
    ana.post("/v1/turns/" + turn + "/regenerate", Map.of());
    assertEquals(Json.tree(SCHEMA), model.next().json().get("response_format"));
  }

  @Test
  void tokenIdsAreRefusedWithTheReason() throws Exception {
    for (Object tokens : List.of(List.of(9906, 1917), List.of(List.of(9906, 1917)))) {
      Map<String, Object> body = Map.of("model", "mordomo", "input", tokens);
      JsonNode error = error(body, "/v1/embeddings", 400);
      assertEquals("input", error.get("param").asText());
      assertTrue(error.get("message").asText().contains("token"), "" + error);
    }
  }

  @Test
  void aMessageThatIsTooLongIsTooLargeOnThisFaceToo() throws Exception {
    JsonNode error = error(asking("openai/test", "x".repeat(32_001)), "/v1/chat/completions", 413);
    assertEquals("too_large", error.get("code").asText());
    JsonNode whole =
        error(asking("openai/test", "x".repeat(1_048_576)), "/v1/chat/completions", 413);
    assertEquals("too_large", whole.get("code").asText());
  }
}
