package dev.mordomo.knowledge;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What to look for.
 *
 * @param query in words; or
 * @param vector a vector of the model that it names
 * @param collections where; empty for all that the caller sees. Ids that the caller does not see
 *     are passed over
 * @param limit 1 to 100
 * @param threshold the least similarity. Without one, what was found by meaning alone must reach
 *     the model's own, and what was found by words may be of any
 */
public record SearchRequest(
    Optional<String> query,
    Optional<QueryVector> vector,
    Optional<List<UUID>> collections,
    SearchFilter filter,
    int limit,
    Optional<Double> threshold,
    SearchMode mode) {

  /** A vector, and the {@code provider/name} of the model that made it. */
  public static final class QueryVector {
    private final String model;
    private final float[] values;

    /**
     * @param values not changed afterwards
     */
    public QueryVector(String model, float[] values) {
      this.model = model;
      this.values = values;
    }

    String model() {
      return model;
    }

    float[] values() {
      return values;
    }
  }

  /** Everything the caller sees, in hybrid mode. */
  public static SearchRequest of(String query, int limit) {
    return new SearchRequest(
        Optional.of(query),
        Optional.empty(),
        Optional.empty(),
        SearchFilter.NONE,
        limit,
        Optional.empty(),
        SearchMode.HYBRID);
  }

  public SearchRequest in(List<UUID> these) {
    return new SearchRequest(
        query, vector, Optional.of(List.copyOf(these)), filter, limit, threshold, mode);
  }

  public SearchRequest mode(SearchMode other) {
    return new SearchRequest(query, vector, collections, filter, limit, threshold, other);
  }
}
