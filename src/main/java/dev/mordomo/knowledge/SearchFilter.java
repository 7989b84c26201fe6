package dev.mordomo.knowledge;

import java.util.Map;
import java.util.Optional;

/**
 * What hits must be, all of it.
 *
 * @param language of the chunk
 * @param source of the document
 * @param metadata what the document's metadata contains, by equality
 * @param where any further condition
 */
public record SearchFilter(
    Optional<String> language,
    Optional<String> source,
    Map<String, Object> metadata,
    Optional<Condition> where) {
  public static final SearchFilter NONE =
      new SearchFilter(Optional.empty(), Optional.empty(), Map.of());

  public SearchFilter {
    metadata = Map.copyOf(metadata);
  }

  public SearchFilter(
      Optional<String> language, Optional<String> source, Map<String, Object> metadata) {
    this(language, source, metadata, Optional.empty());
  }
}
