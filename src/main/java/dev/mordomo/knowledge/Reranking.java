package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.Reranker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the best hits read once more, together with the question. When that fails they keep the order
 * that they had, and the trace, the metrics and the log say so.
 */
final class Reranking {
  private static final Logger LOG = LoggerFactory.getLogger(Reranking.class);

  private final Optional<Reranker> reranker;
  private final ModelCalls calls;
  private final int candidates;
  private final KnowledgeMeters meters;

  /**
   * @param told what happened; empty without a reranker, or without words to rank by
   */
  record Ranked(List<SearchHit> hits, Optional<SearchTrace.Reranking> told) {
    boolean isReranked() {
      return told.filter(t -> t.failure().isEmpty()).isPresent();
    }
  }

  Reranking(Optional<Reranker> reranker, ModelCalls calls, int candidates, KnowledgeMeters meters) {
    this.reranker = reranker;
    this.calls = calls;
    this.candidates = candidates;
    this.meters = meters;
  }

  /** How many hits to ask for when so many are wanted. */
  int looksAt(String words, int limit) {
    return reranker.isEmpty() || words.isBlank() ? limit : Math.max(limit, candidates);
  }

  /**
   * The best of the hits; their scores are the reranker's where it has spoken.
   *
   * @param told the words without what a reranker elsewhere must not know
   */
  Ranked rank(Scope who, String words, String told, List<SearchHit> hits, int limit) {
    if (reranker.isEmpty() || words.isBlank() || hits.isEmpty()) {
      return new Ranked(first(hits, limit), Optional.empty());
    }
    List<SearchTrace.Place> before = SearchTraces.places(hits, true);
    long start = System.nanoTime();
    Optional<String> failure;
    List<SearchHit> order = hits;
    try {
      List<String> texts = hits.stream().map(Reranking::text).toList();
      List<Double> relevance =
          calls.rank(who, reranker.get(), reranker.get().isInside() ? words : told, texts);
      order = sorted(hits, relevance);
      failure = Optional.empty();
      meters.reranked(System.nanoTime() - start);
    } catch (Failure e) {
      if (e.code() == FailureCode.INTERRUPTED) {
        throw e;
      }
      LOG.warn("search keeps its own order: {}", e.detail());
      failure = Optional.of(e.code().wire() + ": " + e.detail());
      meters.rerankFailed();
    }
    double took = (System.nanoTime() - start) / 1_000_000.0;
    return new Ranked(
        first(order, limit),
        Optional.of(new SearchTrace.Reranking(reranker.get().name(), took, failure, before)));
  }

  private static List<SearchHit> sorted(List<SearchHit> hits, List<Double> relevance) {
    List<SearchHit> scored = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      scored.add(hits.get(i).scored(relevance.get(i)));
    }
    // Stable: equals keep the order that search gave them.
    scored.sort(Comparator.comparingDouble(SearchHit::score).reversed());
    return scored;
  }

  private static String text(SearchHit hit) {
    String above = hit.heading().isEmpty() ? hit.title() : hit.title() + " › " + hit.heading();
    return above + "\n" + hit.text();
  }

  private static List<SearchHit> first(List<SearchHit> hits, int limit) {
    return hits.size() <= limit ? hits : List.copyOf(hits.subList(0, limit));
  }
}
