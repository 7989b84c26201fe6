package dev.mordomo.bench;

import dev.mordomo.knowledge.Handbook;
import dev.mordomo.knowledge.Handbook.Quality;
import dev.mordomo.knowledge.SearchMode;
import java.nio.file.Path;

/**
 * How well sections of a handbook are found by their questions: by words, by meaning and by both,
 * in each language. The figures do not depend on the machine; a test holds them.
 */
final class QualityBench {
  private final Report report;
  private final Path folder;

  QualityBench(Report report, Path folder) {
    this.report = report;
    this.folder = folder;
  }

  void run() throws Exception {
    report.say("taking the sections in");
    try (Handbook handbook = new Handbook(folder.resolve("handbook"))) {
      for (String language : Handbook.LANGUAGES) {
        Quality text = told(handbook, language, "text", SearchMode.TEXT);
        Quality vector = told(handbook, language, "vector", SearchMode.SEMANTIC);
        Quality hybrid = told(handbook, language, "hybrid", SearchMode.HYBRID);
        report.goal(
            language + ", hybrid recall@5 to the better one",
            hybrid.recall() / Math.max(text.recall(), vector.recall()),
            "≥",
            1);
        report.goal(
            language + ", hybrid nDCG@10 to the better one",
            hybrid.gain() / Math.max(text.gain(), vector.gain()),
            "≥",
            1);
      }
    }
  }

  private Quality told(Handbook handbook, String language, String way, SearchMode mode)
      throws Exception {
    Quality quality = handbook.quality(language, mode);
    report.figure(language + ", " + way + ", recall@5", quality.recall(), "");
    report.figure(language + ", " + way + ", nDCG@10", quality.gain(), "");
    return quality;
  }
}
