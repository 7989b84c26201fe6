package dev.mordomo.model.embedded.extractive.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Vectors of single words, kept, so that "vacation" is found in "holiday". */
final class WordMeanings {
  private static final int MOST_KEPT = 20_000;
  private static final int MOST_AT_ONCE = 256;

  private final EmbeddingModel embedding;
  private final Cache<String, float[]> kept = Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

  WordMeanings(EmbeddingModel embedding) {
    this.embedding = embedding;
  }

  void forget() {
    kept.invalidateAll();
  }

  /** The vectors of these words, of the first few hundred when there are more. */
  Future<Map<String, float[]>> of(Collection<String> words) {
    Map<String, float[]> known = new HashMap<>(kept.getAllPresent(words));
    List<String> unknown =
        words.stream().filter(word -> !known.containsKey(word)).limit(MOST_AT_ONCE).toList();
    if (unknown.isEmpty()) {
      return Future.succeededFuture(known);
    }
    return embedding
        .embed(unknown, EmbeddingModel.Use.QUERY)
        .map(vectors -> {
          for (int i = 0; i < unknown.size(); i++) {
            kept.put(unknown.get(i), vectors.get(i));
            known.put(unknown.get(i), vectors.get(i));
          }
          return known;
        });
  }
}
