package dev.mordomo.model.embedded;

import ai.onnxruntime.OrtException;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/**
 * The embedded embedding model: Portuguese and Spanish are glossed into English, then MiniLM embeds
 * the gloss; English and every other language go to MiniLM as they are.
 *
 * <p>Loads in the background: the constructor returns at once, the first calls wait. Each text runs
 * alone, so its vector depends on nothing but itself. Futures complete on the caller's context, if
 * it has one.
 */
public final class GlossMiniLm implements EmbeddingModel, AutoCloseable {

  /** {@code provider/name}. */
  public static final String NAME = "embedded/gloss-minilm";

  private final EmbeddingPool pool;
  private final CompletableFuture<Loaded> model = new CompletableFuture<>();

  private final Calibration calibration = Calibration.load();

  private record Loaded(Gloss gloss, MiniLm miniLm) {}

  /**
   * A model on as many threads as there are cores.
   *
   * @param nativeCache a folder of ours, under the data directory, where the model and its native
   *     libraries are unpacked
   */
  public GlossMiniLm(Path nativeCache) {
    this(nativeCache, Runtime.getRuntime().availableProcessors());
  }

  /** A model on a fixed number of threads. */
  public GlossMiniLm(Path nativeCache, int threads) {
    pool = new EmbeddingPool(threads);
    pool.submit(Use.QUERY, () -> load(nativeCache));
  }

  private void load(Path nativeCache) {
    try {
      model.complete(new Loaded(Gloss.shared(), MiniLm.load(nativeCache)));
    } catch (IOException | OrtException | RuntimeException | LinkageError e) {
      model.completeExceptionally(e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean isInside() {
    return true;
  }

  @Override
  public int dimensions() {
    return MiniLm.DIMENSIONS;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    return pool.each(texts, use, this::embedNow);
  }

  private float[] embedNow(String text) {
    Loaded ready;
    try {
      ready = model.join();
    } catch (RuntimeException e) {
      throw Failure.of(
          FailureCode.MODEL_UNAVAILABLE, "the embedded embedding model cannot be loaded", e);
    }
    try {
      return ready.miniLm.embed(ready.gloss.gloss(text));
    } catch (OrtException | RuntimeException e) {
      throw Failure.of(FailureCode.MODEL_ERROR, "the text cannot be embedded", e);
    }
  }

  @Override
  public double defaultThreshold() {
    return 0.22;
  }

  /** Measured by {@code SimilarFit}, see docs/decisions/0031. */
  @Override
  public OptionalDouble sameFrom() {
    return OptionalDouble.of(0.78);
  }

  @Override
  public double probability(double similarity, String queryLanguage, String passageLanguage) {
    return calibration.probability(similarity, queryLanguage, passageLanguage);
  }

  @Override
  public void close() {
    pool.close();
  }
}
