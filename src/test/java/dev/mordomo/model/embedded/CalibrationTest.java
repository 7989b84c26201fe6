package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CalibrationTest {

  @Test
  void theFitFindsTheCurveThatMadeTheData() {
    Random random = new Random(1);
    List<EvaluationSet.Shown> shown = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      double similarity = random.nextDouble();
      double probability = 1 / (1 + Math.exp(-(12 * similarity - 5)));
      shown.add(new EvaluationSet.Shown(similarity, random.nextDouble() < probability));
    }
    double[] curve = CalibrationFit.fit(shown);
    assertEquals(12, curve[0], 0.6);
    assertEquals(-5, curve[1], 0.3);
  }

  @Test
  void probabilityRisesWithSimilarityInEveryPairAndInUnknownOnes() {
    Calibration calibration = Calibration.load();
    for (String question : List.of("en", "pt", "es", "", "fr")) {
      for (String passage : List.of("en", "pt", "es", "", "fr")) {
        double low = calibration.probability(0.2, question, passage);
        double high = calibration.probability(0.8, question, passage);
        assertTrue(0 < low && low < 0.2 && 0.8 < high && high < 1, question + ">" + passage);
      }
    }
  }
}
