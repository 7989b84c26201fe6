package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.EmbeddingModel.Use;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the quality of the model on the half of the evaluation set that nobody tunes on. The
 * figures are the best that were measured; a fall beyond {@link #MARGIN} fails.
 */
final class EmbeddingEvaluationTest {
  private static final double MARGIN = 0.03;

  private static GlossMiniLm model;
  private static EvaluationSet heldOut;

  @BeforeAll
  static void load() throws Exception {
    model = new GlossMiniLm(Path.of("target/native"), 2);
    heldOut = EvaluationSet.half("heldout", EmbeddingEvaluationTest::embed);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static float[] embed(String text) {
    try {
      return model.embed(List.of(text), Use.QUERY).await(60, TimeUnit.SECONDS).getFirst();
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en, en, 0.793",
    "pt, pt, 0.689",
    "es, es, 0.659",
    "pt, en, 0.763",
    "es, en, 0.704",
    "en, pt, 0.689",
    "en, es, 0.763",
    "pt, es, 0.719",
    "es, pt, 0.652",
  })
  void theRightPassageComesFirstAsOftenAsBefore(String question, String passage, double before) {
    double topOne = heldOut.topOne(question, passage);
    assertTrue(topOne >= before - MARGIN, question + ">" + passage + ": " + topOne);
  }

  @ParameterizedTest
  @CsvSource({"en, 0.976", "pt, 0.881", "es, 0.857"})
  void aParaphraseComesFirstAsOftenAsBefore(String language, double before) {
    double topOne = heldOut.paraphrases(language);
    assertTrue(topOne >= before - MARGIN, language + ": " + topOne);
  }

  @ParameterizedTest
  @CsvSource({"pt", "es"})
  void theGlossIsWorthManyTimesTheBareText(String language) throws Exception {
    try (MiniLm alone = MiniLm.load(Path.of("target/native"))) {
      EvaluationSet bare =
          EvaluationSet.half(
              "heldout",
              text -> {
                try {
                  return alone.embed(text);
                } catch (ai.onnxruntime.OrtException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertTrue(heldOut.topOne(language, language) > 3 * bare.topOne(language, language));
    }
  }

  @ParameterizedTest
  @CsvSource({"en, en", "pt, pt", "es, es", "pt, en", "es, en"})
  void aProbabilityMeansWhatItSays(String question, String passage) {
    List<EvaluationSet.Shown> shown = heldOut.shown(question, passage, 5);
    double expected = 0;
    int answers = 0;
    double sureAnswers = 0;
    double sure = 0;
    for (EvaluationSet.Shown one : shown) {
      double probability = model.probability(one.similarity(), question, passage);
      expected += probability;
      answers += one.answers() ? 1 : 0;
      if (probability > 0.5) {
        sure++;
        sureAnswers += one.answers() ? 1 : 0;
      }
    }
    assertEquals(answers, expected, 0.3 * answers, "expected answers and answers");
    assertTrue(sureAnswers / sure > 0.5, "of the likely ones " + sureAnswers / sure + " answer");
  }

  @Test
  void nearlyEveryRightPassageIsAboveTheDefaultThreshold() {
    List<Double> right = new ArrayList<>();
    for (String language : EvaluationSet.LANGUAGES) {
      List<String> questions = heldOut.questions(language);
      for (int i = 0; i < questions.size(); i++) {
        right.add(heldOut.similarity(questions.get(i), heldOut.passages(language).get(i)));
      }
    }
    long above = right.stream().filter(s -> s >= model.defaultThreshold()).count();
    assertTrue(above >= 0.85 * right.size(), above + " of " + right.size());
  }
}
