package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.knowledge.SearchMode;
import dev.mordomo.knowledge.SearchRequest;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Search over documents. */
final class SearchRoutes {
  private static final List<String> MODES =
      Arrays.stream(SearchMode.values()).map(SearchMode::wire).toList();
  private static final int LONGEST_QUERY = 8_000;
  private static final int LONGEST_NAME = 200;
  private static final int MOST_COLLECTIONS = 200;
  private static final int MOST_DIMENSIONS = 4_000;
  private static final int MOST_HITS = 100;
  private static final int DEFAULT_HITS = 10;

  private final KnowledgeService knowledge;

  SearchRoutes(KnowledgeService knowledge) {
    this.knowledge = knowledge;
  }

  Answer search(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<String> query = fields.optionalText("query", 1, LONGEST_QUERY);
    Optional<float[]> embedding = fields.vector("embedding", MOST_DIMENSIONS);
    Optional<String> model = fields.optionalText("embedding_model", 1, LONGEST_NAME);
    if (!fields.has("query") && !fields.has("embedding")) {
      fields.refuse("query", "required, or an embedding with its embedding_model");
    }
    if (embedding.isPresent() && model.isEmpty()) {
      fields.refuse("embedding_model", "required beside an embedding");
    }
    SearchRequest request =
        new SearchRequest(
            query,
            embedding.flatMap(vector -> model.map(name -> new QueryVector(name, vector))),
            fields.ids("collections", MOST_COLLECTIONS),
            FilterFields.read(fields),
            fields.integer("limit", 1, MOST_HITS).orElse(DEFAULT_HITS),
            fields.decimal("threshold", 0, 1),
            fields
                .choice("mode", MODES)
                .flatMap(SearchMode::of)
                // A vector has no words that could be looked for.
                .orElse(embedding.isPresent() ? SearchMode.SEMANTIC : SearchMode.HYBRID));
    fields.verify();
    return Answer.ok(knowledge.search(exchange.scope(), request));
  }

  /** For the operator: why something was found, and something else was not. */
  Answer trace(Exchange exchange) {
    return Answer.ok(knowledge.searchTrace(exchange.scope(), exchange.id("id", "the search")));
  }
}
