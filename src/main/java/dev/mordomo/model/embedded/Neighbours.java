package dev.mordomo.model.embedded;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the small words of a language say of the words beside them. Immutable. */
final class Neighbours {
  private final Map<String, Set<String>> kinds = new HashMap<>();
  private final Map<String, String> contractions = new HashMap<>();
  private final Map<String, String> be = new HashMap<>();

  private Neighbours() {}

  static Neighbours load(String language) {
    Neighbours neighbours = new Neighbours();
    TextTable.read(
        "/lexicon/" + language + "-neighbours.tsv",
        row -> {
          for (String word : row[2].split(" ")) {
            switch (row[0]) {
              case "contraction" -> neighbours.contractions.put(word, row[1]);
              case "be" -> neighbours.be.put(word, row[1]);
              default -> neighbours.kinds.computeIfAbsent(row[0], k -> new HashSet<>()).add(word);
            }
          }
        });
    return neighbours;
  }

  private boolean is(String kind, String word) {
    return kinds.getOrDefault(kind, Set.of()).contains(word);
  }

  boolean article(String word) {
    return is("article", word);
  }

  /** Whether a word is an article or a possessive. */
  boolean determiner(String word) {
    return article(word) || is("possessive", word);
  }

  /** Whether a word may stand between a verb and its object without a change of what is meant. */
  boolean skippable(String word) {
    return determiner(word) || is("quantity", word);
  }

  boolean beforeNoun(String word) {
    return is("before-noun", word);
  }

  boolean beforeVerb(String word) {
    return is("before-verb", word);
  }

  boolean surelyBeforeVerb(String word) {
    return is("surely-before-verb", word);
  }

  /** Whether a word often introduces a question within a sentence. */
  boolean asking(String word) {
    return is("asking", word);
  }

  /** Whether a word begins a count: two days, many years. */
  boolean number(String word) {
    return is("number", word);
  }

  boolean preposition(String word) {
    return is("preposition", word);
  }

  /** The preposition in a contraction such as "da", or "" when it is none. */
  String contracted(String word) {
    return contractions.getOrDefault(word, "");
  }

  /** Whether a word says how much of a quality there is. */
  boolean degree(String word) {
    return is("degree", word);
  }

  /** Whether a word is a form of "to be". */
  boolean isBe(String word) {
    return be.containsKey(word) || is("be-form", word);
  }

  /** The English of a form of "to be", or "be". */
  String be(String word) {
    return be.getOrDefault(word, "be");
  }
}
