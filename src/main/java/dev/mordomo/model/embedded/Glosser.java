package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Glosses sentences of one language into English, word by word and without grammar. */
final class Glosser {
  private static final Pattern QUESTION =
      Pattern.compile(
          "(since |until |at |in |from |within |every )?(how|what|when|where|why|which|who)\\b");

  private static final String PRONOUN = "lo";
  private static final String IS_IT = "is it ";
  private static final String DO = "do ";
  private static final String DO_I = DO + "I ";
  private static final Pattern OWN = Pattern.compile(".+(me|te|se|nos|os)");
  private static final Pattern INFINITIVE = Pattern.compile(".*[aeiôí]r");

  private final String language;
  private final boolean portuguese;
  private final Morphology morphology;
  private final Neighbours neighbours;
  private final Expressions expressions;
  private final SenseChoice choice;
  private final FunctionWords functionWords;
  private final Inflection inflection;
  private final Meanings meanings;

  /** Loads the lexicon of a language while the meanings may still be loading. */
  Glosser(String language, CompletableFuture<Meanings> meanings) {
    this.language = language;
    this.portuguese = language.equals("pt");
    this.morphology = new Morphology(language);
    this.neighbours = Neighbours.load(language);
    this.expressions = new Expressions(morphology.lexicon(), neighbours);
    this.choice = new SenseChoice(neighbours);
    this.functionWords = new FunctionWords(language, neighbours);
    this.inflection = new Inflection(morphology, neighbours);
    this.meanings = meanings.join();
  }

  /** The English gloss of a sentence in this language. */
  String gloss(String text) {
    List<Reading> sentence = new ArrayList<>();
    boolean mixedCase = text.chars().anyMatch(Character::isLowerCase);
    for (Token token : Token.of(text)) {
      List<Morphology.Analysis> analyses = token.isWord() ? analyses(token, mixedCase) : List.of();
      sentence.add(new Reading(token, analyses, carriers(token, analyses)));
    }
    List<Unit> units = units(sentence);
    Topic topic = new Topic(meanings);
    for (Unit unit : units) {
      if (unit.expression == null) {
        Reading reading = sentence.get(unit.start);
        topic.add(reading.analyses());
        if (reading.analyses().isEmpty()) {
          // An English word among ours: backup, router.
          topic.add(reading.word());
        }
      } else {
        topic.add(unit.expression.english());
      }
    }
    Whole whole = new Whole(sentence, text.indexOf('?') >= 0, SenseChoice.areas(sentence), topic);
    boolean asked = false;
    List<Piece> pieces = new ArrayList<>(units.size());
    for (Unit unit : units) {
      Token token = sentence.get(unit.start).token();
      if (unit.expression != null) {
        String english = stated(unit.expression.english(), whole.question(), begins(pieces));
        Part part = unit.expression.part();
        String bare = Expressions.bare(sentence.get(unit.start));
        String word = bare.isEmpty() ? token.word() : bare;
        boolean infinitive = INFINITIVE.matcher(word).matches();
        Optional<Morphology.Analysis> participle = participle(sentence.get(unit.start), unit);
        if (participle.isPresent()) {
          String past = token.word().endsWith("ndo") ? English.gerund(english) : "";
          pieces.add(
              new Piece(
                  token.word(),
                  past.isEmpty() ? English.participle(english) : past,
                  Part.EXPRESSION,
                  false,
                  false));
          asked = false;
          continue;
        }
        boolean verbal = part == Part.VERB || part == Part.EXPRESSION || part == Part.FUNCTION;
        VerbForm form =
            verbal && sentence.get(unit.start).carriers().isEmpty()
                ? VerbForm.of(portuguese, word, unit.expression.lemma())
                : VerbForm.BASE;
        // "Cartones de leche": its first word is in the plural.
        boolean many =
            part == Part.NOUN
                && token.word().endsWith("s")
                && !unit.expression.lemma().endsWith("s");
        pieces.add(
            new Piece(
                token.word(),
                many ? English.plural(english) : english,
                part,
                infinitive,
                false,
                form,
                unit.expression.lemma().endsWith("se")));
        // "Qué pasa si": the question is over, and a clause begins.
        Token last = sentence.get(unit.start + unit.expression.length() - 1).token();
        asked = QUESTION.matcher(english).lookingAt() && !neighbours.surelyBeforeVerb(last.word());
      } else {
        boolean noun =
            unit.start > 0
                && (afterNoun(sentence, unit.start, pieces.getLast()) || afterQuality(pieces));
        pieces.add(
            token.isWord()
                ? word(whole, unit.start, asked, noun)
                : new Piece("", token.text(), Part.EXPRESSION, false, token.isMark()));
        asked = false;
      }
    }
    StringBuilder gloss = new StringBuilder(text.length() + 16);
    List<Piece> ordered = WordOrder.english(pieces);
    for (int i = 0; i < ordered.size(); i++) {
      Piece piece = ordered.get(i);
      boolean an =
          piece.is("a") && i + 1 < ordered.size() && English.vowel(ordered.get(i + 1).english());
      append(gloss, an ? "an" : piece.english(), piece.mark());
    }
    return gloss.toString();
  }

  /**
   * What a word may mean; by its looks, when the core does not know it. "VO" among small letters is
   * no "vó".
   */
  private List<Morphology.Analysis> analyses(Token token, boolean mixedCase) {
    List<Morphology.Analysis> analyses = morphology.analyses(token.word());
    if (!token.isName()
        && analyses.stream()
            .allMatch(a -> a.sense().learned() || (a.cost() >= Morphology.DERIVED))) {
      if (carriesPronouns(token.word())) {
        return List.of();
      }
      Optional<Sense> cognate = Cognates.of(token.word());
      if (cognate.isPresent()) {
        return List.of(new Morphology.Analysis(cognate.get(), 0));
      }
      if (analyses.isEmpty()) {
        return Cognates.byRule(token.word()).stream()
            .map(sense -> new Morphology.Analysis(sense, 0))
            .toList();
      }
    }
    return mixedCase && token.isAcronym()
        ? analyses.stream().filter(analysis -> analysis.cost() == 0).toList()
        : analyses;
  }

  /** The verbs of which a word that is nothing else may be a command with its pronoun. */
  private List<String> carriers(Token token, List<Morphology.Analysis> analyses) {
    if (portuguese || !token.isWord() || token.isName() || !analyses.isEmpty()) {
      return List.of();
    }
    return Clitics.splits(language, token.word()).stream()
        .filter(split -> !split.verb().endsWith("r") && !split.verb().endsWith("ndo"))
        .flatMap(split -> morphology.analyses(split.verb()).stream())
        .filter(analysis -> analysis.sense().part() == Part.VERB)
        .map(analysis -> Letters.fold(analysis.sense().lemma()))
        .distinct()
        .toList();
  }

  /** Whether a word is a verb that the core knows, with pronouns: "defenderse", "asegúrate". */
  private boolean carriesPronouns(String word) {
    return Clitics.splits(language, word).stream()
        .flatMap(split -> morphology.analyses(split.verb()).stream())
        .anyMatch(a -> a.sense().part() == Part.VERB && a.cost() < Morphology.DERIVED);
  }

  /** How the first word of an expression is a participle or a gerund of its verb, if it is. */
  private Optional<Morphology.Analysis> participle(Reading first, Unit unit) {
    if (unit.expression == null || unit.expression.part() != Part.VERB) {
      return Optional.empty();
    }
    String verb = unit.expression.lemma().replaceFirst("(?<=r)-?se$", "");
    return first.analyses().stream()
        .filter(analysis -> analysis.cost() != 0 && analysis.sense().lemma().equals(verb))
        .filter(analysis ->
            first.word().endsWith("ndo") || inflection.participle(first.word(), analysis))
        .findFirst();
  }

  private static boolean begins(List<Piece> pieces) {
    return pieces.isEmpty() || pieces.getLast().mark();
  }

  /**
   * "Tengo que", "se permite": "do I have to" and "is it allowed" only where something is asked.
   */
  private static String stated(String english, boolean question, boolean begins) {
    if (question) {
      return english;
    }
    return english.startsWith(DO_I)
        ? english.substring(DO.length())
        : begins && english.startsWith(IS_IT)
            ? "it is " + english.substring(IS_IT.length())
            : english;
  }

  /** Whether the word before is a noun, or ends an expression as a noun. */
  private static boolean afterNoun(List<Reading> sentence, int i, Piece before) {
    Reading reading = sentence.get(i - 1);
    boolean compound =
        before.part() != Part.FUNCTION
            && before.part() != Part.VERB
            && !before.source().equals(reading.word());
    return before.noun() || (compound && reading.noun());
  }

  /** Whether the last word is an adjective behind its noun: "las cuotas fijas". */
  private static boolean afterQuality(List<Piece> pieces) {
    int last = pieces.size() - 1;
    return last > 0 && pieces.get(last).part() == Part.ADJECTIVE && pieces.get(last - 1).noun();
  }

  /** What a word's English may depend on. */
  private record Whole(
      List<Reading> readings, boolean question, Map<String, Double> areas, Topic topic) {}

  /** A word of a sentence, or an expression that begins there. */
  private record Unit(int start, Expressions.@Nullable Match expression) {}

  private List<Unit> units(List<Reading> sentence) {
    List<Unit> units = new ArrayList<>(sentence.size());
    int i = 0;
    while (i < sentence.size()) {
      Optional<Expressions.Match> expression =
          sentence.get(i).token().isWord() ? expressions.longest(sentence, i) : Optional.empty();
      units.add(new Unit(i, expression.orElse(null)));
      i += expression.map(Expressions.Match::length).orElse(1);
    }
    return units;
  }

  /** The share of a text's words that the core knows; 0 for less than two words. */
  double knownShare(String text) {
    int words = 0;
    int known = 0;
    for (Token token : Token.of(text)) {
      if (token.isWord()) {
        words++;
        known += morphology.knows(token.word()) ? 1 : 0;
      }
    }
    return words < 2 ? 0 : known / (double) words;
  }

  private static void append(StringBuilder gloss, String english, boolean clings) {
    if (!english.isEmpty()) {
      if (!gloss.isEmpty() && !clings) {
        gloss.append(' ');
      }
      gloss.append(english);
    }
  }

  /**
   * The English of one word.
   *
   * @param asked whether a question such as "how long" precedes it
   * @param noun whether a noun precedes it
   */
  private Piece word(Whole whole, int i, boolean asked, boolean noun) {
    List<Reading> sentence = whole.readings();
    Reading reading = sentence.get(i);
    String word = reading.word();
    String before = i > 0 && !asked ? sentence.get(i - 1).before() : "";
    if (i > 1 && functionWords.pronoun(before, sentence.get(i - 2).before(), word)) {
      before = PRONOUN;
    }
    if (besideName(sentence, i)) {
      return new Piece(word, reading.token().text(), Part.EXPRESSION, false, false);
    }
    boolean afterNoun = noun && !asked;
    String after = i + 1 < sentence.size() ? sentence.get(i + 1).word() : "";
    String afterNext = i + 2 < sentence.size() ? sentence.get(i + 2).word() : "";
    boolean beforeVerb = i + 1 < sentence.size() && sentence.get(i + 1).onlyVerb();
    boolean start = reading.token().start();
    Optional<String> small =
        functionWords.english(word, before, after, afterNext, beforeVerb, start, whole.question());
    if (small.isPresent()) {
      return new Piece(word, small.get(), Part.FUNCTION, false, false);
    }
    boolean beforeNoun =
        i + 1 < sentence.size()
            && sentence.get(i + 1).onlyNoun()
            && (portuguese || Letters.agree(word, after));
    boolean quality = afterNoun && (portuguese || Letters.agree(before, word));
    SenseChoice.Place place =
        new SenseChoice.Place(word, before, afterNoun, quality, after, beforeNoun);
    return choice
        .best(reading.analyses(), place, whole.areas(), whole.topic())
        .map(analysis -> piece(word, analysis))
        .orElseGet(() -> unknown(sentence, i));
  }

  private Piece piece(String word, Morphology.Analysis analysis) {
    boolean infinitive =
        Morphology.verbal(analysis.sense())
            && INFINITIVE.matcher(word).matches()
            && Letters.fold(word).equals(Letters.fold(analysis.sense().lemma()));
    String english = inflection.english(word, analysis);
    Part part = analysis.sense().part();
    VerbForm form =
        Morphology.verbal(analysis.sense())
            ? VerbForm.of(portuguese, word, analysis.sense().lemma())
            : VerbForm.BASE;
    if (part == Part.VERB
        && (!english.equals(analysis.sense().english()) || inflection.participle(word, analysis))) {
      // A participle or gerund: neither takes a pronoun nor another verb.
      part = Part.EXPRESSION;
      form = VerbForm.BASE;
    }
    return new Piece(word, english, part, infinitive, false, form, analysis.sense().reflexive());
  }

  /** Whether a capitalised word stands beside one that is no word: João Pereira. */
  private static boolean besideName(List<Reading> sentence, int i) {
    return sentence.get(i).token().isName()
        && ((i > 0 && sentence.get(i - 1).unknownName())
            || (i + 1 < sentence.size() && sentence.get(i + 1).unknownName()));
  }

  /** A verb under its pronouns, the parts of a compound, or else the word as it stands. */
  private Piece unknown(List<Reading> sentence, int i) {
    Token token = sentence.get(i).token();
    for (Clitics.Split split : Clitics.splits(language, token.word())) {
      for (Morphology.Analysis analysis : verbs(split.verb(), token.word())) {
        if (Morphology.verbal(analysis.sense())) {
          boolean infinitive = INFINITIVE.matcher(split.verb()).matches();
          List<String> pronouns = infinitive && own(sentence, i) ? List.of() : split.pronouns();
          String english =
              String.join(" ", analysis.sense().english(), String.join(" ", pronouns)).strip();
          return new Piece(token.word(), english, Part.VERB, infinitive, false);
        }
      }
    }
    return new Piece(token.word(), compound(token), Part.LEARNED, false, false);
  }

  /** The senses of a verb under its pronouns, those first that go with them. */
  private List<Morphology.Analysis> verbs(String verb, String whole) {
    boolean own = OWN.matcher(whole).matches();
    List<Morphology.Analysis> verbs = new ArrayList<>(morphology.analyses(verb));
    verbs.sort(Comparator.comparing(analysis -> analysis.sense().reflexive() != own));
    if (!portuguese && whole.endsWith("se")) {
      // "Siéntese": of "sentar", whose command it is, and not of "sentir".
      verbs.sort(
          Comparator.comparing(analysis -> !VerbForm.command(verb, analysis.sense().lemma())));
    }
    return verbs;
  }

  /** Whether who does it does it to himself: "quiero quedarme", "podemos irnos". */
  private static boolean own(List<Reading> sentence, int i) {
    String word = sentence.get(i).word();
    for (int k = Math.max(0, i - 3); k < i; k++) {
      String before = sentence.get(k).word();
      boolean same =
          word.endsWith("me")
              ? before.matches("(pued|quier|teng|necesit|deb|prefier|suel)o|voy|podría|quisiera")
              : word.endsWith("nos")
                  ? before.endsWith("mos")
                  : word.endsWith("te") && before.matches("(puede|quiere|tiene|debe)s|vas");
      if (same) {
        return true;
      }
    }
    return false;
  }

  private String compound(Token token) {
    if (token.word().indexOf('-') > 1) {
      StringBuilder parts = new StringBuilder();
      for (String part : token.word().split("-")) {
        List<Morphology.Analysis> analyses = morphology.analyses(part);
        Topic topic = new Topic(meanings);
        topic.add(analyses);
        Optional<Morphology.Analysis> analysis =
            choice.best(analyses, SenseChoice.Place.alone(part), Map.of(), topic);
        append(parts, analysis.map(a -> inflection.english(part, a)).orElse(part), false);
      }
      return parts.toString();
    }
    return token.text();
  }
}
