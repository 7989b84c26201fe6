package dev.mordomo.bench;

import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.CollectionScope;
import dev.mordomo.knowledge.DocumentUpload;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.knowledge.OnDuplicate;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.embedded.GlossMiniLm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sections of a handbook as documents of one passage, four at a time, beside the same texts through
 * the embedding model alone; in alternating rounds of texts that are not known yet.
 */
final class IngestTextBench {
  private static final Path SECTIONS = Path.of("src/test/resources/handbook/sections.tsv");
  private static final int TOGETHER = 4;
  private static final int ROUNDS = 3;
  private static final double NANOS = 1e9;

  private final Report report;
  private final Path folder;
  private final int most;

  private interface Work {
    void run(String title, String text);
  }

  IngestTextBench(Report report, Path folder, boolean brief) {
    this.report = report;
    this.folder = folder;
    this.most = brief ? 60 : 900;
  }

  void run(KnowledgeService service, Scope who) throws Exception {
    List<String[]> rows =
        Files.readAllLines(SECTIONS).stream()
            .skip(1)
            .map(line -> line.split("\t"))
            .filter(row -> row.length > 6)
            .toList();
    int step = Math.max(1, rows.size() / most);
    List<String[]> some = new ArrayList<>();
    for (int i = 0; i < rows.size() && some.size() < most; i += step) {
      some.add(rows.get(i));
    }
    UUID shelf = service.createCollection(who, "text", CollectionScope.TENANT).id();
    double alone = 0;
    double whole = 0;
    try (GlossMiniLm model = new GlossMiniLm(folder.resolve("native"))) {
      Work embedding =
          (title, text) -> model.embed(List.of(title + "\n" + text), Use.PASSAGE).await();
      Work document =
          (title, text) ->
              service.addDocument(
                  who, shelf, DocumentUpload.text(title, text).onDuplicate(OnDuplicate.KEEP));
      seconds(some.subList(0, Math.min(20, some.size())), embedding);
      seconds(some.subList(0, Math.min(20, some.size())), document);
      int size = some.size() / ROUNDS;
      for (int round = 0; round < ROUNDS; round++) {
        List<String[]> part = some.subList(round * size, (round + 1) * size);
        alone += seconds(part, embedding);
        whole += seconds(part, document);
      }
      report.figure("the embedding model alone", size * ROUNDS / alone, "passages/s");
      report.figure("documents of one passage", size * ROUNDS / whole, "passages/s");
      report.goal("ratio to the embedding model", alone / whole, "≥", 0.9);
    }
  }

  private static double seconds(List<String[]> rows, Work work) throws Exception {
    long start = System.nanoTime();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
      List<Future<?>> begun = new ArrayList<>();
      rows.forEach(row -> begun.add(threads.submit(() -> work.run(row[3], row[6]))));
      for (Future<?> one : begun) {
        one.get();
      }
    }
    return (System.nanoTime() - start) / NANOS;
  }
}
