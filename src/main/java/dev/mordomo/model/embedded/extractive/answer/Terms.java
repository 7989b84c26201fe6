package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words of a text that can be looked for in another: as they stand, and as English words, so
 * that texts of different languages meet, and "bicho" meets "animal".
 *
 * @param own stems in the text's own language
 * @param english stems of its English gloss, each with a word that has it
 */
record Terms(Set<String> own, Map<String, String> english) {
  private static final Pattern CAMEL = Pattern.compile("(?<=\\p{Ll})(?=\\p{Lu})|_+");
  private static final Vocabulary ENGLISH = Vocabulary.of("en");
  private static final int SHORTEST = 2;
  private static final double WEAK = 0.3;
  private static final double KINDRED = 0.85;

  static final Terms NONE = new Terms(Set.of(), Map.of());

  Terms {
    own = Set.copyOf(own);
    english = Map.copyOf(english);
  }

  /**
   * The terms of a text.
   *
   * @param language ISO 639-1, or "" to find out
   */
  static Terms of(String text, String language, Gloss gloss) {
    String words = CAMEL.matcher(text).replaceAll(" ");
    String english = language.isEmpty() ? gloss.gloss(words) : gloss.gloss(words, language);
    return new Terms(stems(words, Vocabulary.of(language)).keySet(), stems(english, ENGLISH));
  }

  /** Both together; the English words of the other alone. */
  Terms with(Terms implied) {
    if (implied.english.isEmpty()) {
      return this;
    }
    Map<String, String> all = new HashMap<>(implied.english);
    all.putAll(english);
    return new Terms(own, all);
  }

  /** How much a term says: 1, less for a weak word, 0 for a mere function word. */
  static double weight(String stem) {
    boolean weak = ENGLISH.has("weak", stem) || ENGLISH.has("weak", stem + "e");
    return ENGLISH.has("stop", stem) ? 0 : weak ? WEAK : 1;
  }

  private static Map<String, String> stems(String text, Vocabulary vocabulary) {
    Map<String, String> stems = new LinkedHashMap<>();
    for (Word word : Words.of(text).list()) {
      boolean says =
          word.isNumber()
              || (word.isLetters()
                  && word.fold().length() >= SHORTEST
                  && !vocabulary.has("stop", word.fold()));
      if (says) {
        stems.putIfAbsent(stem(word.fold()), word.fold());
      }
    }
    return stems;
  }

  /** A light stem that is good enough for English, and for plurals in Portuguese and Spanish. */
  static String stem(String word) {
    String stem = word;
    if (stem.length() > 4 && stem.endsWith("ies")) {
      stem = stem.substring(0, stem.length() - 3) + "y";
    } else if (stem.length() > 5 && stem.endsWith("ing")) {
      stem = stem.substring(0, stem.length() - 3);
    } else if (stem.length() > 4 && (stem.endsWith("ed") || stem.endsWith("es"))) {
      stem = stem.substring(0, stem.length() - 2);
    } else if (stem.length() > 3 && stem.endsWith("s") && !stem.endsWith("ss")) {
      stem = stem.substring(0, stem.length() - 1);
    }
    return stem.length() > 4 && stem.endsWith("e") ? stem.substring(0, stem.length() - 1) : stem;
  }

  /** How well the text holds a word of a question: 0 to 1. */
  double hold(Asked word) {
    double best = word.own().isEmpty() ? 0 : holds(own, word.own());
    for (String stem : word.english().keySet()) {
      best = Math.max(best, holds(english.keySet(), stem));
      for (String other : Kindred.of(stem)) {
        best = Math.max(best, english.containsKey(other) ? KINDRED : 0);
      }
    }
    return best;
  }

  /** How well a text that holds these stems holds the one: 1, somewhat less for a kindred word. */
  static double holds(Set<String> stems, String stem) {
    if (stems.contains(stem)) {
      return 1;
    }
    if (stem.length() < 5) {
      return 0;
    }
    int least = Math.max(4, (int) Math.ceil(stem.length() * 0.7));
    String beginning = stem.substring(0, least);
    return stems.stream()
            .anyMatch(other -> other.startsWith(beginning) && other.length() <= stem.length() + 4)
        ? 0.8
        : 0;
  }
}
