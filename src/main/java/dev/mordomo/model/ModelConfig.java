package dev.mordomo.model;

import dev.mordomo.kernel.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which models there are, and how long one is waited for.
 *
 * @param chat the default chat model, {@code provider/name}
 * @param embedding the embedding model of the installation
 * @param offered further chat models to be listed; others of a configured provider work too
 * @param fallback chat models to ask, in order, when another fails before its first word
 * @param providers by name, without {@code embedded}
 * @param deadlineFirstToken the longest silence before the first word
 * @param deadlineIdle the longest silence after it
 * @param retries how often the same model is asked again before its first word, 0 to 10
 * @param connections the most connections to one model server
 * @param ollamaContext the context window asked of Ollama, in tokens: what does not fit it cuts off
 * @param remoteEmbedding how an embedding model of a provider is used
 */
public record ModelConfig(
    String chat,
    String embedding,
    List<String> offered,
    List<String> fallback,
    Map<String, ProviderConfig> providers,
    Duration deadlineFirstToken,
    Duration deadlineIdle,
    int retries,
    int connections,
    int ollamaContext,
    RemoteEmbedding remoteEmbedding) {

  /** The name of the provider of models that run inside the server. */
  public static final String EMBEDDED = "embedded";

  /** The name of the provider of embedding models and rerankers from a folder. */
  public static final String ONNX = "onnx";

  public ModelConfig {
    offered = List.copyOf(offered);
    fallback = List.copyOf(fallback);
    providers = Map.copyOf(providers);
  }

  /**
   * @param dimensions the length of its vectors; 0 asks the model at start
   * @param threshold the similarity below which a passage is not worth showing
   * @param sameFrom the similarity from which two passages say the same; empty where nobody knows
   * @param queryPrefix put before a query by models that were trained so; "" for none
   * @param passagePrefix likewise before a passage
   */
  public record RemoteEmbedding(
      int dimensions,
      double threshold,
      OptionalDouble sameFrom,
      String queryPrefix,
      String passagePrefix) {}

  /**
   * {@code model.embedding_same_from}, of models that were not measured. High, since some hold even
   * what is unlike for fairly near.
   */
  public static OptionalDouble sameFrom(Settings settings) {
    double value = settings.decimal("model.embedding_same_from", 0.95, 0, 1);
    return value == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  public static ModelConfig from(Settings settings) {
    Map<String, ProviderConfig> providers = providers(settings);
    return new ModelConfig(
        model(settings, providers, "model.chat", "embedded/extractive"),
        model(settings, providers, "model.embedding", "embedded/gloss-minilm"),
        models(settings, providers, "model.offered"),
        models(settings, providers, "model.fallback"),
        providers,
        positive(settings, "model.deadline_first_token", Duration.ofSeconds(30)),
        positive(settings, "model.deadline_idle", Duration.ofSeconds(20)),
        settings.integer("model.retries", 2, 0, 10),
        settings.integer("model.connections", 256, 1, 10_000),
        settings.integer("model.ollama_context", 8192, 512, 10_000_000),
        new RemoteEmbedding(
            settings.integer("model.embedding_dimensions", 0, 0, 4000),
            settings.decimal("model.embedding_threshold", 0.3, 0, 1),
            sameFrom(settings),
            settings.text("model.embedding_query_prefix", ""),
            settings.text("model.embedding_passage_prefix", "")));
  }

  private static Map<String, ProviderConfig> providers(Settings settings) {
    Map<String, ProviderConfig> providers = new LinkedHashMap<>();
    Optional<String> key = settings.variable("OPENAI_API_KEY");
    settings
        .variable("OPENAI_BASE_URL")
        .or(() -> key.map(ignored -> ProviderConfig.OFFICIAL))
        .flatMap(url -> address(settings, "OPENAI_BASE_URL", url))
        .ifPresent(url ->
            providers.put(
                "openai",
                new ProviderConfig(
                    "openai",
                    ProviderConfig.Dialect.OPENAI,
                    withVersion(url),
                    key,
                    "OPENAI_API_KEY",
                    "OPENAI_BASE_URL")));
    settings
        .variable("OLLAMA_BASE_URL")
        .flatMap(url -> address(settings, "OLLAMA_BASE_URL", url))
        .ifPresent(url ->
            providers.put(
                "ollama",
                new ProviderConfig(
                    "ollama",
                    ProviderConfig.Dialect.OLLAMA,
                    url,
                    settings.variable("OLLAMA_API_KEY"),
                    "OLLAMA_API_KEY",
                    "OLLAMA_BASE_URL")));
    for (String entry : settings.list("model.providers")) {
      further(settings, entry).ifPresent(provider -> providers.put(provider.name(), provider));
    }
    return providers;
  }

  /** {@code name=address}; its key is in {@code NAME_API_KEY}. */
  private static Optional<ProviderConfig> further(Settings settings, String entry) {
    int equals = entry.indexOf('=');
    String name = equals < 0 ? "" : entry.substring(0, equals).strip();
    if (!name.matches("[a-z][a-z0-9-]{0,40}")
        || List.of(EMBEDDED, ONNX, "http", "openai", "ollama").contains(name)) {
      return settings.wrong(
          "model.providers",
          entry,
          "name=address, the name in lower-case letters and not embedded, onnx, http, openai or"
              + " ollama",
          Optional.empty());
    }
    String keySetting = name.toUpperCase(Locale.ROOT).replace('-', '_') + "_API_KEY";
    return address(settings, "model.providers", entry.substring(equals + 1).strip())
        .map(url ->
            new ProviderConfig(
                name,
                ProviderConfig.Dialect.OPENAI,
                withVersion(url),
                settings.variable(keySetting),
                keySetting,
                "model.providers"));
  }

  private static Optional<String> address(Settings settings, String setting, String value) {
    String expected = "an address such as http://127.0.0.1:11434";
    try {
      URI uri = URI.create(value);
      if (uri.getHost() != null
          && List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getRawUserInfo() == null) {
        return Optional.of(value.replaceAll("/+$", ""));
      }
    } catch (IllegalArgumentException e) {
      return settings.wrong(setting, value, expected, Optional.empty());
    }
    return settings.wrong(setting, value, expected, Optional.empty());
  }

  private static String withVersion(String url) {
    String path = URI.create(url).getRawPath();
    return path == null || path.isEmpty() ? url + "/v1" : url;
  }

  private static List<String> models(
      Settings settings, Map<String, ProviderConfig> providers, String key) {
    return settings.list(key).stream()
        .filter(name -> checked(settings, providers, key, name))
        .toList();
  }

  private static String model(
      Settings settings, Map<String, ProviderConfig> providers, String key, String otherwise) {
    String name = settings.text(key, otherwise);
    return checked(settings, providers, key, name) ? name : otherwise;
  }

  private static boolean checked(
      Settings settings, Map<String, ProviderConfig> providers, String key, String name) {
    int slash = name.indexOf('/');
    if (slash < 1 || slash == name.length() - 1) {
      return settings.wrong(key, name, "provider/name, such as ollama/llama3.2", false);
    }
    String provider = name.substring(0, slash);
    boolean folder = provider.equals(ONNX) && key.equals("model.embedding");
    if (folder || provider.equals(EMBEDDED) || providers.containsKey(provider)) {
      return true;
    }
    String how =
        switch (provider) {
          case "openai" -> "; set OPENAI_API_KEY or OPENAI_BASE_URL";
          case "ollama" -> "; set OLLAMA_BASE_URL";
          case ONNX -> "; models from a folder only embed";
          case String other -> "; add " + other + "=address to model.providers";
        };
    return settings.wrong(key, name, "a model of a configured provider" + how, false);
  }

  private static Duration positive(Settings settings, String key, Duration otherwise) {
    Duration value = settings.duration(key, otherwise);
    return value.isZero()
        ? settings.wrong(key, value.toString(), "a time above zero", otherwise)
        : value;
  }
}
