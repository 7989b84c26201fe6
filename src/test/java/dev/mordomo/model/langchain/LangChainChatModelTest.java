package dev.mordomo.model.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ChatMessage.Assistant;
import dev.mordomo.model.ChatMessage.Instructions;
import dev.mordomo.model.ChatMessage.ToolResult;
import dev.mordomo.model.ChatMessage.User;
import dev.mordomo.model.ChatResult.Tokens;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.Heard;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LangChainChatModelTest {
  private static final ToolSpec REMIND =
      new ToolSpec(
          "create_reminder",
          "Makes a reminder",
          Map.of(
              "type", "object",
              "properties",
                  Map.of(
                      "title", Map.of("type", "string", "maxLength", 200),
                      "kind", Map.of("type", "string", "enum", List.of("once", "weekly")),
                      "days", Map.of("type", "array", "items", Map.of("type", "integer")),
                      "place",
                          Map.of(
                              "type", "object",
                              "properties", Map.of("room", Map.of("type", "string")),
                              "required", List.of("room"))),
              "required", List.of("title")));

  private final LangChainHouse house = new LangChainHouse();
  private final Heard heard = new Heard();

  @AfterEach
  void close() {
    house.close();
    assertEquals(List.of(), heard.wrongs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void anAnswerIsStreamedAndCounted(String provider) throws Exception {
    house.server.always(Behaviour.saying("Olá", ", ", "mundo 🌍"));
    house.of(provider).stream(LangChainHouse.asking("oi"), heard);
    var result = heard.result();
    assertEquals("Olá, mundo 🌍", heard.text());
    assertEquals("stop", result.finishReason());
    assertEquals(new Tokens(11, 7), result.tokens());
  }

  @Test
  void openAiIsAskedAsItWantsToBe() throws Exception {
    house.openAi().stream(LangChainHouse.asking("oi"), heard);
    heard.result();
    var asked = house.server.next();
    JsonNode body = asked.json();
    assertEquals("Bearer " + LangChainHouse.KEY, asked.header("Authorization"));
    assertEquals("/v1/chat/completions", asked.path());
    assertEquals("gpt-test", body.at("/model").asText());
    assertTrue(body.at("/stream").asBoolean());
    assertTrue(body.at("/stream_options/include_usage").asBoolean());
    assertEquals("system", body.at("/messages/0/role").asText());
    assertEquals("Be brief.", body.at("/messages/0/content").asText());
    assertEquals("user", body.at("/messages/1/role").asText());
    assertEquals("oi", body.at("/messages/1/content").asText());
    assertEquals(0.5, body.at("/temperature").asDouble());
    assertEquals(100, body.at("/max_tokens").asInt());
    assertFalse(body.has("tools"), body.toString());
  }

  @Test
  void ollamaIsAskedWithAContextWindow() throws Exception {
    house.ollama().stream(LangChainHouse.asking("oi"), heard);
    heard.result();
    JsonNode body = house.server.next().json();
    assertEquals("llama-test", body.at("/model").asText());
    assertEquals(8192, body.at("/options/num_ctx").asInt());
    assertEquals(100, body.at("/options/num_predict").asInt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void aToolGoesThereAndBack(String provider) throws Exception {
    house.server.then(
        Behaviour.calling("call_7", "create_reminder", "{\"title\":\"bolo\",\"days\":[1,2]}"));
    var first = List.of(new Instructions("i"), new User("me lembra do bolo"));
    house.of(provider).stream(LangChainHouse.asking(List.copyOf(first), List.of(REMIND)), heard);
    assertEquals("tool_calls", heard.result().finishReason());
    ToolCall call = heard.calls().getFirst();
    assertEquals("create_reminder", call.name());
    assertEquals(Map.of("title", "bolo", "days", List.of(1, 2)), call.arguments());
    assertFalse(call.id().isBlank());
    if (provider.equals("openai")) {
      assertEquals("call_7", call.id());
    }
    JsonNode tool = house.server.next().json().at("/tools/0/function");
    assertEquals("create_reminder", tool.at("/name").asText());
    assertEquals(Json.tree(List.of("title")), tool.at("/parameters/required"));
    assertEquals(
        Json.tree(REMIND.parameters()).get("properties"), tool.at("/parameters/properties"));

    Heard second = new Heard();
    house.server.then(Behaviour.saying("Feito."));
    house.of(provider).stream(
        LangChainHouse.asking(
            List.of(
                new Instructions("i"),
                new User("me lembra do bolo"),
                new Assistant("", List.of(call)),
                new ToolResult(call.id(), call.name(), "{\"status\":\"success\"}")),
            List.of(REMIND)),
        second);
    second.result();
    assertEquals("Feito.", second.text());
    JsonNode messages = house.server.next().json().at("/messages");
    assertEquals("create_reminder", messages.at("/2/tool_calls/0/function/name").asText());
    assertEquals("tool", messages.at("/3/role").asText());
    assertEquals("{\"status\":\"success\"}", messages.at("/3/content").asText());
    if (provider.equals("openai")) {
      assertEquals("call_7", messages.at("/2/tool_calls/0/id").asText());
      assertEquals("call_7", messages.at("/3/tool_call_id").asText());
    }
  }

  @Test
  void tokensAreEstimatedWhereTheServerDoesNotSay() throws Exception {
    house.server.then(Behaviour.sayingWithoutUsage("12345678", "9"));
    house.openAi().stream(LangChainHouse.asking("1234"), heard);
    assertEquals(new Tokens(4, 3), heard.result().tokens());
  }

  @Test
  void anUnknownFinishReasonIsStillAnEnd() throws Exception {
    house.server.then(asked -> {
      asked.say("fim");
      asked.write(
          """
          data: {"choices":[{"index":0,"delta":{},"finish_reason":"eos"}]}\r
          \r
          data: [DONE]\r
          \r
          """);
    });
    house.openAi().stream(LangChainHouse.asking("oi"), heard);
    assertEquals("stop", heard.result().finishReason());
  }

  @Test
  void commentsAndOddSpacingAreRead() throws Exception {
    house.server.then(asked -> {
      asked.write(": keep-alive\n\nevent: message\ndata:{\"choices\":[{\"index\":0,");
      asked.write("\ndata: \"delta\":{\"content\":\"sim\"}}]}\n\n");
      asked.write("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}");
      asked.end();
    });
    house.openAi().stream(LangChainHouse.asking("oi"), heard);
    assertEquals("length", heard.result().finishReason());
    assertEquals("sim", heard.text());
  }

  @Test
  void anEmptyAnswerOfBeforeIsNotSent() throws Exception {
    house.openAi().stream(
        LangChainHouse.asking(
            List.of(new User("a"), new Assistant("", List.of()), new User("b")), List.of()),
        heard);
    heard.result();
    assertEquals(2, house.server.next().json().at("/messages").size());
  }

  @Test
  void connectionsAreKeptBetweenAnswers() throws Exception {
    var seen = new java.util.concurrent.CopyOnWriteArraySet<String>();
    house.server.always(asked -> {
      seen.add(asked.remoteAddress());
      asked.say("a").finish();
    });
    for (int i = 0; i < 5; i++) {
      Heard one = new Heard();
      house.openAi().stream(LangChainHouse.asking("oi"), one);
      one.result();
      house.server.next().awaitEnded();
    }
    assertTrue(seen.size() <= 2, "connections used: " + seen);
  }
}
