package dev.mordomo.action;

import java.util.Optional;
import java.util.UUID;

/** The passages that an answer may cite as {@code [n]}. Thread-safe. */
@FunctionalInterface
public interface Citations {

  /**
   * @param similarity max(0, cosine), 0 to 1
   * @param probability calibrated, where the embedding model can say
   */
  record Source(
      UUID chunkId,
      UUID documentId,
      String title,
      String heading,
      double similarity,
      Optional<Double> probability) {}

  /** The passage's number in this answer: the one that it has, or the next. */
  int number(Source source);
}
