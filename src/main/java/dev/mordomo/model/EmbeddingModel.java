package dev.mordomo.model;

import io.vertx.core.Future;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Turns texts into vectors whose cosine says how near their meanings are. */
public interface EmbeddingModel {

  /** What a text is used as; some models prefix or treat the two differently. */
  enum Use {
    QUERY,
    PASSAGE
  }

  /** {@code provider/name}, for instance {@code embedded/gloss-minilm}. */
  String name();

  /** The length of every vector. */
  int dimensions();

  /**
   * Whether it runs inside this server, so that what it is given goes nowhere. Who does not say so
   * is told nothing personal.
   */
  default boolean isInside() {
    return false;
  }

  /**
   * One L2-normalised vector per text, in order. Never runs on the caller's thread. Fails with
   * {@code model_unavailable}, {@code model_timeout} or {@code model_error}; with {@code
   * interrupted} when its request elsewhere is closed with the {@link OpenCalls} that it is of.
   */
  Future<List<float[]>> embed(List<String> texts, Use use);

  /**
   * Vectors, and what they took.
   *
   * @param tokens as the model's server says; empty where it does not
   */
  record Vectors(List<float[]> vectors, OptionalInt tokens) {}

  /** As {@link #embed}. */
  default Future<Vectors> counted(List<String> texts, Use use) {
    return embed(texts, use).map(vectors -> new Vectors(vectors, OptionalInt.empty()));
  }

  /**
   * The similarity below which a passage is not worth showing, for this model: 0 to 1. A query
   * without a threshold of its own uses it.
   */
  double defaultThreshold();

  /**
   * The similarity from which two passages say the same, in whichever words, for this model: 0 to
   * 1; empty when nobody knows it.
   */
  default OptionalDouble sameFrom() {
    return OptionalDouble.empty();
  }

  /**
   * The calibrated probability that a passage answers a query, 0 to 1, or NaN when the model has no
   * calibration.
   *
   * @param similarity max(0, cosine) of the two vectors
   * @param queryLanguage and
   * @param passageLanguage are ISO 639-1 codes, or "" when unknown
   */
  double probability(double similarity, String queryLanguage, String passageLanguage);
}
