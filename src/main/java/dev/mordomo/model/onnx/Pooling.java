package dev.mordomo.model.onnx;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the states of a text's tokens become one vector. */
public enum Pooling {
  /** Their mean. */
  MEAN,
  /** The first one's. */
  CLS,
  /** The last one's. */
  LAST;

  /** Empty for a name that is none. */
  static Optional<Pooling> of(String name) {
    return Arrays.stream(values())
        .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst();
  }
}
