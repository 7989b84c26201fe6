package dev.mordomo.bench;

import java.util.Random;

/** Vectors of length 1 near one of five hundred centres, as the meanings of texts are. */
final class Vectors {
  static final int DIMENSIONS = 384;
  private static final int CENTRES = 500;
  private static final double DIGITS = 1e5;

  private final Random random;
  private final float[][] centres = new float[CENTRES][];

  /** The same seed gives the same ones. */
  Vectors(long seed) {
    random = new Random(seed);
    for (int i = 0; i < CENTRES; i++) {
      centres[i] = gaussian(1);
    }
  }

  float[] next() {
    float[] vector = gaussian(0.6);
    float[] centre = centres[random.nextInt(CENTRES)];
    double norm = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] += centre[i];
      norm += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] /= (float) Math.sqrt(norm);
    }
    return vector;
  }

  private float[] gaussian(double scale) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (random.nextGaussian() * scale);
    }
    return vector;
  }

  /** With five digits, between brackets of the reader's choice. */
  static String literal(float[] vector, char open, char close) {
    StringBuilder text = new StringBuilder(vector.length * 9).append(open);
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ",").append((float) (Math.rint(vector[i] * DIGITS) / DIGITS));
    }
    return text.append(close).toString();
  }
}
