package dev.mordomo.knowledge;

import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import java.util.function.UnaryOperator;

/** Hides personal data in documents, by the policy of their tenant. */
@FunctionalInterface
public interface DocumentMasking {
  /** Hides nothing. */
  DocumentMasking NONE =
      who -> new Hiding(Masking.NONE.begin(who, () -> "pt-BR"), false, text -> text);

  /** For the documents of one request. */
  Hiding begin(Scope who);

  /**
   * @param pass what it is not to take fails with {@code invalid}
   * @param seals whether originals are kept sealed
   * @param mark a few letters of a text, always the same, that tell nothing of it
   */
  record Hiding(Masking.Pass pass, boolean seals, UnaryOperator<String> mark) {
    private static final int LONGEST = 2_000;

    /**
     * A source as it is kept. Where something is hidden in it a mark keeps it apart from others,
     * which would read the same: two files of two people are not one.
     */
    String source(String given) {
      String masked = pass.masked(given);
      if (masked.equals(given)) {
        return given;
      }
      String end = " #" + mark.apply(given);
      return masked.substring(0, Math.min(masked.length(), LONGEST - end.length())) + end;
    }
  }
}
