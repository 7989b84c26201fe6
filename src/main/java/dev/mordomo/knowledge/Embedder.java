package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Gives chunks their vectors; a text that has one is not embedded again. */
final class Embedder {
  private static final int LOOKED_UP = 1_000;
  private static final int BATCH = 64;

  private final Database database;
  private final ActiveModel models;
  private final ModelCalls calls;

  Embedder(Database database, ActiveModel models, ModelCalls calls) {
    this.database = database;
    this.models = models;
    this.calls = calls;
  }

  /** One vector a chunk, in order. Holds no connection while the model works. */
  EmbeddedChunks embed(Scope who, List<TextChunk> chunks, Keeping keeping) {
    IndexedModel indexed = models.current();
    EmbeddingModel model = indexed.model();
    short modelId = indexed.id();
    Map<String, String> texts = new LinkedHashMap<>();
    chunks.forEach(c -> texts.put(ChunkStore.fingerprint(c), c.embeddingText()));
    Map<String, float[]> vectors = new HashMap<>(keeping.kept(modelId));
    for (List<String> some : batches(missing(texts, vectors), LOOKED_UP)) {
      vectors.putAll(database.as(who, c -> ChunkStore.known(c, modelId, some)));
    }
    List<String> missing = missing(texts, vectors);
    int done = texts.size() - missing.size();
    keeping.progress(done, texts.size());
    for (List<String> some : batches(missing, BATCH)) {
      List<String> batch = some.stream().map(f -> texts.getOrDefault(f, "")).toList();
      List<float[]> made = calls.embed(who, model, batch, Use.PASSAGE);
      for (int i = 0; i < some.size(); i++) {
        vectors.put(some.get(i), made.get(i));
      }
      keeping.keep(modelId, some, made);
      done += some.size();
      keeping.progress(done, texts.size());
    }
    return new EmbeddedChunks(
        modelId,
        chunks.stream()
            .map(c -> vectors.getOrDefault(ChunkStore.fingerprint(c), new float[0]))
            .toList());
  }

  private static List<String> missing(Map<String, String> texts, Map<String, float[]> vectors) {
    return texts.keySet().stream().filter(f -> !vectors.containsKey(f)).toList();
  }

  private static List<List<String>> batches(List<String> all, int size) {
    return IntStream.range(0, (all.size() + size - 1) / size)
        .mapToObj(i -> all.subList(i * size, Math.min(all.size(), (i + 1) * size)))
        .toList();
  }
}
