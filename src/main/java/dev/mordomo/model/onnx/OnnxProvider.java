package dev.mordomo.model.onnx;

import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.ModelProvider;
import dev.mordomo.model.Reranker;
import dev.mordomo.model.embedded.TokenizerLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Models named {@code onnx/PATH}. A path that is not absolute is one within the data folder. Each
 * is loaded once, when it is first asked for. An embedding model's own name ends with its
 * fingerprint, {@code onnx/PATH@0123456789ab}: asked for by that, it is that one or none.
 */
public final class OnnxProvider implements ModelProvider, AutoCloseable {
  private static final Pattern KNOWN =
      Pattern.compile("(.+)@[0-9a-f]{" + OnnxFingerprint.DIGITS + "}");

  private final Path data;
  private final Path nativeCache;
  private final OnnxConfig config;
  private final int threads;
  private final Map<String, OnnxEmbeddingModel> embeddings = new LinkedHashMap<>();
  private final Map<String, OnnxReranker> rerankers = new LinkedHashMap<>();

  /**
   * @param data the folder that relative paths are in
   * @param nativeCache a folder of ours, where native libraries are unpacked
   */
  public OnnxProvider(Path data, Path nativeCache, OnnxConfig config) {
    this.data = data;
    this.nativeCache = nativeCache;
    this.config = config;
    this.threads = Runtime.getRuntime().availableProcessors();
  }

  @Override
  public String name() {
    return ModelConfig.ONNX;
  }

  @Override
  public ChatModel chat(String model) {
    throw Failure.invalid("model", "models from a folder embed and rerank; they do not answer");
  }

  @Override
  public synchronized EmbeddingModel embedding(String path) {
    Matcher known = KNOWN.matcher(path);
    if (!known.matches() || Files.isDirectory(data.resolve(path))) {
      return loaded(path);
    }
    EmbeddingModel model = loaded(known.group(1));
    if (!model.name().equals(name() + "/" + path)) {
      throw Failure.invalid(
          "model.embedding",
          "the folder " + known.group(1) + " holds another model by now: " + model.name());
    }
    return model;
  }

  private EmbeddingModel loaded(String path) {
    unpacked();
    return embeddings.computeIfAbsent(
        path,
        p ->
            new OnnxEmbeddingModel(
                "model.embedding", name() + "/" + p, data.resolve(p), config, threads));
  }

  /**
   * @throws Failure {@code invalid}, naming {@code model.reranker}, for a folder without one
   */
  public synchronized Reranker reranker(String path) {
    unpacked();
    return rerankers.computeIfAbsent(
        path,
        p ->
            new OnnxReranker("model.reranker", name() + "/" + p, data.resolve(p), config, threads));
  }

  private void unpacked() {
    try {
      TokenizerLibrary.unpackInto(nativeCache);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + nativeCache + " cannot be made", e);
    }
  }

  @Override
  public synchronized void close() {
    embeddings.values().forEach(OnnxEmbeddingModel::close);
    rerankers.values().forEach(OnnxReranker::close);
  }
}
