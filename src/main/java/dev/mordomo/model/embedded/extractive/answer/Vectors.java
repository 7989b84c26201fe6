package dev.mordomo.model.embedded.extractive.answer;

/** Arithmetic of L2-normalised vectors. */
final class Vectors {
  private Vectors() {}

  /** The cosine of two vectors of one length, 0 where it is negative. */
  static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length && i < b.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return Math.max(0, sum);
  }
}
