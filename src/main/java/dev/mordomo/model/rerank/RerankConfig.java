package dev.mordomo.model.rerank;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.Reranker;
import dev.mordomo.model.onnx.OnnxProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The reranker of the installation.
 *
 * @param model {@code onnx/PATH} or {@code http/NAME}; empty for none
 * @param url where {@code http/NAME} is asked
 * @param key sent as its bearer, where the server wants one
 * @param deadline after which search goes on without it
 */
public record RerankConfig(
    Optional<String> model, Optional<URI> url, Optional<String> key, Duration deadline) {
  private static final String HTTP = "http/";
  private static final String ONNX = ModelConfig.ONNX + "/";

  public static RerankConfig from(Settings settings) {
    Optional<URI> url = settings.text("model.reranker_url").flatMap(text -> url(settings, text));
    Optional<String> model = settings.text("model.reranker");
    if (model.isPresent() && !isNamed(model.get())) {
      model =
          settings.wrong(
              "model.reranker", model.get(), "onnx/PATH or http/NAME", Optional.<String>empty());
    }
    if (model.filter(m -> m.startsWith(HTTP)).isPresent() && url.isEmpty()) {
      model =
          settings.wrong(
              "model.reranker",
              model.get(),
              "model.reranker_url to be set for a reranker over HTTP",
              Optional.<String>empty());
    }
    Duration deadline = settings.duration("model.reranker_deadline", Duration.ofSeconds(2));
    return new RerankConfig(
        model,
        url,
        settings.variable("RERANKER_API_KEY"),
        deadline.isZero()
            ? settings.wrong("model.reranker_deadline", "0", "a time above zero", deadline)
            : deadline);
  }

  private static boolean isNamed(String model) {
    return (model.startsWith(HTTP) && model.length() > HTTP.length())
        || (model.startsWith(ONNX) && model.length() > ONNX.length());
  }

  private static Optional<URI> url(Settings settings, String text) {
    String expected = "an address such as https://api.jina.ai/v1/rerank";
    try {
      URI url = URI.create(text);
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return web && url.getHost() != null && url.getRawUserInfo() == null
          ? Optional.of(url)
          : settings.wrong("model.reranker_url", text, expected, Optional.empty());
    } catch (IllegalArgumentException e) {
      return settings.wrong("model.reranker_url", text, expected, Optional.empty());
    }
  }

  /**
   * The one that is configured, loaded.
   *
   * @throws Failure {@code invalid} for a folder without one
   */
  public Optional<Reranker> open(OnnxProvider folders) {
    return model.map(name ->
        name.startsWith(ONNX)
            ? folders.reranker(name.substring(ONNX.length()))
            : new HttpReranker(name.substring(HTTP.length()), url.orElseThrow(), key, deadline));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return model.orElse("none") + url.map(u -> " at " + u.getHost()).orElse("");
  }
}
