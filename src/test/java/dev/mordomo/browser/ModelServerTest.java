package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One setting puts a language model in the extractive answerer's place, with the same tools. */
class ModelServerTest {
  private static final String REMINDER =
      "{\"title\":\"tirar o bolo\",\"scheduled_at\":\"2099-05-01T12:00:00Z\"}";

  @ParameterizedTest
  @ValueSource(strings = {"openai/some-model", "ollama/some-model"})
  void theToolsGoToTheModelAndItsCallsAreCarriedOut(String model) throws Exception {
    Vertx vertx = Vertx.vertx();
    try (FakeModelServer server = FakeModelServer.start(vertx);
        RunningApp app = app(model, server);
        Browsers browsers = new Browsers();
        BrowserContext context = browsers.browser().newContext()) {
      Demo demo = new Demo(context.newPage(), app.url()).signIn();
      server.then(
          Behaviour.calling("call_1", "create_reminder", REMINDER),
          Behaviour.saying("Combinado, ", "eu lembro."));
      assertEquals("Combinado, eu lembro.", demo.ask("Me lembra de tirar o bolo em maio de 2099"));
      assertThat(demo.at("turn-action", "data-status", "success").first()).isVisible();

      JsonNode first = server.next().json();
      assertEquals("some-model", first.get("model").asText());
      assertTrue(
          tools(first).containsAll(Set.of("create_reminder", "iot_control", "search_documents")),
          () -> "offered: " + tools(first));
      JsonNode result = last(server.next().json().get("messages"));
      assertEquals("tool", result.get("role").asText());
      assertTrue(result.get("content").asText().contains("success"), result::toString);
      JsonNode reminders = ApiClient.signIn(app.url()).get("/v1/reminders").get("data");
      assertEquals(1, reminders.size());
      assertEquals("tirar o bolo", reminders.get(0).get("title").asText());
    } finally {
      vertx.close().await();
    }
  }

  private static RunningApp app(String model, FakeModelServer server) {
    return new RunningApp(
        TestDatabase.create(),
        Map.of(),
        Map.of(
            "MORDOMO_MODEL_CHAT",
            model,
            "OPENAI_BASE_URL",
            server.openAiUrl(),
            "OPENAI_API_KEY",
            "a key",
            "OLLAMA_BASE_URL",
            server.ollamaUrl()));
  }

  private static Set<String> tools(JsonNode request) {
    return StreamSupport.stream(request.get("tools").spliterator(), false)
        .map(tool -> tool.at("/function/name").asText())
        .collect(Collectors.toSet());
  }

  private static JsonNode last(JsonNode array) {
    return array.get(array.size() - 1);
  }
}
