package dev.mordomo.model.embedded;

import ai.onnxruntime.OrtException;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

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
  public int dimensions() {
    return MiniLm.DIMENSIONS;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    Promise<List<float[]>> promise = Promise.promise();
    if (texts.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Context caller = Vertx.currentContext();
    AtomicReferenceArray<float[]> vectors = new AtomicReferenceArray<>(texts.size());
    AtomicInteger missing = new AtomicInteger(texts.size());
    try {
      for (int i = 0; i < texts.size(); i++) {
        int index = i;
        String text = texts.get(i);
        pool.submit(
            use,
            () -> {
              if (promise.future().isComplete()) {
                return;
              }
              try {
                vectors.set(index, embedNow(text));
                if (missing.decrementAndGet() == 0) {
                  List<float[]> all = listOf(vectors);
                  settle(caller, () -> promise.tryComplete(all));
                }
              } catch (Failure failure) {
                settle(caller, () -> promise.tryFail(failure));
              }
            });
      }
    } catch (RejectedExecutionException e) {
      promise.tryFail(Failure.of(FailureCode.SHUTTING_DOWN, "the embedding model is closed", e));
    }
    return promise.future();
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

  private static List<float[]> listOf(AtomicReferenceArray<float[]> vectors) {
    float[][] all = new float[vectors.length()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = vectors.get(i);
    }
    return List.of(all);
  }

  private static void settle(@org.jspecify.annotations.Nullable Context caller, Runnable result) {
    if (caller == null) {
      result.run();
    } else {
      caller.runOnContext(ignored -> result.run());
    }
  }

  @Override
  public double defaultThreshold() {
    return 0.22;
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
