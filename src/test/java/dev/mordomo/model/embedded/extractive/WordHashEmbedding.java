package dev.mordomo.model.embedded.extractive;

import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import io.vertx.core.Future;
import java.util.List;

/** A deterministic stand-in for an embedding model: a hashed bag of the beginnings of words. */
public final class WordHashEmbedding implements EmbeddingModel {
  private static final int DIMENSIONS = 256;
  private static final int STEM = 5;

  @Override
  public String name() {
    return "test/word-hash";
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    return Future.succeededFuture(texts.stream().map(WordHashEmbedding::vector).toList());
  }

  @Override
  public double defaultThreshold() {
    return 0.1;
  }

  @Override
  public double probability(double similarity, String queryLanguage, String passageLanguage) {
    return Double.NaN;
  }

  /** The L2-normalised vector of a text. */
  public static float[] vector(String text) {
    float[] vector = new float[DIMENSIONS];
    for (Word word : Words.of(text).list()) {
      if (word.isNumber() || word.fold().length() > 2) {
        String stem = word.fold().substring(0, Math.min(STEM, word.fold().length()));
        vector[Math.floorMod(stem.hashCode() * 31, DIMENSIONS)] += 1;
      }
    }
    double length = 0;
    for (float value : vector) {
      length += value * value;
    }
    for (int i = 0; i < vector.length && length > 0; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(length));
    }
    return vector;
  }
}
