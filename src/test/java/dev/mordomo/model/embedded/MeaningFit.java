package dev.mordomo.model.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes the vectors of {@link Meanings}: the English of both lexicons as MiniLM embeds it, in the
 * directions in which it differs most. Run it by {@code src/lexicon/rebuild meanings} when the
 * lists have changed.
 */
final class MeaningFit {
  private static final int ROUNDS = 40;

  private MeaningFit() {}

  public static void main(String[] arguments) throws Exception {
    SortedSet<String> english = new TreeSet<>();
    for (String language : List.of("pt", "es")) {
      TextTable.read("/lexicon/" + language + ".tsv", row -> english.add(row[2].split(";")[0]));
      TextTable.read("/lexicon/" + language + "-learned.tsv", row -> english.add(row[1]));
    }
    english.remove("-");
    try (MiniLm miniLm = MiniLm.load(Path.of("target/native"))) {
      List<double[]> vectors = new ArrayList<>();
      for (String one : english) {
        vectors.add(wide(miniLm.embed(one)));
      }
      centre(vectors);
      write(english, project(vectors), Path.of("src/main/resources/lexicon/meanings.tsv"));
    }
  }

  private static double[] wide(float[] vector) {
    double[] wide = new double[vector.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = vector[i];
    }
    return wide;
  }

  private static void centre(List<double[]> vectors) {
    double[] mean = new double[MiniLm.DIMENSIONS];
    for (double[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / vectors.size();
      }
    }
    for (double[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        vector[i] -= mean[i];
      }
    }
  }

  /** On the first principal components, found by orthogonal iteration. */
  private static List<double[]> project(List<double[]> vectors) {
    double[][] covariance = covariance(vectors);
    Random random = new Random(1);
    double[][] axes = new double[Meanings.SIZE][MiniLm.DIMENSIONS];
    for (double[] axis : axes) {
      for (int i = 0; i < axis.length; i++) {
        axis[i] = random.nextGaussian();
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int k = 0; k < axes.length; k++) {
        axes[k] = times(covariance, axes[k]);
        for (int j = 0; j < k; j++) {
          double along = dot(axes[k], axes[j]);
          for (int i = 0; i < axes[k].length; i++) {
            axes[k][i] -= along * axes[j][i];
          }
        }
        scale(axes[k], 1 / Math.sqrt(dot(axes[k], axes[k])));
      }
    }
    return vectors.stream().map(vector -> times(axes, vector)).toList();
  }

  private static double[][] covariance(List<double[]> vectors) {
    double[][] covariance = new double[MiniLm.DIMENSIONS][MiniLm.DIMENSIONS];
    for (double[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        for (int j = 0; j < vector.length; j++) {
          covariance[i][j] += vector[i] * vector[j];
        }
      }
    }
    return covariance;
  }

  private static double[] times(double[][] matrix, double[] vector) {
    double[] product = new double[matrix.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = dot(matrix[i], vector);
    }
    return product;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private static void scale(double[] vector, double factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }

  private static void write(SortedSet<String> english, List<double[]> vectors, Path file)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# Computed by src/lexicon/rebuild meanings: do not edit.");
    lines.add("# English, its vector of unit length: a signed byte a dimension, in Base64");
    int next = 0;
    for (String one : english) {
      double[] vector = vectors.get(next++);
      scale(vector, 127 / Math.sqrt(dot(vector, vector)));
      byte[] bytes = new byte[vector.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) Math.round(vector[i]);
      }
      lines.add(one + "\t" + Base64.getEncoder().encodeToString(bytes));
    }
    Files.write(file, lines);
  }
}
