package dev.mordomo.knowledge;

import dev.mordomo.action.Citations;
import dev.mordomo.action.Tool;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Lets a model look for more than the passages that it was given. */
public final class SearchDocumentsTool implements Tool.Internal {
  private static final ToolSpec SPEC =
      new ToolSpec(
          "search_documents",
          "Searches the user's documents by meaning and words. Use it when the passages that were"
              + " given do not answer the question, and cite what you use of its passages by their"
              + " number n in brackets, such as [9].",
          Map.of(
              "type",
              "object",
              "properties",
              Map.of("query", Map.of("type", "string", "description", "what to look for")),
              "required",
              List.of("query")));

  private final KnowledgeService knowledge;

  public SearchDocumentsTool(KnowledgeService knowledge) {
    this.knowledge = knowledge;
  }

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public String type() {
    return "query";
  }

  /** One passage, as the model is told of it. */
  private record Found(
      int n,
      UUID chunkId,
      UUID documentId,
      String title,
      String heading,
      String text,
      double similarity) {}

  @Override
  public Object run(ToolContext context, Map<String, Object> arguments) {
    if (!(arguments.get("query") instanceof String query) || query.isBlank()) {
      throw Failure.invalid("query", "must say what to look for");
    }
    List<Found> found =
        knowledge.retrieve(context.scope(), context.collections(), query).stream()
            .map(hit ->
                new Found(
                    context.citations().number(source(hit)),
                    hit.chunkId(),
                    hit.documentId(),
                    hit.title(),
                    hit.heading(),
                    hit.text(),
                    hit.similarity()))
            .toList();
    return Map.of("passages", found);
  }

  private static Citations.Source source(Retrieved hit) {
    return new Citations.Source(
        hit.chunkId(),
        hit.documentId(),
        hit.title(),
        hit.heading(),
        hit.similarity(),
        Double.isNaN(hit.probability()) ? Optional.empty() : Optional.of(hit.probability()));
  }
}
