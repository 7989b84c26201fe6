package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the expressions of several words in a sentence, inflected or without their accents. */
final class Expressions {
  /** Words that differ by their accent alone from others, and are often typed without it. */
  private static final Set<String> ASKING =
      Set.of("qué", "cómo", "cuándo", "cuánto", "cuánta", "cuántos", "cuántas", "dónde", "cuál");

  private final Lexicon lexicon;
  private final Neighbours neighbours;

  Expressions(Lexicon lexicon, Neighbours neighbours) {
    this.lexicon = lexicon;
    this.neighbours = neighbours;
  }

  /** An expression in a sentence, and how many of its tokens it takes up. */
  record Match(int length, String english, Part part, String lemma) {}

  private static final int MOST_SKIPPED = 2;

  /** Between a pronoun and the verb that it belongs to: me (tengo que) quedar. */
  private static final Pattern LINK =
      Pattern.compile(
          "he|has|ha|hemos|han|hab[ií]a[ns]?|haya[ns]?|quier[oe]n?s?|queremos|pued[oe]n?s?|podemos"
              + "|podr[ií]a[ns]?|voy|vas?|vamos|van|teng[oa]n?|tienes?|tienen|tenemos|deb[oe]n?s?"
              + "|debemos|suel[oe]n?s?|acab[oa]n?s?|acabó|a|de|que|vou|vai|vão|posso|pode|podemos"
              + "|podem|quero|quer|tenho|tem|temos|preciso|precisa|precisamos|devo|deve");

  private static final int LINKS = 3;

  /** "Pagar en las líneas urbanas" is not "pagar en línea". */
  private static final Set<String> IN = Set.of("en", "em");

  /** "E se": within a sentence it is "and if", or "and" and a reflexive verb. */
  private static final String WHAT_IF = "what ";

  /** "Si no": before a mark, but "si no funciona" is "if it does not work". */
  private static final String OTHERWISE = "otherwise";

  private static final Set<String> DATIVE = Set.of("me", "te", "le", "nos", "les", "lhe");
  private static final Set<String> AND = Set.of("e", "y");
  private static final Pattern REFLEXIVE = Pattern.compile("(?<=r)-?se$");

  private static final Pattern VERB = Pattern.compile(".*[aeiô]r");
  private static final Pattern INFINITIVE =
      Pattern.compile(".*([aeiôí]r|[aeiáéí]r(se|me|te|lo|la|los|las|nos|le|les|-.+))");

  /** An infinitive that carries a pronoun: darme (de baja), inscrever-me. */
  private static final Pattern CARRIES =
      Pattern.compile("(.+[aei]r)-?(me|te|se|nos|os|lhes?|les?|l[oa]s?)");

  /** An auxiliary with one of these is followed by a verb: voltar a, dejar de. */
  private static final Set<String> INFINITIVE_AFTER = Set.of("a", "de", "que", "por", "para");

  /** The longest expression that begins at a place of a sentence. */
  Optional<Match> longest(List<Reading> sentence, int start) {
    Optional<Match> longest = Optional.empty();
    for (String first : firstWords(sentence, start)) {
      for (Lexicon.Phrase phrase : lexicon.phrases(first)) {
        if (phrase.sense().part() == Part.VERB && noun(sentence, start)) {
          continue;
        }
        if (phrase.sense().english().startsWith(WHAT_IF)
            && AND.contains(first)
            && !sentence.get(start).token().start()) {
          continue;
        }
        int length = length(phrase, sentence, start);
        if (phrase.sense().english().equals(OTHERWISE) && wordFollows(sentence, start + length)) {
          continue;
        }
        if (length > 0
            && phrase.sense().part() == Part.FUNCTION
            && INFINITIVE_AFTER.contains(phrase.words().getLast())
            && VERB.matcher(phrase.words().getFirst()).matches()
            && !infinitive(sentence, start + length)) {
          continue;
        }
        if (length > longest.map(Match::length).orElse(1)
            && !beginsLonger(sentence, start + length - 1, length)) {
          longest =
              Optional.of(
                  new Match(
                      length,
                      phrase.sense().english(),
                      phrase.sense().part(),
                      phrase.words().getFirst()));
        }
      }
    }
    return longest;
  }

  private static boolean wordFollows(List<Reading> sentence, int i) {
    return i < sentence.size() && sentence.get(i).token().isWord();
  }

  /** Whether the last word of an expression begins another as long: estou com (dor de dente). */
  private boolean beginsLonger(List<Reading> sentence, int last, int length) {
    String word = sentence.get(last).word();
    for (Lexicon.Phrase phrase : lexicon.phrases(Letters.fold(word))) {
      if (phrase.words().size() >= length
          && phrase.words().size() > 2 - (phrase.words().getFirst().length() > 2 ? 0 : 1)
          && length(phrase, sentence, last) >= length) {
        return true;
      }
    }
    return false;
  }

  private static boolean infinitive(List<Reading> sentence, int i) {
    return i < sentence.size() && INFINITIVE.matcher(sentence.get(i).word()).matches();
  }

  /** Whether a word that may be a noun stands after an article: as mudas de árvores. */
  private boolean noun(List<Reading> sentence, int i) {
    return i > 0
        && neighbours.determiner(sentence.get(i - 1).word())
        && sentence.get(i).analyses().stream().anyMatch(a -> a.sense().part() == Part.NOUN);
  }

  /** What an expression that begins with this word may begin with, without accents. */
  private static List<String> firstWords(List<Reading> sentence, int start) {
    Reading reading = sentence.get(start);
    List<String> words = new ArrayList<>(reading.analyses().size() + 1);
    if (ownPronoun(sentence, start)) {
      for (Morphology.Analysis analysis : reading.analyses()) {
        String lemma = Letters.fold(analysis.sense().lemma());
        if (Morphology.verbal(analysis.sense()) && !words.contains(lemma + "se")) {
          words.add(lemma + "se");
          words.add(lemma + "-se");
        }
      }
    }
    words.add(Letters.fold(reading.word()));
    String bare = bare(reading);
    if (!bare.isEmpty()) {
      words.add(bare);
      words.add(bare + "se");
      words.add(bare + "-se");
    }
    for (String verb : reading.carriers()) {
      words.add(verb + "se");
      words.add(verb);
    }
    boolean small =
        reading.analyses().stream()
            .anyMatch(a -> a.cost() == 0 && a.sense().part() == Part.FUNCTION);
    for (Morphology.Analysis analysis : reading.analyses()) {
      String lemma = Letters.fold(analysis.sense().lemma());
      boolean farFetched = small && analysis.cost() >= Morphology.VERB + Morphology.SUBJUNCTIVE;
      if (!farFetched && inflected(analysis) && !words.contains(lemma)) {
        words.add(lemma);
      }
    }
    return words;
  }

  /** The infinitive that carries a pronoun, without accents; "" when the word is none. */
  static String bare(Reading reading) {
    if (!reading.analyses().isEmpty()) {
      return "";
    }
    Matcher carries = CARRIES.matcher(Letters.fold(reading.word()));
    return carries.matches() ? carries.group(1) : "";
  }

  /** Whether who does it does it to himself: me quedo, se ha quedado, nos vamos a quedar. */
  private static boolean ownPronoun(List<Reading> sentence, int start) {
    for (int i = start - 1; i >= 0 && i >= start - 1 - LINKS; i--) {
      String word = sentence.get(i).word();
      if (SenseChoice.own(word, sentence.get(i + 1).word())) {
        return true;
      }
      // "Se me quedó": it is not to me that it belongs.
      if (!LINK.matcher(word).matches() && !DATIVE.contains(word)) {
        return false;
      }
    }
    return false;
  }

  private static boolean inflected(Morphology.Analysis analysis) {
    return analysis.cost() != 0
        && (analysis.sense().part() != Part.FUNCTION || analysis.cost() != Morphology.UNACCENTED);
  }

  /**
   * How many tokens an expression takes up from a place on, 0 when it is not there. After a verb,
   * an article, a possessive or a quantity may stand where the expression has none: marcar (uma)
   * consulta, sacar (más) dinero.
   */
  private int length(Lexicon.Phrase phrase, List<Reading> sentence, int start) {
    boolean verb = phrase.sense().part() == Part.VERB;
    int at = start;
    int skipped = 0;
    for (int i = 0; i < phrase.words().size(); i++) {
      while (at < sentence.size() && !matches(phrase.words().get(i), i == 0, sentence.get(at))) {
        if (i == 0
            || !verb
            || skipped == MOST_SKIPPED
            || IN.contains(phrase.words().get(i - 1))
            || !neighbours.skippable(sentence.get(at).word())) {
          return 0;
        }
        skipped++;
        at++;
      }
      if (at == sentence.size()) {
        return 0;
      }
      at++;
    }
    return at - start;
  }

  /**
   * The very word; or a contraction of it with an article; or the word without its accents, if that
   * is no word by itself; or a form of it, of a verb only in the first place.
   */
  private boolean matches(String lemma, boolean first, Reading reading) {
    String word = reading.word();
    if (word.equals(lemma) || (!first && lemma.equals(neighbours.contracted(word)))) {
      return true;
    }
    String bare = first ? bare(reading) : "";
    if (!bare.isEmpty() && bare.equals(REFLEXIVE.matcher(Letters.fold(lemma)).replaceFirst(""))) {
      return true;
    }
    if (first
        && reading.carriers().contains(REFLEXIVE.matcher(Letters.fold(lemma)).replaceFirst(""))) {
      return true;
    }
    if (word.equals(Letters.fold(lemma))) {
      // "La casa que hago": within a sentence it does not ask.
      return (ASKING.contains(lemma) && (!first || !lemma.equals("qué") || reading.token().start()))
          || reading.analyses().stream().noneMatch(analysis -> analysis.cost() == 0);
    }
    String reflexive = first ? REFLEXIVE.matcher(lemma).replaceFirst("") : lemma;
    for (Morphology.Analysis analysis : reading.analyses()) {
      if (reflexive.length() < lemma.length()
          && Morphology.verbal(analysis.sense())
          && analysis.sense().lemma().equals(reflexive)) {
        return true;
      }
      if (inflected(analysis)
          && (first || analysis.sense().part() != Part.VERB)
          && analysis.sense().lemma().equals(lemma)) {
        return true;
      }
    }
    return false;
  }
}
