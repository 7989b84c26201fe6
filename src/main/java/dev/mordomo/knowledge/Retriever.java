package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.Passages.Suited;
import dev.mordomo.model.embedded.LanguageDetector;
import dev.mordomo.model.embedded.extractive.answer.Relevance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Finds what a question may be answered from: the best hits, those that stand side by side as one
 * passage, and none that says again what a better one says.
 */
final class Retriever {
  private static final int MOST_HITS = 100;

  /** So many hits are looked at for each passage that is wanted. */
  private static final int LOOKED_AT = 5;

  /**
   * Weights of meaning, words across languages, and the search's own order; chosen on questions.
   */
  private static final double OF_SIMILARITY = 1;

  private static final double OF_WORDS = 0.75;
  private static final double OF_SEARCH = 4;

  /** Of two that are as good, people rather mean their own document than the manual. */
  private static final double OWN = 0.1;

  private final Searcher searcher;
  private final Relevance relevance = new Relevance();
  private final int passages;

  Retriever(Searcher searcher, int passages) {
    this.searcher = searcher;
    this.passages = passages;
  }

  void forget() {
    relevance.forget();
  }

  List<Retrieved> retrieve(Scope who, Optional<List<UUID>> collections, String question) {
    if (question.isBlank()) {
      return List.of();
    }
    SearchRequest request =
        new SearchRequest(
            Optional.of(question.substring(0, Math.min(question.length(), 8_000))),
            Optional.empty(),
            collections,
            SearchFilter.NONE,
            Math.min(MOST_HITS, LOOKED_AT * passages),
            Optional.of(0.0),
            SearchMode.HYBRID);
    return Passages.of(best(question, searcher.find(who, request)), passages).stream()
        .map(Retriever::retrieved)
        .toList();
  }

  /** The hits that suit the question best, best first. */
  private List<Suited> best(String question, Searcher.Found found) {
    String language = LanguageDetector.detect(question);
    List<SearchHit> readable =
        found.result().hits().stream()
            .filter(hit -> !ManualLoader.isTranslation(hit, language))
            .toList();
    if (found.reranked()) {
      return readable.stream().map(hit -> new Suited(hit, hit.score())).toList();
    }
    List<Relevance.Candidate> candidates =
        readable.stream()
            .map(hit ->
                new Relevance.Candidate(
                    hit.title() + "\n" + hit.heading(), hit.text(), hit.language()))
            .toList();
    List<Double> held = relevance.of(question, language, candidates);
    List<Suited> suited = new ArrayList<>();
    for (int i = 0; i < readable.size(); i++) {
      SearchHit hit = readable.get(i);
      double points =
          OF_SIMILARITY * hit.similarity()
              + OF_WORDS * held.get(i)
              + OF_SEARCH * hit.score()
              + (ManualLoader.isManual(hit) ? 0 : OWN);
      suited.add(new Suited(hit, points));
    }
    return suited.stream().sorted(Comparator.comparingDouble(Suited::points).reversed()).toList();
  }

  private static Retrieved retrieved(SearchHit hit) {
    return new Retrieved(
        hit.chunkId(),
        hit.documentId(),
        hit.collectionId(),
        hit.title(),
        hit.heading(),
        hit.text(),
        hit.language(),
        hit.similarity(),
        hit.probability().orElse(Double.NaN),
        hit.score(),
        hit.coverage());
  }
}
