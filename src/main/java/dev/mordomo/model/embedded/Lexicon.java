package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words of one language and their English: a core written by hand, and a tail learned from
 * parallel text, which never overrides it. Immutable.
 *
 * <p>Looked up without accents, since questions are often typed without them; each sense keeps its
 * lemma's accents.
 */
final class Lexicon {

  /** An expression of several words, with their accents, and what it means. */
  record Phrase(List<String> words, Sense sense) {}

  private final Map<String, List<Sense>> words = new HashMap<>(1 << 15);
  private final Map<String, List<Phrase>> phrases = new HashMap<>(1 << 12);

  private static final String ONESELF = " oneself";

  private Lexicon() {}

  /** Reads the lexicon of "pt" or "es" from the resources. */
  static Lexicon load(String language) {
    Lexicon lexicon = new Lexicon();
    Map<String, String> interned = new HashMap<>();
    TextTable.read(
        "/lexicon/" + language + ".tsv",
        row ->
            lexicon.add(row[0], Part.of(row[1]), row[2], interned.computeIfAbsent(row[3], a -> a)));
    TextTable.read(
        "/lexicon/" + language + "-learned.tsv",
        row -> lexicon.add(row[0], Part.LEARNED, row[1], ""));
    return lexicon;
  }

  private void add(String lemma, Part part, String glosses, String area) {
    if (part == Part.VERB
        && (lemma.endsWith("rse") || lemma.endsWith("r-se"))
        && lemma.indexOf(' ') < 0) {
      String verb = lemma.substring(0, lemma.lastIndexOf('r') + 1);
      words
          .computeIfAbsent(Letters.fold(verb), key -> new ArrayList<>(1))
          .add(new Sense(verb, part, first(glosses), area, true));
      return;
    }
    Sense sense = new Sense(lemma, part, first(glosses), area);
    String folded = Letters.fold(lemma);
    if (lemma.indexOf(' ') < 0) {
      words.computeIfAbsent(folded, key -> new ArrayList<>(1)).add(sense);
    } else {
      List<String> parts = List.of(lemma.split(" "));
      phrases
          .computeIfAbsent(folded.substring(0, folded.indexOf(' ')), key -> new ArrayList<>(1))
          .add(new Phrase(parts, sense));
    }
  }

  private static String first(String glosses) {
    if (glosses.equals("-")) {
      return "";
    }
    int end = glosses.indexOf(';');
    String first = end < 0 ? glosses : glosses.substring(0, end);
    // "Wash oneself": the sentence does not say so.
    return first.endsWith(ONESELF) ? first.substring(0, first.length() - ONESELF.length()) : first;
  }

  /** The senses of a lemma given without accents, main sense first; empty when unknown. */
  List<Sense> senses(String folded) {
    return words.getOrDefault(folded, List.of());
  }

  /** The expressions whose first word, without accents, is this one. */
  List<Phrase> phrases(String folded) {
    return phrases.getOrDefault(folded, List.of());
  }
}
