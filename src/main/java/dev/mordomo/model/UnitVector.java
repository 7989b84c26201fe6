package dev.mordomo.model;

import java.util.Optional;

/** Vectors of length 1: the cosine of two is their dot product. */
public final class UnitVector {
  private UnitVector() {}

  /**
   * @return the vector of length 1 in the same direction; empty when it has none, since it is zero
   *     or a part of it is not finite
   */
  public static Optional<float[]> of(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    if (!(square > 0) || Double.isInfinite(square)) {
      return Optional.empty();
    }
    float scale = (float) (1 / Math.sqrt(square));
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = vector[i] * scale;
    }
    return Optional.of(unit);
  }
}
