package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.embedded.GlossMiniLm;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sections of a handbook in three languages, each with a question for it: its first sentence, or
 * its title, neither of which is in its text. Measures how well each way of searching finds them.
 */
public final class Handbook implements AutoCloseable {
  public static final List<String> LANGUAGES = List.of("pt", "es", "en");
  private static final Path SECTIONS = Path.of("src/test/resources/handbook/sections.tsv");
  private static final int TOGETHER = 4;

  private final TestDatabase db = TestDatabase.create();
  private final GlossMiniLm model;
  private final KnowledgeService service;
  private final Scope reader = db.tenantWithUser("member");
  private final Map<String, List<Asked>> questions = new LinkedHashMap<>();
  private final Map<String, UUID> shelves = new LinkedHashMap<>();

  private record Asked(String question, UUID document) {}

  /** Between 0 and 1, of all questions of a language: recall@5, and nDCG@10. */
  public record Quality(double recall, double gain) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "recall@5 %.3f, nDCG@10 %.3f", recall, gain);
    }
  }

  /** Each question is embedded once, not once a mode. */
  private record Remembering(EmbeddingModel of, Map<String, Future<List<float[]>>> known)
      implements EmbeddingModel {
    @Override
    public String name() {
      return of.name();
    }

    @Override
    public int dimensions() {
      return of.dimensions();
    }

    @Override
    public Future<List<float[]>> embed(List<String> texts, Use use) {
      return use == Use.QUERY
          ? known.computeIfAbsent(texts.getFirst(), text -> of.embed(texts, use))
          : of.embed(texts, use);
    }

    @Override
    public double defaultThreshold() {
      return of.defaultThreshold();
    }

    @Override
    public double probability(double similarity, String queryLanguage, String passageLanguage) {
      return of.probability(similarity, queryLanguage, passageLanguage);
    }
  }

  /**
   * Takes the sections in, with the embedded model.
   *
   * @param folder for the originals
   */
  public Handbook(Path folder) throws IOException, InterruptedException, ExecutionException {
    model = new GlossMiniLm(Path.of("target/native"));
    service = TestKnowledge.service(db, folder, new Remembering(model, new ConcurrentHashMap<>()));
    List<String[]> rows =
        Files.readAllLines(SECTIONS).stream().skip(1).map(line -> line.split("\t")).toList();
    for (String language : LANGUAGES) {
      shelves.put(language, service.createCollection(reader, language, CollectionScope.USER).id());
      questions.put(
          language,
          together(rows.stream().filter(row -> row[0].equals(language)).toList(), this::put));
    }
  }

  /** How many questions there are in a language. */
  public int size(String language) {
    return questions.getOrDefault(language, List.of()).size();
  }

  private Asked put(String[] row) {
    String above = row[4].equals("-") ? "" : "# " + row[4] + "\n\n";
    DocumentUpload upload =
        DocumentUpload.text(row[3], above + row[6]).onDuplicate(OnDuplicate.KEEP);
    Document document =
        service.addDocument(reader, shelves.getOrDefault(row[0], new UUID(0, 0)), upload);
    return new Asked(row[5], document.id());
  }

  private interface Work<A, B> {
    B of(A input);
  }

  private static <A, B> List<B> together(List<A> inputs, Work<A, B> work)
      throws InterruptedException, ExecutionException {
    List<B> results = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
      List<java.util.concurrent.Future<B>> begun = new ArrayList<>();
      inputs.forEach(input -> begun.add(threads.submit(() -> work.of(input))));
      for (java.util.concurrent.Future<B> one : begun) {
        results.add(one.get());
      }
    }
    return results;
  }

  /** One section is right, so the gain is that of its place. */
  public Quality quality(String language, SearchMode mode)
      throws InterruptedException, ExecutionException {
    List<Asked> all = questions.getOrDefault(language, List.of());
    List<UUID> shelf = List.of(shelves.getOrDefault(language, new UUID(0, 0)));
    List<Integer> places =
        together(
            all,
            asked -> {
              SearchRequest request = SearchRequest.of(asked.question(), 10).in(shelf).mode(mode);
              return service.search(reader, request).hits().stream()
                  .map(SearchHit::documentId)
                  .distinct()
                  .toList()
                  .indexOf(asked.document());
            });
    double found = places.stream().filter(place -> place >= 0 && place < 5).count();
    double gain =
        places.stream()
            .filter(place -> place >= 0)
            .mapToDouble(place -> Math.log(2) / Math.log(place + 2.0))
            .sum();
    return new Quality(found / all.size(), gain / all.size());
  }

  @Override
  public void close() {
    model.close();
    db.close();
  }
}
