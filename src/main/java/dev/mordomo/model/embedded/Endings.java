package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The endings of one language: from a form, every lemma that it might be a form of. */
final class Endings {

  /** What a rule makes of a form. */
  enum Kind {
    NOMINAL("n"),
    /** The feminine of an adjective, seldom of a noun. */
    FEMININE("g"),
    ADVERB("m"),
    VERB("v"),
    /** The subjunctive, rarer than the indicative of another conjugation that looks like it. */
    SUBJUNCTIVE("u"),
    /** A verb whose stem is spelt or sounds otherwise in this form. */
    CHANGED_VERB("-"),
    CHANGED_SUBJUNCTIVE("="),
    DERIVED("d"),
    STEM_SPELLING("c"),
    STEM_VOWEL("s");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    private static Kind of(String code) {
      for (Kind kind : values()) {
        if (kind.code.equals(code)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of ending is called " + code);
    }
  }

  private static final Set<String> HARD = Set.of("gu", "qu");

  private record Rule(Kind kind, String lemmaEnding) {}

  private record Change(String plain, String changed) {}

  private final Map<String, List<Rule>> rules = new HashMap<>();
  private final List<Change> spellings = new ArrayList<>();
  private final List<Change> vowels = new ArrayList<>();
  private int longest;

  private Endings() {}

  static Endings load(String language) {
    Endings endings = new Endings();
    TextTable.read(
        "/lexicon/" + language + "-endings.tsv",
        row -> endings.add(Kind.of(row[0]), row[1].equals("-") ? "" : row[1], row[2].split(" ")));
    return endings;
  }

  private void add(Kind kind, String lemmaEnding, String[] endings) {
    for (String ending : endings) {
      switch (kind) {
        case STEM_SPELLING -> spellings.add(new Change(lemmaEnding, ending));
        case STEM_VOWEL -> vowels.add(new Change(lemmaEnding, ending));
        case NOMINAL,
            FEMININE,
            ADVERB,
            VERB,
            SUBJUNCTIVE,
            CHANGED_VERB,
            CHANGED_SUBJUNCTIVE,
            DERIVED -> {
          rules.computeIfAbsent(ending, e -> new ArrayList<>(2)).add(new Rule(kind, lemmaEnding));
          longest = Math.max(longest, ending.length());
        }
      }
    }
  }

  /**
   * Offers each possible lemma of a form (both without accents), with the kind of its rule. Most
   * are no words at all: the taker looks them up.
   */
  void lemmas(String form, BiConsumer<String, Kind> taker) {
    for (int length = Math.min(longest, form.length() - 2); length > 0; length--) {
      String stem = form.substring(0, form.length() - length);
      for (Rule rule : rules.getOrDefault(form.substring(stem.length()), List.of())) {
        taker.accept(stem + rule.lemmaEnding, rule.kind);
        if (rule.kind == Kind.VERB || rule.kind == Kind.SUBJUNCTIVE) {
          Kind changedKind = rule.kind == Kind.VERB ? Kind.CHANGED_VERB : Kind.CHANGED_SUBJUNCTIVE;
          changedStems(
              stem,
              rule.lemmaEnding.equals("ar"),
              changed -> taker.accept(changed + rule.lemmaEnding, changedKind));
        }
      }
    }
  }

  private void changedStems(String stem, boolean first, Consumer<String> taker) {
    respelt(stem, first, taker);
    if (stem.endsWith("gu") || stem.endsWith("qu")) {
      // "Riegue": the u is no vowel.
      otherVowel(stem.substring(0, stem.length() - 1), first, taker);
    }
    otherVowel(stem, first, taker);
  }

  private void otherVowel(String stem, boolean first, Consumer<String> taker) {
    int last = stem.length() - 1;
    while (last >= 0 && "aeiou".indexOf(stem.charAt(last)) < 0) {
      last--;
    }
    for (Change change : vowels) {
      int start = last + 1 - change.changed.length();
      if (start >= 0 && stem.startsWith(change.changed, start)) {
        String changed = stem.substring(0, start) + change.plain + stem.substring(last + 1);
        taker.accept(changed);
        respelt(changed, first, taker);
      }
    }
  }

  private void respelt(String stem, boolean first, Consumer<String> taker) {
    for (Change change : spellings) {
      // A verb in -ar is respelt before e, others before a and o: pague, but siga.
      boolean other = first ? change.changed.equals("j") : HARD.contains(change.changed);
      if (!other && stem.length() > change.changed.length() + 1 && stem.endsWith(change.changed)) {
        taker.accept(stem.substring(0, stem.length() - change.changed.length()) + change.plain);
      }
    }
  }
}
