package dev.mordomo.knowledge;

import dev.mordomo.model.EmbeddingModel;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A model for tests: texts that share words are near, and the same text is the same vector. */
final class WordVectors implements EmbeddingModel {
  static final int DIMENSIONS = 384;

  /** Run before each batch of passages; may wait or throw. */
  volatile Runnable before = () -> {};

  /** How many texts were embedded. */
  final AtomicInteger embedded = new AtomicInteger();

  @Override
  public String name() {
    return "test/words";
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    if (use == Use.PASSAGE) {
      before.run();
    }
    embedded.addAndGet(texts.size());
    return Future.succeededFuture(texts.stream().map(WordVectors::vector).toList());
  }

  @Override
  public double defaultThreshold() {
    return 0.2;
  }

  @Override
  public double probability(double similarity, String queryLanguage, String passageLanguage) {
    return similarity / 2;
  }

  static float[] vector(String text) {
    float[] sum = new float[DIMENSIONS];
    for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\d]+")) {
      if (word.length() > 2) {
        Random random = new Random(word.hashCode());
        for (int i = 0; i < DIMENSIONS; i++) {
          sum[i] += (float) random.nextGaussian();
        }
      }
    }
    sum[0] += 0.001f;
    double length = 0;
    for (float value : sum) {
      length += value * value;
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      sum[i] /= (float) Math.sqrt(length);
    }
    return sum;
  }
}
