package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
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
  private static final int LONGEST_MERGED = 2_000;
  private static final int LONGEST_OVERLAP = 400;
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

  private record Suited(SearchHit hit, double points) {}

  private final Searcher searcher;
  private final Relevance relevance = new Relevance();
  private final int passages;

  Retriever(Searcher searcher, int passages) {
    this.searcher = searcher;
    this.passages = passages;
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
    List<Retrieved> found = new ArrayList<>();
    List<SearchHit> used = new ArrayList<>();
    int taken = 0;
    for (SearchHit hit : best(question, searcher.search(who, request).hits())) {
      if (taken == passages) {
        break;
      }
      if (used.stream().anyMatch(better -> Likeness.nearlyTheSame(better.text(), hit.text()))) {
        continue;
      }
      taken++;
      int neighbour = neighbour(used, found, hit);
      if (neighbour < 0) {
        found.add(retrieved(hit, hit.text()));
        used.add(hit);
      } else {
        found.set(neighbour, merged(used.get(neighbour), found.get(neighbour), hit));
      }
    }
    return List.copyOf(found);
  }

  /** The hits that suit the question best, best first. */
  private List<SearchHit> best(String question, List<SearchHit> hits) {
    String language = LanguageDetector.detect(question);
    List<SearchHit> readable =
        hits.stream().filter(hit -> !ManualLoader.isTranslation(hit, language)).toList();
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
    return suited.stream()
        .sorted(Comparator.comparingDouble(Suited::points).reversed())
        .map(Suited::hit)
        .toList();
  }

  /** The place of a better hit that stands right before or after this one under one heading. */
  private static int neighbour(List<SearchHit> used, List<Retrieved> found, SearchHit hit) {
    for (int i = 0; i < used.size(); i++) {
      SearchHit other = used.get(i);
      boolean beside =
          other.documentId().equals(hit.documentId())
              && other.heading().equals(hit.heading())
              && Math.abs(other.chunkIndex() - hit.chunkIndex()) == 1;
      boolean fits = found.get(i).text().length() + hit.text().length() <= LONGEST_MERGED;
      boolean prose = hit.kind().equals("prose") && other.kind().equals("prose");
      if (beside && fits && prose && found.get(i).text().equals(other.text())) {
        return i;
      }
    }
    return -1;
  }

  private static Retrieved merged(SearchHit first, Retrieved before, SearchHit hit) {
    boolean after = hit.chunkIndex() > first.chunkIndex();
    String text = after ? joined(before.text(), hit.text()) : joined(hit.text(), before.text());
    double coverage = Math.max(before.coverage(), hit.coverage());
    return new Retrieved(
        before.chunkId(),
        before.documentId(),
        before.collectionId(),
        before.title(),
        before.heading(),
        text,
        before.language(),
        before.similarity(),
        before.probability(),
        before.score(),
        coverage);
  }

  /** Two chunks in a row, without the words that both hold. */
  static String joined(String first, String second) {
    int most = Math.min(LONGEST_OVERLAP, Math.min(first.length(), second.length()));
    for (int n = most; n > 0; n--) {
      if (first.regionMatches(first.length() - n, second, 0, n)) {
        return first + second.substring(n);
      }
    }
    return first + "\n\n" + second;
  }

  private static Retrieved retrieved(SearchHit hit, String text) {
    return new Retrieved(
        hit.chunkId(),
        hit.documentId(),
        hit.collectionId(),
        hit.title(),
        hit.heading(),
        text,
        hit.language(),
        hit.similarity(),
        hit.probability().orElse(Double.NaN),
        hit.score(),
        hit.coverage());
  }
}
