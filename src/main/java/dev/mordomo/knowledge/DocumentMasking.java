package dev.mordomo.knowledge;

import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;

/** Hides personal data in documents, by the policy of their tenant. */
@FunctionalInterface
public interface DocumentMasking {
  /** Hides nothing. */
  DocumentMasking NONE = who -> new Hiding(Masking.NONE.begin(who, () -> "pt-BR"), false);

  /** For the documents of one request. */
  Hiding begin(Scope who);

  /**
   * @param pass what it is not to take fails with {@code invalid}
   * @param seals whether originals are kept sealed
   */
  record Hiding(Masking.Pass pass, boolean seals) {}
}
