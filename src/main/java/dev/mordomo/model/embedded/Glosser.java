package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Glosses sentences of one language into English, word by word and without grammar. */
final class Glosser {
  static double areaWeight = 0.15;
  static double contextWeight = 0.6;
  static double functionWeight = 0.6;
  static double adjectiveWeight = 0.4;

  private static final Set<String> BEFORE_NOUNS =
      Set.of(
          "o", "a", "os", "as", "um", "uma", "uns", "umas", "do", "da", "dos", "das", "no", "na",
          "nos", "nas", "ao", "à", "aos", "às", "pelo", "pela", "meu", "minha", "meus", "minhas",
          "seu", "sua", "seus", "suas", "este", "esta", "esse", "essa", "cada", "de", "em", "el",
          "la", "los", "las", "un", "una", "unos", "unas", "del", "al", "mi", "mis", "su", "sus",
          "tu", "tus", "ese", "esa", "nosso", "nossa", "nuestro", "nuestra", "qual", "quanto",
          "quantos", "cuántos", "cuántas", "com", "con", "sem", "sin");
  private static final Set<String> ARTICLES =
      Set.of(
          "o", "a", "os", "as", "um", "uma", "el", "la", "los", "las", "un", "una", "meu", "minha");
  private static final Set<String> BEFORE_VERBS =
      Set.of(
          "eu", "você", "ele", "ela", "eles", "elas", "nós", "não", "nao", "se", "me", "que",
          "quem", "yo", "tú", "usted", "él", "ella", "ellos", "ustedes", "no", "te", "nos", "lhe",
          "le", "les", "já", "ya", "como", "cómo", "onde", "dónde", "quando", "cuándo", "lo",
          "vocês", "quién", "quiénes", "qué", "e", "y", "ou", "também", "también", "nunca",
          "sempre", "siempre");

  /** A preposition with its article counts as the preposition within an expression. */
  private static final Map<String, String> CONTRACTIONS = contractions();

  private static Map<String, String> contractions() {
    Map<String, String> contractions = new HashMap<>();
    for (String word : "do da dos das dum duma del deste desta desse dessa dele dela".split(" ")) {
      contractions.put(word, "de");
    }
    for (String word : "ao à aos às al".split(" ")) {
      contractions.put(word, "a");
    }
    for (String word : "no na nos nas num numa neste nesta nesse nessa".split(" ")) {
      contractions.put(word, "em");
    }
    for (String word : "pelo pela pelos pelas".split(" ")) {
      contractions.put(word, "por");
    }
    for (String word : "pra pro pras pros".split(" ")) {
      contractions.put(word, "para");
    }
    return contractions;
  }

  private final String language;
  private final Morphology morphology;

  Glosser(String language) {
    this.language = language;
    this.morphology = new Morphology(language);
  }

  /** What stands for a run of tokens in the gloss. */
  private record Piece(int length, String english) {}

  /** The English gloss of a sentence in this language. */
  String gloss(String sentence) {
    List<Token> tokens = Token.of(sentence);
    List<List<Morphology.Analysis>> analyses = new ArrayList<>(tokens.size());
    for (Token token : tokens) {
      analyses.add(token.isWord() ? morphology.analyses(token.word()) : List.of());
    }
    Map<String, Double> areas = areas(analyses);
    StringBuilder gloss = new StringBuilder(sentence.length() + 16);
    int i = 0;
    while (i < tokens.size()) {
      Token token = tokens.get(i);
      if (!token.isWord()) {
        append(gloss, token.text(), token.isMark());
        i++;
        continue;
      }
      Piece piece = piece(tokens, analyses, i, areas);
      append(gloss, piece.english, false);
      i += piece.length;
    }
    return gloss.toString();
  }

  static Set<String> drop = Set.of();

  private static void append(StringBuilder gloss, String english, boolean clings) {
    if (!english.isEmpty() && !drop.contains(english)) {
      if (!gloss.isEmpty() && !clings) {
        gloss.append(' ');
      }
      gloss.append(english);
    }
  }

  /** How much each area of life is spoken of, by the words that have one area only. */
  private static Map<String, Double> areas(List<List<Morphology.Analysis>> analyses) {
    Map<String, Double> areas = new HashMap<>();
    for (List<Morphology.Analysis> senses : analyses) {
      senses.stream()
          .map(analysis -> analysis.sense().area())
          .filter(area -> !area.isEmpty())
          .distinct()
          .forEach(area -> areas.merge(area, 1.0 / senses.size(), Double::sum));
    }
    return areas;
  }

  private Piece piece(
      List<Token> tokens,
      List<List<Morphology.Analysis>> analyses,
      int i,
      Map<String, Double> areas) {
    Optional<Piece> phrase = phrase(tokens, analyses, i);
    if (phrase.isPresent()) {
      return phrase.get();
    }
    Token token = tokens.get(i);
    String before = i > 0 ? tokens.get(i - 1).word() : "";
    boolean afterNoun = i > 0 && noun(analyses.get(i - 1));
    boolean beforeVerb = i + 1 < tokens.size() && onlyVerb(analyses.get(i + 1));
    return new Piece(
        1,
        FunctionWords.english(language, token.word(), before, beforeVerb)
            .or(() -> best(token.word(), analyses.get(i), before, afterNoun, areas))
            .orElseGet(() -> unknown(token)));
  }

  private Optional<String> best(
      String word,
      List<Morphology.Analysis> analyses,
      String before,
      boolean afterNoun,
      Map<String, Double> areas) {
    double bestScore = Double.NEGATIVE_INFINITY;
    Optional<Morphology.Analysis> best = Optional.empty();
    for (int i = 0; i < analyses.size(); i++) {
      Morphology.Analysis analysis = analyses.get(i);
      double score =
          -analysis.cost()
              - 0.1 * i
              + context(analysis, before, afterNoun)
              + areaWeight * Math.min(3, areas.getOrDefault(analysis.sense().area(), 0.0));
      if (score > bestScore) {
        bestScore = score;
        best = Optional.of(analysis);
      }
    }
    if (best.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(form(word, best.get()));
  }

  private static final Pattern PARTICIPLE = Pattern.compile(".*[ai]d[oa]s?$");
  private static final Map<String, String> BE = be();

  private static Map<String, String> be() {
    Map<String, String> forms = new HashMap<>();
    for (String form : "é está tá es está".split(" ")) {
      forms.put(form, "is");
    }
    for (String form : "são estão tão somos estamos son están".split(" ")) {
      forms.put(form, "are");
    }
    for (String form : "sou estou tô soy estoy".split(" ")) {
      forms.put(form, "am");
    }
    for (String form :
        "era foi estava esteve tava fui estive fue estaba estuvo estuve".split(" ")) {
      forms.put(form, "was");
    }
    for (String form : "eram foram estavam estiveram eran fueron estaban estuvieron".split(" ")) {
      forms.put(form, "were");
    }
    return forms;
  }

  private String form(String word, Morphology.Analysis analysis) {
    String english = analysis.sense().english();
    if (analysis.cost() == 0 || english.isEmpty()) {
      return english;
    }
    return switch (analysis.sense().part()) {
      case NOUN -> word.endsWith("s") ? English.plural(english) : english;
      case VERB, FUNCTION -> {
        if (english.equals("be")) {
          yield BE.getOrDefault(word, english);
        }
        if (english.equals("be able to")) {
          yield "can";
        }
        if (word.endsWith("ndo")) {
          yield English.gerund(english);
        }
        boolean participle =
            analysis.cost() >= Morphology.VERB
                ? PARTICIPLE.matcher(word).matches()
                : morphology.irregularParticiple(word);
        yield participle ? English.participle(english) : english;
      }
      case ADJECTIVE, ADVERB, EXPRESSION, LEARNED -> english;
    };
  }

  private static double context(Morphology.Analysis analysis, String before, boolean afterNoun) {
    return switch (analysis.sense().part()) {
      case FUNCTION -> analysis.cost() == 0 && !ARTICLES.contains(before) ? functionWeight : 0;
      case VERB -> before.isEmpty() || BEFORE_VERBS.contains(before) ? contextWeight : 0;
      case NOUN -> BEFORE_NOUNS.contains(before) ? contextWeight : 0;
      case ADJECTIVE ->
          afterNoun ? adjectiveWeight : BEFORE_NOUNS.contains(before) ? contextWeight : 0;
      case ADVERB, EXPRESSION, LEARNED -> 0;
    };
  }

  private static boolean noun(List<Morphology.Analysis> analyses) {
    return !analyses.isEmpty() && analyses.getFirst().sense().part() == Part.NOUN;
  }

  private static boolean onlyVerb(List<Morphology.Analysis> analyses) {
    return !analyses.isEmpty()
        && analyses.stream()
            .allMatch(analysis ->
                analysis.sense().part() == Part.VERB
                    || (analysis.sense().part() == Part.FUNCTION && analysis.cost() > 0));
  }

  private Optional<Piece> phrase(
      List<Token> tokens, List<List<Morphology.Analysis>> analyses, int i) {
    Optional<Piece> longest = Optional.empty();
    for (String first : firsts(tokens.get(i), analyses.get(i))) {
      for (Lexicon.Phrase phrase : morphology.lexicon().phrases(first)) {
        int length = phrase.words().size();
        if (length > longest.map(Piece::length).orElse(1) && matches(phrase, tokens, analyses, i)) {
          longest = Optional.of(new Piece(length, phrase.sense().english()));
        }
      }
    }
    return longest;
  }

  /** What an expression that begins at a token may begin with, without accents. */
  private static List<String> firsts(Token token, List<Morphology.Analysis> analyses) {
    List<String> firsts = new ArrayList<>(analyses.size() + 1);
    firsts.add(Letters.fold(token.word()));
    String preposition = CONTRACTIONS.get(token.word());
    if (preposition != null) {
      firsts.add(preposition);
    }
    for (Morphology.Analysis analysis : analyses) {
      String lemma = Letters.fold(analysis.sense().lemma());
      if (inflected(analysis) && !firsts.contains(lemma)) {
        firsts.add(lemma);
      }
    }
    return firsts;
  }

  private static boolean inflected(Morphology.Analysis analysis) {
    return analysis.cost() != 0
        && (analysis.sense().part() != Part.FUNCTION || analysis.cost() != Morphology.UNACCENTED);
  }

  private static boolean matches(
      Lexicon.Phrase phrase,
      List<Token> tokens,
      List<List<Morphology.Analysis>> analyses,
      int start) {
    if (start + phrase.words().size() > tokens.size()) {
      return false;
    }
    for (int i = 0; i < phrase.words().size(); i++) {
      if (!matches(phrase.words().get(i), i == 0, tokens.get(start + i), analyses.get(start + i))) {
        return false;
      }
    }
    return true;
  }

  /** The very word, or the word without its accents, or a form of it. */
  private static boolean matches(
      String lemma, boolean first, Token token, List<Morphology.Analysis> analyses) {
    String word = token.word();
    if (word.equals(lemma) || lemma.equals(CONTRACTIONS.get(word))) {
      return true;
    }
    if (word.equals(Letters.fold(lemma))) {
      return analyses.stream().noneMatch(analysis -> analysis.cost() == 0);
    }
    for (Morphology.Analysis analysis : analyses) {
      if (inflected(analysis)
          && (first || analysis.sense().part() != Part.VERB)
          && analysis.sense().lemma().equals(lemma)) {
        return true;
      }
    }
    return false;
  }

  private String unknown(Token token) {
    for (Clitics.Split split : Clitics.splits(language, token.word())) {
      for (Morphology.Analysis analysis : morphology.analyses(split.verb())) {
        if (analysis.sense().part() == Part.VERB || analysis.sense().part() == Part.FUNCTION) {
          return String.join(" ", analysis.sense().english(), String.join(" ", split.pronouns()))
              .strip();
        }
      }
    }
    if (token.word().indexOf('-') > 1) {
      StringBuilder parts = new StringBuilder();
      for (String part : token.word().split("-")) {
        append(
            parts, best(part, morphology.analyses(part), "", false, Map.of()).orElse(part), false);
      }
      return parts.toString();
    }
    return token.text();
  }
}
