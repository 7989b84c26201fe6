package dev.mordomo.privacy;

import dev.mordomo.kernel.Scope;
import java.util.Map;
import java.util.function.Supplier;

/** Hides personal data in what users say, before anything else sees it. */
@FunctionalInterface
public interface Masking {
  /** Hides nothing. */
  Masking NONE =
      (who, locale) ->
          new Pass() {
            @Override
            public String masked(String text) {
              return text;
            }

            @Override
            public Map<String, Object> note() {
              return Map.of();
            }
          };

  /**
   * @param locale asked when there is something to look at: numbers without a country's code are of
   *     its country
   */
  Pass begin(Scope who, Supplier<String> locale);

  /** The texts of one request. */
  interface Pass {
    /** The text, as the policy of its user's tenant wants it. */
    String masked(String text);

    /** What was found in all of them, for their metadata; empty when nothing was. */
    Map<String, Object> note();
  }
}
