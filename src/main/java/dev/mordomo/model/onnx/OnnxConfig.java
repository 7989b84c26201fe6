package dev.mordomo.model.onnx;

import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ModelConfig;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How models from a folder are used.
 *
 * @param pooling empty for what the export says of itself, and the mean where it says nothing
 * @param tokens the most that the model reads at once; 0 for what the export says of itself
 * @param threshold the similarity below which a passage is not worth showing
 * @param sameFrom the similarity from which two passages say the same; empty where nobody knows
 * @param queryPrefix put before a query by models that were trained so; "" for what the export says
 * @param passagePrefix likewise before a passage
 */
public record OnnxConfig(
    Optional<Pooling> pooling,
    int tokens,
    double threshold,
    OptionalDouble sameFrom,
    String queryPrefix,
    String passagePrefix) {
  private static final String AUTO = "auto";

  public static OnnxConfig from(Settings settings) {
    return new OnnxConfig(
        pooling(settings),
        settings.integer("model.onnx_tokens", 0, 0, 32_768),
        settings.decimal("model.embedding_threshold", 0.3, 0, 1),
        ModelConfig.sameFrom(settings),
        spaced(settings.text("model.embedding_query_prefix", "")),
        spaced(settings.text("model.embedding_passage_prefix", "")));
  }

  private static Optional<Pooling> pooling(Settings settings) {
    String name = settings.text("model.onnx_pooling", AUTO);
    Optional<Pooling> pooling = Pooling.of(name);
    return pooling.isPresent() || name.equals(AUTO)
        ? pooling
        : settings.wrong("model.onnx_pooling", name, "auto, mean, cls or last", pooling);
  }

  /** Settings are stripped; a prefix ends before the text. */
  private static String spaced(String prefix) {
    return prefix.isEmpty() ? "" : prefix + " ";
  }
}
