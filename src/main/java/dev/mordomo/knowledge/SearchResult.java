package dev.mordomo.knowledge;

import java.util.List;

/**
 * Hits, best first.
 *
 * @param tookMs from the request to the last row, embedding included
 */
public record SearchResult(List<SearchHit> hits, double tookMs) {
  public SearchResult {
    hits = List.copyOf(hits);
  }
}
