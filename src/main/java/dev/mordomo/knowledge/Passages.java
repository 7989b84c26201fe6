package dev.mordomo.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes passages of hits: those that stand side by side become one, none says again what a better
 * one says, and of others the one that adds more comes first (maximal marginal relevance, Carbonell
 * and Goldstein 1998).
 */
final class Passages {
  private static final int LONGEST_MERGED = 2_000;
  private static final int LONGEST_OVERLAP = 400;

  /** The weight of relevance, against that of being new. */
  private static final double RELEVANCE = 0.7;

  /**
   * @param points the higher, the better
   */
  record Suited(SearchHit hit, double points) {}

  /** A hit on its way: the best of it so far. */
  private record Open(SearchHit hit, double relevance, Likeness likeness) {}

  private final List<SearchHit> used = new ArrayList<>();
  private final List<Likeness> likenesses = new ArrayList<>();
  private final List<SearchHit> made = new ArrayList<>();

  private Passages() {}

  /**
   * @param suited best first
   * @param hits how many of them to use, at most; fewer passages may come of it
   */
  static List<SearchHit> of(List<Suited> suited, int hits) {
    Passages passages = new Passages();
    // Rerankers may count below zero.
    double floor = suited.stream().mapToDouble(Suited::points).reduce(0, Math::min);
    double most = suited.stream().mapToDouble(Suited::points).reduce(floor + 1e-9, Math::max);
    List<Open> open = new ArrayList<>();
    for (Suited one : suited) {
      double relevance = (one.points() - floor) / (most - floor);
      open.add(new Open(one.hit(), relevance, Likeness.of(one.hit().text())));
    }
    for (int taken = 0; taken < hits && !open.isEmpty(); taken++) {
      open.removeIf(passages::isSaid);
      Optional<Open> next = passages.worthiest(open);
      next.ifPresent(open::remove);
      next.ifPresent(passages::take);
    }
    return List.copyOf(passages.made);
  }

  /** The first of the hits, in their order, without those that say again what a better one says. */
  static List<SearchHit> distinct(List<SearchHit> hits, int most) {
    List<SearchHit> kept = new ArrayList<>();
    List<Likeness> said = new ArrayList<>();
    for (SearchHit hit : hits) {
      if (kept.size() == most) {
        break;
      }
      Likeness likeness = Likeness.of(hit.text());
      if (said.stream().noneMatch(better -> better.isNearly(likeness))) {
        kept.add(hit);
        said.add(likeness);
      }
    }
    return List.copyOf(kept);
  }

  private boolean isSaid(Open hit) {
    return likenesses.stream().anyMatch(better -> better.isNearly(hit.likeness()));
  }

  /** Of equals the first. */
  private Optional<Open> worthiest(List<Open> open) {
    Optional<Open> best = Optional.empty();
    double most = Double.NEGATIVE_INFINITY;
    for (Open one : open) {
      double worth = worth(one);
      if (worth > most) {
        most = worth;
        best = Optional.of(one);
      }
    }
    return best;
  }

  private double worth(Open hit) {
    double likest = 0;
    for (int i = 0; i < used.size(); i++) {
      // Neighbours overlap by design, and are put together.
      if (!isBeside(used.get(i), hit.hit())) {
        likest = Math.max(likest, likenesses.get(i).to(hit.likeness()));
      }
    }
    return RELEVANCE * hit.relevance() - (1 - RELEVANCE) * likest;
  }

  private void take(Open next) {
    SearchHit hit = next.hit();
    int neighbour = neighbour(hit);
    if (neighbour < 0) {
      made.add(hit);
      used.add(hit);
      likenesses.add(next.likeness());
    } else {
      made.set(neighbour, merged(used.get(neighbour), made.get(neighbour), hit));
    }
  }

  /** The place of a better hit that stands right before or after this one under one heading. */
  private int neighbour(SearchHit hit) {
    for (int i = 0; i < used.size(); i++) {
      SearchHit other = used.get(i);
      boolean fits = made.get(i).text().length() + hit.text().length() <= LONGEST_MERGED;
      boolean prose = hit.kind().equals("prose") && other.kind().equals("prose");
      if (isBeside(other, hit) && fits && prose && made.get(i).text().equals(other.text())) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isBeside(SearchHit one, SearchHit other) {
    return one.documentId().equals(other.documentId())
        && one.heading().equals(other.heading())
        && Math.abs(one.chunkIndex() - other.chunkIndex()) == 1;
  }

  private static SearchHit merged(SearchHit first, SearchHit before, SearchHit hit) {
    boolean after = hit.chunkIndex() > first.chunkIndex();
    String text = after ? joined(before.text(), hit.text()) : joined(hit.text(), before.text());
    return before.reading(text, Math.max(before.coverage(), hit.coverage()));
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
}
