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

/** Gives chunks their vectors; a text that has one is not embedded again. */
final class Embedder {
  private static final int BATCH = 128;

  private final Database database;
  private final EmbeddingModel model;
  private final short modelId;

  Embedder(Database database, EmbeddingModel model, short modelId) {
    this.database = database;
    this.model = model;
    this.modelId = modelId;
  }

  short modelId() {
    return modelId;
  }

  /** One vector a chunk, in order. Holds no connection while the model works. */
  List<float[]> embed(Scope who, List<TextChunk> chunks) {
    Map<String, String> texts = new LinkedHashMap<>();
    chunks.forEach(c -> texts.put(ChunkStore.fingerprint(c), c.embeddingText()));
    Map<String, float[]> vectors = new HashMap<>();
    List<String> all = List.copyOf(texts.keySet());
    for (List<String> some : batches(all)) {
      vectors.putAll(database.as(who, c -> ChunkStore.known(c, modelId, some)));
    }
    List<String> missing = all.stream().filter(f -> !vectors.containsKey(f)).toList();
    for (List<String> some : batches(missing)) {
      List<String> batch = some.stream().map(f -> texts.getOrDefault(f, "")).toList();
      List<float[]> made = Database.await(model.embed(batch, Use.PASSAGE));
      for (int i = 0; i < some.size(); i++) {
        vectors.put(some.get(i), made.get(i));
      }
    }
    return chunks.stream()
        .map(c -> vectors.getOrDefault(ChunkStore.fingerprint(c), new float[0]))
        .toList();
  }

  private static List<List<String>> batches(List<String> all) {
    return java.util.stream.IntStream.range(0, (all.size() + BATCH - 1) / BATCH)
        .mapToObj(i -> all.subList(i * BATCH, Math.min(all.size(), (i + 1) * BATCH)))
        .toList();
  }
}
