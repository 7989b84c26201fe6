package dev.mordomo.model.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Fits the curves of {@link Calibration} on the training half and writes them to the resources. Run
 * it by {@code src/lexicon/rebuild calibrate} when the lexicons have changed.
 */
final class CalibrationFit {
  private static final int SHOWN = 5;
  private static final int ROUNDS = 50;
  private static final double RIDGE = 1e-3;

  private CalibrationFit() {}

  public static void main(String[] arguments) throws Exception {
    Gloss gloss = new Gloss();
    try (MiniLm miniLm = MiniLm.load(Path.of("target/native"))) {
      EvaluationSet train = EvaluationSet.half("train", text -> embed(miniLm, gloss.gloss(text)));
      write(train, Path.of("src/main/resources/lexicon/calibration.tsv"));
    }
  }

  private static float[] embed(MiniLm miniLm, String text) {
    try {
      return miniLm.embed(text);
    } catch (ai.onnxruntime.OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(EvaluationSet train, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# Fitted on the training half by src/lexicon/rebuild calibrate: do not edit.");
    lines.add("# question's language, passage's language, slope, intercept; * is any other");
    List<EvaluationSet.Shown> all = new ArrayList<>();
    for (String question : EvaluationSet.LANGUAGES) {
      for (String passage : EvaluationSet.LANGUAGES) {
        List<EvaluationSet.Shown> shown = train.shown(question, passage, SHOWN);
        all.addAll(shown);
        lines.add(line(question, passage, fit(shown)));
      }
    }
    lines.add(line("*", "*", fit(all)));
    Files.write(file, lines);
  }

  private static String line(String question, String passage, double[] curve) {
    return String.format(Locale.ROOT, "%s\t%s\t%.2f\t%.2f", question, passage, curve[0], curve[1]);
  }

  /** Slope and intercept of the likeliest logistic curve, by Newton's method. */
  static double[] fit(List<EvaluationSet.Shown> shown) {
    double slope = 0;
    double intercept = 0;
    for (int round = 0; round < ROUNDS; round++) {
      double[] gradient = {-RIDGE * slope, -RIDGE * intercept};
      double[] hessian = {RIDGE, 0, RIDGE};
      for (EvaluationSet.Shown passage : shown) {
        double x = passage.similarity();
        double probability = 1 / (1 + Math.exp(-(slope * x + intercept)));
        double error = (passage.answers() ? 1 : 0) - probability;
        double weight = probability * (1 - probability);
        gradient[0] += error * x;
        gradient[1] += error;
        hessian[0] += weight * x * x;
        hessian[1] += weight * x;
        hessian[2] += weight;
      }
      double determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
      slope += (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
      intercept += (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
    }
    return new double[] {slope, intercept};
  }
}
