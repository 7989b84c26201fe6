package dev.mordomo.model.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.onnxruntime.OrtException;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.UnitVector;
import dev.mordomo.model.embedded.EmbeddingPool;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An embedding model from a folder. Texts longer than the model reads at once are split between
 * words, and the parts' vectors averaged by length.
 */
final class OnnxEmbeddingModel implements EmbeddingModel, AutoCloseable {
  /** Already pooled, then states of tokens. */
  private static final List<String> OUTPUTS =
      List.of("sentence_embedding", "last_hidden_state", "token_embeddings");

  private final String name;
  private final OnnxConfig config;
  private final OnnxGraph graph;
  private final Pooling pooling;
  private final int tokens;
  private final String queryPrefix;
  private final String passagePrefix;
  private final EmbeddingPool pool;
  private final int dimensions;

  /**
   * Loads the model and embeds a word, to know the length of its vectors.
   *
   * @param base its name without the fingerprint
   */
  OnnxEmbeddingModel(String setting, String base, Path path, OnnxConfig config, int threads) {
    this.config = config;
    OnnxFolder folder = OnnxFolder.read(setting, path);
    pooling = config.pooling().or(folder::pooling).orElse(Pooling.MEAN);
    tokens = config.tokens() > 0 ? Math.max(16, config.tokens()) : folder.tokens();
    queryPrefix = config.queryPrefix().isEmpty() ? folder.queryPrompt() : config.queryPrefix();
    passagePrefix =
        config.passagePrefix().isEmpty() ? folder.passagePrompt() : config.passagePrefix();
    name =
        base
            + "@"
            + OnnxFingerprint.of(
                setting, folder, List.of(pooling.name(), String.valueOf(tokens), passagePrefix));
    graph = OnnxGraph.open(setting, folder, Map.of("truncation", "false"), OUTPUTS);
    try {
      dimensions = vector("x").length;
    } catch (Failure e) {
      graph.close();
      throw Failure.invalid(
          setting, "the model in " + path + " is none that embeds: " + e.detail());
    }
    pool = new EmbeddingPool(threads);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isInside() {
    return true;
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    String prefix =
        switch (use) {
          case QUERY -> queryPrefix;
          case PASSAGE -> passagePrefix;
        };
    return pool.each(texts, use, text -> vector(prefix + text));
  }

  private float[] vector(String text) {
    try {
      Encoding encoding = graph.tokenizer().encode(text, true, false);
      List<TokenWindows.Window> windows = TokenWindows.of(encoding, tokens);
      float[] sum = new float[0];
      for (TokenWindows.Window window : windows) {
        float[] part = normalised(pooled(graph.run(window.ids(), window.types())));
        sum = sum.length == 0 ? new float[part.length] : sum;
        for (int i = 0; i < part.length; i++) {
          sum[i] += part[i] * window.weight();
        }
      }
      return normalised(sum);
    } catch (OrtException | RuntimeException e) {
      throw e instanceof Failure failure
          ? failure
          : Failure.of(FailureCode.MODEL_ERROR, "the text cannot be embedded by " + name, e);
    }
  }

  private float[] pooled(OnnxGraph.Floats output) {
    long[] shape = output.shape();
    float[] values = output.values();
    if (shape.length == 2 && shape[0] == 1) {
      return values;
    }
    if (shape.length != 3 || shape[0] != 1 || shape[1] < 1) {
      throw Failure.of(
          FailureCode.MODEL_ERROR, name + " gives neither a vector nor states of tokens");
    }
    int length = (int) shape[2];
    int positions = (int) shape[1];
    float[] vector = new float[length];
    int from = pooling == Pooling.LAST ? positions - 1 : 0;
    int to = pooling == Pooling.CLS ? 1 : positions;
    for (int position = from; position < to; position++) {
      for (int i = 0; i < length; i++) {
        vector[i] += values[position * length + i] / (to - from);
      }
    }
    return vector;
  }

  private float[] normalised(float[] vector) {
    return UnitVector.of(vector)
        .orElseThrow(() ->
            Failure.of(FailureCode.MODEL_ERROR, name + " gives a vector without a direction"));
  }

  @Override
  public double defaultThreshold() {
    return config.threshold();
  }

  @Override
  public OptionalDouble sameFrom() {
    return config.sameFrom();
  }

  @Override
  public double probability(double similarity, String queryLanguage, String passageLanguage) {
    return Double.NaN;
  }

  @Override
  public void close() {
    pool.close();
    graph.close();
  }
}
