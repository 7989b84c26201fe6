package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.knowledge.Handbook.Quality;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * 320 sections a language of a handbook that no weight was chosen on. Deterministic: a regression
 * fails the build.
 */
final class HandbookQualityTest {
  /** By recall alone meaning finds one English section more (280 of 320, and 279 together). */
  private static final double A_FEW_QUESTIONS = 3 / 320.0;

  @TempDir static Path folder;
  private static Handbook handbook;

  @BeforeAll
  static void open() throws Exception {
    handbook = new Handbook(folder);
  }

  @AfterAll
  static void close() {
    handbook.close();
  }

  @Test
  void thereAreEnoughQuestions() {
    Handbook.LANGUAGES.forEach(language -> assertEquals(320, handbook.size(language), language));
  }

  @ParameterizedTest
  @CsvSource({"pt,0.81,0.72", "es,0.80,0.70", "en,0.86,0.80"})
  void bothTogetherAreNearlyAsGoodAsTheBetterAndRankBest(
      String language, double recall, double gain) throws Exception {
    Quality text = handbook.quality(language, SearchMode.TEXT);
    Quality vector = handbook.quality(language, SearchMode.SEMANTIC);
    Quality hybrid = handbook.quality(language, SearchMode.HYBRID);
    String told = "%s: text %s; vector %s; hybrid %s".formatted(language, text, vector, hybrid);
    double best = Math.max(text.recall(), vector.recall());
    assertTrue(hybrid.recall() >= best - A_FEW_QUESTIONS, told);
    assertTrue(hybrid.gain() >= Math.max(text.gain(), vector.gain()), told);
    assertTrue(hybrid.recall() >= recall && hybrid.gain() >= gain, told);
  }
}
