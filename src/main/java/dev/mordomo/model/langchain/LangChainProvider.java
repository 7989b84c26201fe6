package dev.mordomo.model.langchain;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.ModelProvider;
import dev.mordomo.model.ProviderConfig;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A model server that LangChain4j can speak to. */
public final class LangChainProvider implements ModelProvider {
  /** A model is named with every request; the builders want one all the same. */
  private static final String UNNAMED = "-";

  private final ModelHttp http;
  private final ModelConfig config;
  private final ProviderConfig provider;
  private final UpstreamFailure failures;
  private final ProviderHttp client;
  private final StreamingChatModel chat;

  private LangChainProvider(
      ModelHttp http, ModelConfig config, ProviderConfig provider, InstantSource clock) {
    this.http = http;
    this.config = config;
    this.provider = provider;
    this.failures = new UpstreamFailure(provider, clock);
    this.client = new ProviderHttp(http, config, provider, failures);
    this.chat = streaming();
  }

  /** All providers of a configuration. */
  public static List<LangChainProvider> all(
      ModelHttp http, ModelConfig config, InstantSource clock) {
    return config.providers().values().stream()
        .map(provider -> new LangChainProvider(http, config, provider, clock))
        .toList();
  }

  private StreamingChatModel streaming() {
    return switch (provider.dialect()) {
      case OPENAI ->
          OpenAiStreamingChatModel.builder()
              .httpClientBuilder(client.builder())
              .baseUrl(provider.baseUrl())
              .customHeaders(authorization())
              .modelName(UNNAMED)
              .build();
      case OLLAMA ->
          OllamaStreamingChatModel.builder()
              .httpClientBuilder(client.builder())
              .baseUrl(provider.baseUrl())
              .customHeaders(authorization())
              .modelName(UNNAMED)
              .numCtx(config.ollamaContext())
              .build();
    };
  }

  private Map<String, String> authorization() {
    return provider.apiKey().map(key -> Map.of("Authorization", "Bearer " + key)).orElse(Map.of());
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ChatModel chat(String model) {
    return new LangChainChatModel(provider, model, chat, failures);
  }

  @Override
  public EmbeddingModel embedding(String model) {
    var upstream =
        switch (provider.dialect()) {
          case OPENAI ->
              OpenAiEmbeddingModel.builder()
                  .httpClientBuilder(client.builder())
                  .baseUrl(provider.baseUrl())
                  .customHeaders(authorization())
                  .modelName(model)
                  .maxRetries(0)
                  .build();
          case OLLAMA ->
              OllamaEmbeddingModel.builder()
                  .httpClientBuilder(client.builder())
                  .baseUrl(provider.baseUrl())
                  .customHeaders(authorization())
                  .modelName(model)
                  .maxRetries(0)
                  .build();
        };
    return LangChainEmbeddingModel.start(
        name() + "/" + model, upstream, failures, config, http.vertx());
  }
}
