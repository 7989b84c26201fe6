package dev.mordomo.kernel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Hides personal data in what users give to be kept, before anything else sees it. */
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

  /**
   * The beginning of a text as it is kept, as long as so many characters of what its user sees of
   * it.
   */
  default String beginning(Scope who, String kept, int chars) {
    return beginning(kept, chars);
  }

  /** A text as it is kept, with a mask in place of each original that could be restored. */
  default String masksOnly(String kept) {
    return kept;
  }

  /** So many characters; one that is two units long is taken whole or not at all. */
  static String beginning(String text, int chars) {
    int end = Math.clamp(chars, 0, text.length());
    boolean halved =
        end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, halved ? end - 1 : end);
  }

  /** The texts of one request. */
  interface Pass {
    /** The text, as the policy of its user's tenant wants it. */
    String masked(String text);

    /** What was found in all of them, for their metadata; empty when nothing was. */
    Map<String, Object> note();

    /** The same in every text of a JSON object, however deep; its keys and numbers stay. */
    default Map<String, Object> masked(Map<String, Object> json) {
      return JsonTexts.mapped(json, this::masked);
    }

    /** Metadata, hidden as well, with the note of what was found until now. */
    default Map<String, Object> noted(Map<String, Object> metadata) {
      Map<String, Object> noted = new LinkedHashMap<>(masked(metadata));
      noted.putAll(note());
      return noted;
    }
  }
}
