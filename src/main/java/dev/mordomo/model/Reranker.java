package dev.mordomo.model;

import io.vertx.core.Future;
import java.util.List;
import java.util.OptionalInt;

/** Reads a question and a passage together, and says how well the one answers the other. */
public interface Reranker {

  /** {@code provider/name}, for instance {@code onnx/models/reranker}. */
  String name();

  /**
   * Whether it runs inside this server, so that what it is given goes nowhere. Who does not say so
   * is told nothing personal.
   */
  default boolean isInside() {
    return false;
  }

  /**
   * One relevance a text, in order; the higher, the better, comparable within one call alone. Never
   * runs on the caller's thread. Fails with {@code model_unavailable}, {@code model_timeout} or
   * {@code model_error}; with {@code interrupted} when its request elsewhere is closed with the
   * {@link OpenCalls} that it is of.
   */
  Future<List<Double>> relevance(String question, List<String> texts);

  /**
   * Relevances, and what they took.
   *
   * @param tokens as the model's server says; empty where it does not
   */
  record Relevances(List<Double> scores, OptionalInt tokens) {}

  /** As {@link #relevance}. */
  default Future<Relevances> counted(String question, List<String> texts) {
    return relevance(question, texts).map(scores -> new Relevances(scores, OptionalInt.empty()));
  }
}
