package dev.mordomo.knowledge;

import java.util.List;
import java.util.UUID;

/**
 * Hits, best first.
 *
 * @param id by which the superuser asks for its trace
 * @param tookMs from the request to the last row, embedding included
 */
public record SearchResult(UUID id, List<SearchHit> hits, double tookMs) {
  public SearchResult {
    hits = List.copyOf(hits);
  }
}
