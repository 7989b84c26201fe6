package dev.mordomo.model.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.onnxruntime.OrtException;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.Reranker;
import dev.mordomo.model.embedded.EmbeddingPool;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A cross-encoder from a folder: question and text as one pair, cut at the longer one where they
 * are too long. One logit becomes its logistic, of two the second's softmax is taken.
 */
public final class OnnxReranker implements Reranker, AutoCloseable {
  private final String name;
  private final OnnxGraph graph;
  private final EmbeddingPool pool;

  /** Loads the model and tries it on one pair. */
  OnnxReranker(String setting, String name, Path path, OnnxConfig config, int threads) {
    this.name = name;
    OnnxFolder folder = OnnxFolder.read(setting, path);
    int tokens = config.tokens() > 0 ? Math.max(16, config.tokens()) : folder.tokens();
    Map<String, String> truncation =
        Map.of("truncation", "longest_first", "maxLength", String.valueOf(tokens));
    graph = OnnxGraph.open(setting, folder, truncation, List.of("logits"));
    try {
      relevance("x", "x");
    } catch (Failure e) {
      graph.close();
      throw Failure.invalid(
          setting, "the model in " + path + " is no cross-encoder: " + e.detail());
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
  public Future<List<Double>> relevance(String question, List<String> texts) {
    return pool.each(texts, Use.QUERY, text -> relevance(question, text));
  }

  private double relevance(String question, String text) {
    try {
      Encoding pair = graph.tokenizer().encode(question, text, true, false);
      OnnxGraph.Floats output = graph.run(pair.getIds(), pair.getTypeIds());
      float[] logits = output.values();
      if (logits.length < 1 || logits.length > 2) {
        throw Failure.of(FailureCode.MODEL_ERROR, name + " gives " + logits.length + " numbers");
      }
      double logit = logits.length == 1 ? logits[0] : (double) logits[1] - logits[0];
      double relevance = 1 / (1 + Math.exp(-logit));
      if (Double.isNaN(relevance)) {
        throw Failure.of(FailureCode.MODEL_ERROR, name + " gives no number");
      }
      return relevance;
    } catch (OrtException | RuntimeException e) {
      throw e instanceof Failure failure
          ? failure
          : Failure.of(FailureCode.MODEL_ERROR, "the text cannot be ranked by " + name, e);
    }
  }

  @Override
  public void close() {
    pool.close();
    graph.close();
  }
}
