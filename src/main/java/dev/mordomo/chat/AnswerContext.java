package dev.mordomo.chat;

import dev.mordomo.action.Citations;
import java.util.ArrayList;
import java.util.List;

/**
 * The passages of one answer: those of its beginning, where that stood already, and after them what
 * was found for it and what its tools found.
 */
final class AnswerContext implements Citations {
  private final List<Reference> references;
  private int told;

  AnswerContext(List<Reference> first) {
    references = new ArrayList<>(first);
  }

  @Override
  public synchronized int number(Source source) {
    for (Reference known : references) {
      if (known.chunkId().equals(source.chunkId())) {
        return known.n();
      }
    }
    int n = references.isEmpty() ? 1 : references.getLast().n() + 1;
    references.add(
        new Reference(
            n,
            source.chunkId(),
            source.documentId(),
            source.title(),
            source.heading(),
            source.similarity(),
            source.probability()));
    return n;
  }

  synchronized List<Reference> references() {
    return List.copyOf(references);
  }

  /** Whether there are some that this was not asked for before. */
  synchronized boolean isNews() {
    boolean news = references.size() > told;
    told = references.size();
    return news;
  }
}
