package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The words of one language and their English: a core written by hand, and a tail learned from
 * parallel text, which never overrides it. Thread-safe.
 *
 * <p>Looked up without accents, since questions are often typed without them; each sense keeps its
 * lemma's accents. A row is read when its word is first looked up.
 */
final class Lexicon {

  /** An expression of several words, with their accents, and what it means. */
  record Phrase(List<String> words, Sense sense) {}

  private static final String ONESELF = " oneself";
  private static final String VERB = "\tv\t";

  /** Tells the hashes of expressions from those of words. */
  private static final int EXPRESSION = 0x5bd1e995;

  private final RowIndex core;
  private final RowIndex learned;
  private final Map<String, List<Sense>> senses = new ConcurrentHashMap<>();
  private final Map<String, List<Phrase>> phrases = new ConcurrentHashMap<>();

  private Lexicon(String language) {
    core = new RowIndex("/lexicon/" + language + ".tsv", Lexicon::hash);
    learned = new RowIndex("/lexicon/" + language + "-learned.tsv", Lexicon::hash);
  }

  /** Opens the lexicon of "pt" or "es" among the resources. */
  static Lexicon load(String language) {
    return new Lexicon(language);
  }

  /** As {@link String#hashCode} of the lemma without accents, or of its first word. */
  private static int hash(String text, int start) {
    int hash = 0;
    int i = start;
    char letter = text.charAt(i);
    while (letter != '\t' && letter != ' ') {
      hash = 31 * hash + Letters.plain(letter);
      letter = text.charAt(++i);
    }
    if (letter == ' ') {
      return hash ^ EXPRESSION;
    }
    int verb = reflexive(text, i) && text.startsWith(VERB, i) ? verbEnd(text, i) : i;
    return verb == i ? hash : text.substring(start, verb).transform(Letters::fold).hashCode();
  }

  /** Whether what ends before a place is a verb with its pronoun: ponerse, despedir-se. */
  private static boolean reflexive(String text, int end) {
    return end > 3
        && text.charAt(end - 1) == 'e'
        && text.charAt(end - 2) == 's'
        && (text.charAt(end - 3) == 'r'
            || (text.charAt(end - 3) == '-' && text.charAt(end - 4) == 'r'));
  }

  private static int verbEnd(String text, int end) {
    return text.charAt(end - 3) == '-' ? end - 3 : end - 2;
  }

  /** The senses of a lemma given without accents, main sense first; empty when unknown. */
  List<Sense> senses(String folded) {
    List<Sense> known = senses.get(folded);
    if (known != null) {
      return known;
    }
    List<Sense> found = new ArrayList<>(1);
    int hash = folded.hashCode();
    for (int row = core.first(hash); row != RowIndex.NONE; row = core.next(row)) {
      String[] cells = core.cells(row);
      String lemma = cells[0];
      Part part = Part.of(cells[1]);
      boolean reflexive = part == Part.VERB && reflexive(lemma, lemma.length());
      String verb = reflexive ? lemma.substring(0, verbEnd(lemma, lemma.length())) : lemma;
      if (Letters.fold(verb).equals(folded)) {
        found.add(new Sense(verb, part, first(cells[2]), cells[3], reflexive));
      }
    }
    for (int row = learned.first(hash); row != RowIndex.NONE; row = learned.next(row)) {
      String[] cells = learned.cells(row);
      if (Letters.fold(cells[0]).equals(folded)) {
        found.add(new Sense(cells[0], Part.LEARNED, first(cells[1]), ""));
      }
    }
    if (found.isEmpty()) {
      // Most of what is asked for is no word: not kept.
      return List.of();
    }
    List<Sense> all = List.copyOf(found);
    senses.put(folded, all);
    return all;
  }

  /** The expressions whose first word, without accents, is this one. */
  List<Phrase> phrases(String folded) {
    List<Phrase> known = phrases.get(folded);
    if (known != null) {
      return known;
    }
    List<Phrase> found = new ArrayList<>(1);
    int hash = folded.hashCode() ^ EXPRESSION;
    for (int row = core.first(hash); row != RowIndex.NONE; row = core.next(row)) {
      String[] cells = core.cells(row);
      List<String> words = List.of(cells[0].split(" "));
      if (words.size() > 1 && Letters.fold(words.getFirst()).equals(folded)) {
        found.add(
            new Phrase(words, new Sense(cells[0], Part.of(cells[1]), first(cells[2]), cells[3])));
      }
    }
    for (int row = learned.first(hash); row != RowIndex.NONE; row = learned.next(row)) {
      String[] cells = learned.cells(row);
      List<String> words = List.of(cells[0].split(" "));
      if (words.size() > 1 && Letters.fold(words.getFirst()).equals(folded)) {
        found.add(new Phrase(words, new Sense(cells[0], Part.LEARNED, first(cells[1]), "")));
      }
    }
    if (found.isEmpty()) {
      return List.of();
    }
    List<Phrase> all = List.copyOf(found);
    phrases.put(folded, all);
    return all;
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
}
