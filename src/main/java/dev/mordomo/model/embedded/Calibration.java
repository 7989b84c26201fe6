package dev.mordomo.model.embedded;

import java.util.HashMap;
import java.util.Map;

/**
 * Turns a similarity into the probability that the passage answers the question: a logistic curve a
 * pair of languages, fitted on the training half of the evaluation set. Immutable.
 */
final class Calibration {

  private record Curve(double slope, double intercept) {
    double at(double similarity) {
      return 1 / (1 + Math.exp(-(slope * similarity + intercept)));
    }
  }

  private static final String ANY = "*";

  private final Map<String, Curve> curves = new HashMap<>();

  private Calibration() {}

  static Calibration load() {
    Calibration calibration = new Calibration();
    TextTable.read(
        "/lexicon/calibration.tsv",
        row ->
            calibration.curves.put(
                row[0] + ">" + row[1],
                new Curve(Double.parseDouble(row[2]), Double.parseDouble(row[3]))));
    return calibration;
  }

  /** 0 to 1; languages without a curve of their own share one. */
  double probability(double similarity, String queryLanguage, String passageLanguage) {
    Curve curve = curves.get(queryLanguage + ">" + passageLanguage);
    if (curve == null) {
      curve = curves.getOrDefault(ANY + ">" + ANY, new Curve(0, 0));
    }
    return curve.at(similarity);
  }
}
