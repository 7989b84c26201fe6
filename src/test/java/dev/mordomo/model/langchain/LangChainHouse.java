package dev.mordomo.model.langchain;

import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatMessage.Instructions;
import dev.mordomo.model.ChatMessage.User;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.ToolSpec;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A fake model server, and the models that ask it. */
final class LangChainHouse implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final String KEY = "sk-very-secret-1234";

  final Vertx vertx = Vertx.vertx();
  final FakeModelServer server = FakeModelServer.start(vertx);
  final ModelHttp http = new ModelHttp(vertx, 64);

  ModelConfig config(Map<String, String> values) {
    Map<String, String> all = new HashMap<>(values);
    Map<String, String> environment =
        Map.of(
            "OPENAI_BASE_URL", all.getOrDefault("url", server.openAiUrl()),
            "OLLAMA_BASE_URL", server.ollamaUrl(),
            "OPENAI_API_KEY", KEY);
    all.remove("url");
    return ModelConfig.from(Settings.of(all, environment));
  }

  private LangChainProvider provider(String name, Map<String, String> values) {
    return provider(http, name, values);
  }

  private LangChainProvider provider(ModelHttp via, String name, Map<String, String> values) {
    return LangChainProvider.all(via, config(values), InstantSource.fixed(NOW)).stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  ChatModel openAi(Map<String, String> values) {
    return provider("openai", values).chat("gpt-test");
  }

  ChatModel openAi(ModelHttp via, Map<String, String> values) {
    return provider(via, "openai", values).chat("gpt-test");
  }

  ChatModel openAi() {
    return openAi(Map.of());
  }

  ChatModel ollama() {
    return provider("ollama", Map.of()).chat("llama-test");
  }

  ChatModel of(String provider) {
    return provider(provider, Map.of()).chat("test");
  }

  EmbeddingModel embedding(String provider, Map<String, String> values) {
    return provider(provider, values).embedding("embed-test");
  }

  static ChatRequest asking(String question) {
    return asking(List.of(new Instructions("Be brief."), new User(question)), List.of());
  }

  static ChatRequest asking(List<ChatMessage> messages, List<ToolSpec> tools) {
    return new ChatRequest(
        messages, List.of(), tools, "pt-BR", ZoneId.of("America/Sao_Paulo"), NOW, 0.5, 100);
  }

  @Override
  public void close() {
    http.close();
    server.close();
    vertx.close().await();
  }
}
