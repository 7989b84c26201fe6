package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the senses of a form as it stands in a text: inflected, without accents, with clitics. */
final class Morphology {

  /**
   * A sense that a form may have.
   *
   * @param cost 0 for the very lemma; more, the farther the form is from it
   */
  record Analysis(Sense sense, double cost) {}

  static final double UNACCENTED = 0.4;
  static final double USUAL = -1;
  static final double IRREGULAR = 0.55;
  static final double NOMINAL = 0.5;
  static final double FEMININE = 1.2;
  static final double VERB = 0.7;
  static final double SUBJUNCTIVE = 0.15;
  static final double CHANGED = 0.25;
  static final double OTHER_STEM = 0.3;
  static final double ADVERB = 0.6;
  static final double OTHER_ACCENTS = 1.2;
  static final double ENYE = 0.4;
  static final double DERIVED = 2;

  private static final Set<String> AUXILIARIES = Set.of("ser", "ter", "ver", "ir", "dar");

  private final Lexicon lexicon;
  private final Endings endings;
  private final IrregularForms irregular;

  Morphology(String language) {
    this.lexicon = Lexicon.load(language);
    this.endings = Endings.load(language);
    this.irregular = IrregularForms.load(language);
  }

  Lexicon lexicon() {
    return lexicon;
  }

  /** The senses of a lower-case word, cheapest first; empty when nothing is known of it. */
  List<Analysis> analyses(String word) {
    String folded = Letters.fold(word);
    Found found = new Found();
    direct(word, folded, found);
    irregular(word, folded, found);
    inflected(word, folded, found);
    if (found.isEmpty()) {
      derived(folded, found);
    }
    return found.sorted();
  }

  private void direct(String word, String folded, Found found) {
    for (Sense sense : lexicon.senses(folded)) {
      double cost = accents(word, folded, sense.lemma());
      if (cost < OTHER_ACCENTS || sense.part() != Part.FUNCTION) {
        found.add(sense, cost);
      }
    }
  }

  /** A form written without accents may be any; one with accents is hardly another. */
  private static double accents(String word, String folded, String form) {
    if (word.equals(form)) {
      return 0;
    }
    // ñ is a letter of its own, which few leave out.
    return word.equals(folded) ? UNACCENTED + (form.indexOf('ñ') < 0 ? 0 : ENYE) : OTHER_ACCENTS;
  }

  private void irregular(String word, String folded, Found found) {
    for (IrregularForms.Form form : irregular.of(folded)) {
      boolean usual = form.usual() && word.equals(form.form());
      double cost = usual ? USUAL : IRREGULAR + accents(word, folded, form.form());
      for (Sense sense : lexicon.senses(form.lemma())) {
        if (verbal(sense)) {
          found.add(sense, cost);
        }
      }
    }
  }

  static boolean verbal(Sense sense) {
    return sense.part() == Part.VERB
        || (sense.part() == Part.EXPRESSION && sense.lemma().endsWith("r"))
        || (sense.part() == Part.FUNCTION
            && sense.lemma().length() > 3
            && sense.lemma().endsWith("r")
            && !sense.english().equals("any"))
        || (sense.part() == Part.FUNCTION && AUXILIARIES.contains(sense.lemma()));
  }

  /** What it costs that a form's accents are not those of the lemma, up to where both part. */
  private static double stem(String word, String folded, String lemma) {
    int length = Math.min(word.length(), lemma.length());
    for (int i = 0; i < length; i++) {
      if (word.charAt(i) != lemma.charAt(i)) {
        boolean sameLetter = folded.charAt(i) == Letters.fold(lemma.substring(i, i + 1)).charAt(0);
        return sameLetter ? OTHER_STEM + (lemma.charAt(i) == 'ñ' ? ENYE : 0) : 0;
      }
    }
    return 0;
  }

  /** As {@link #stem}; but "estaciones" has lost the accent of "estación" by rule. */
  private static double plural(String word, String folded, String lemma) {
    boolean byRule = word.endsWith("nes") && lemma.endsWith("n") && word.equals(folded);
    return byRule ? 0 : stem(word, folded, lemma);
  }

  private void inflected(String word, String folded, Found found) {
    endings.lemmas(
        folded,
        (lemma, kind) -> {
          for (Sense sense : lexicon.senses(lemma)) {
            switch (kind) {
              case NOMINAL, FEMININE -> {
                if (sense.part() == Part.NOUN
                    || sense.part() == Part.ADJECTIVE
                    || sense.part() == Part.EXPRESSION
                    || sense.learned()) {
                  boolean likely = kind == Endings.Kind.NOMINAL || sense.part() == Part.ADJECTIVE;
                  found.add(
                      sense, (likely ? NOMINAL : FEMININE) + plural(word, folded, sense.lemma()));
                }
              }
              case VERB, SUBJUNCTIVE, CHANGED_VERB, CHANGED_SUBJUNCTIVE -> {
                if (verbal(sense) || sense.learned()) {
                  double rarer =
                      switch (kind) {
                        case SUBJUNCTIVE -> SUBJUNCTIVE;
                        case CHANGED_VERB -> CHANGED;
                        case CHANGED_SUBJUNCTIVE -> CHANGED + SUBJUNCTIVE;
                        default -> 0;
                      };
                  found.add(sense, VERB + rarer + stem(word, folded, sense.lemma()));
                }
              }
              case ADVERB -> {
                if (sense.part() == Part.ADJECTIVE) {
                  found.add(sense, ADVERB);
                }
              }
              case DERIVED, STEM_SPELLING, STEM_VOWEL -> {}
            }
          }
        });
  }

  private void derived(String folded, Found found) {
    endings.lemmas(
        folded,
        (lemma, kind) -> {
          if (kind == Endings.Kind.DERIVED && lemma.length() > 3) {
            for (Sense sense : lexicon.senses(lemma)) {
              if (sense.part() != Part.FUNCTION) {
                found.add(sense, DERIVED);
              }
            }
          }
        });
  }

  /** Senses so far, each at its least cost; what is learned only where the core has nothing. */
  private static final class Found {
    private final Map<Sense, Double> costs = new HashMap<>();
    private final List<Sense> order = new ArrayList<>();

    void add(Sense sense, double cost) {
      if (costs.merge(sense, cost, Math::min) == cost && !order.contains(sense)) {
        order.add(sense);
      }
    }

    boolean isEmpty() {
      return order.isEmpty();
    }

    List<Analysis> sorted() {
      boolean core = order.stream().anyMatch(sense -> !sense.learned());
      List<Analysis> analyses = new ArrayList<>();
      for (Sense sense : order) {
        if (!core || !sense.learned()) {
          analyses.add(new Analysis(sense, costs.getOrDefault(sense, 0.0)));
        }
      }
      analyses.sort(java.util.Comparator.comparingDouble(Analysis::cost));
      return analyses;
    }
  }

  /** Whether a form is an irregular verb's participle: one that has a plural. */
  boolean irregularParticiple(String word) {
    String stem = word.replaceFirst("[oa]s?$", "");
    return stem.length() < word.length()
        && !word.endsWith("mos")
        && !irregular.of(Letters.fold(stem + "os")).isEmpty();
  }

  /** Whether the form is one that the lexicon's core knows, inflected or not. */
  boolean knows(String word) {
    List<Analysis> analyses = analyses(word);
    return !analyses.isEmpty() && !analyses.getFirst().sense().learned();
  }

  /** Every folded lemma that a word may be a form of, and the word itself. */
  Set<String> lemmas(String word) {
    Set<String> lemmas = new HashSet<>();
    lemmas.add(Letters.fold(word));
    for (Analysis analysis : analyses(word)) {
      lemmas.add(Letters.fold(analysis.sense().lemma()));
    }
    return lemmas;
  }
}
