package dev.mordomo.model.embedded;

import java.util.Set;
import java.util.regex.Pattern;

/** Puts the English of a sense in the form that a word of ours has. */
final class Inflection {
  private static final Pattern DEED =
      Pattern.compile(".*(ção|ções|ción|ciones|mentos?|mientos?|agens?|ajes?|ncias?)");
  private static final Pattern PARTICIPLE_ENDING = Pattern.compile("[ai]d[oa]s?");
  private static final Pattern PARTICIPLE =
      Pattern.compile(".*([ai]d|uest|uelt|crit|iert|rot)[oa]s?");

  /** "Entiendo": I understand. */
  private static final Set<String> STRONG =
      Set.of(
          "entiendo",
          "atiendo",
          "extiendo",
          "defiendo",
          "enciendo",
          "tiendo",
          "desciendo",
          "asciendo",
          "desatiendo");

  private final Morphology morphology;
  private final Neighbours neighbours;

  Inflection(Morphology morphology, Neighbours neighbours) {
    this.morphology = morphology;
    this.neighbours = neighbours;
  }

  /** A sense's English in the form that the word asks for: plural, participle, form of "to be". */
  String english(String word, Morphology.Analysis analysis) {
    String english = analysis.sense().english();
    if (analysis.cost() == 0 || english.isEmpty()) {
      return english;
    }
    if (analysis.cost() == Morphology.DERIVED && analysis.sense().part() == Part.VERB) {
      return DEED.matcher(word).matches() ? English.gerund(english) : english;
    }
    return switch (analysis.sense().part()) {
      case NOUN -> word.endsWith("s") ? English.plural(english) : english;
      case VERB, FUNCTION -> verbForm(word, analysis);
      case ADJECTIVE, ADVERB, EXPRESSION, LEARNED -> english;
    };
  }

  private String verbForm(String word, Morphology.Analysis analysis) {
    String english = analysis.sense().english();
    if (english.equals("be")) {
      return neighbours.be(word);
    }
    if (english.equals("be able to")) {
      return "can";
    }
    if (word.endsWith("ndo") && !firstPerson(word, analysis.sense().lemma())) {
      return English.gerund(english);
    }
    return participle(word, analysis) ? English.participle(english) : english;
  }

  /** "Vendo", of "vender": I sell. */
  private static boolean firstPerson(String word, String lemma) {
    if (STRONG.contains(word)) {
      return true;
    }
    return lemma.length() > 4
        && Letters.fold(word)
            .equals(Letters.fold(lemma.substring(0, lemma.length() - 2)).concat("o"));
  }

  /** Whether a form of a verb is its participle. */
  boolean participle(String word, Morphology.Analysis analysis) {
    return analysis.cost() >= Morphology.VERB
        ? regularParticiple(word, analysis.sense().lemma())
        : morphology.irregularParticiple(word);
  }

  /** Whether a word has the ending of a participle, as many nouns and adjectives have too. */
  static boolean looksLikeParticiple(String word) {
    return PARTICIPLE.matcher(Letters.fold(word)).matches();
  }

  private static boolean regularParticiple(String word, String lemma) {
    String folded = Letters.fold(word);
    String stem = Letters.fold(lemma.substring(0, Math.max(0, lemma.length() - 2)));
    // "Añada" is no participle: what follows the stem is its ending.
    return folded.startsWith(stem)
        && PARTICIPLE_ENDING.matcher(folded.substring(stem.length())).matches();
  }
}
