package dev.mordomo.chat;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A model for tests that knows a few topics, each by several words: a text is as much of each. */
final class Topics implements EmbeddingModel {
  private static final List<List<String>> TOPICS =
      List.of(
          List.of("carro", "automóvel", "oficina", "mecânico"),
          List.of("bolo", "receita", "forno"),
          List.of("chuva", "tempo", "guarda-chuva"));

  /** What it was told to remember, in order. */
  final List<String> passages = new CopyOnWriteArrayList<>();

  /** What it was asked. */
  final List<String> queries = new CopyOnWriteArrayList<>();

  /** Texts with this word are refused. */
  volatile Optional<String> poison = Optional.empty();

  volatile boolean away;
  volatile boolean inside = true;
  private final String name;
  private final int dimensions;

  Topics() {
    this("test/topics", 8);
  }

  Topics(String name, int dimensions) {
    this.name = name;
    this.dimensions = dimensions;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public boolean isInside() {
    return inside;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    if (away) {
      return Future.failedFuture(Failure.of(FailureCode.MODEL_UNAVAILABLE, "is away"));
    }
    if (poison.filter(word -> texts.stream().anyMatch(t -> t.contains(word))).isPresent()) {
      return Future.failedFuture(Failure.of(FailureCode.MODEL_ERROR, "does not take that"));
    }
    (use == Use.QUERY ? queries : passages).addAll(texts);
    return Future.succeededFuture(texts.stream().map(this::vector).toList());
  }

  /** The last of the first four axes is of what has no topic. */
  private float[] vector(String text) {
    float[] vector = new float[dimensions];
    String lower = text.toLowerCase(Locale.ROOT);
    for (int i = 0; i < TOPICS.size(); i++) {
      vector[i] = TOPICS.get(i).stream().filter(lower::contains).count();
    }
    vector[TOPICS.size()] = 0.1f;
    double length = 0;
    for (float value : vector) {
      length += value * value;
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(length));
    }
    return vector;
  }

  @Override
  public double defaultThreshold() {
    return 0.2;
  }

  @Override
  public double probability(double similarity, String query, String passage) {
    return Double.NaN;
  }
}
