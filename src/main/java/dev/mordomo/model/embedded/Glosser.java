package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Glosses sentences of one language into English, word by word and without grammar. */
final class Glosser {
  private static final Pattern QUESTION =
      Pattern.compile("(since |until |at |in )?(how|what|when|where|why|which|who)\\b");
  private static final Pattern PARTICIPLE = Pattern.compile(".*[ai]d[oa]s?");

  private final String language;
  private final Morphology morphology;
  private final Neighbours neighbours;
  private final Expressions expressions;
  private final SenseChoice choice;
  private final FunctionWords functionWords;

  Glosser(String language) {
    this.language = language;
    this.morphology = new Morphology(language);
    this.neighbours = Neighbours.load(language);
    this.expressions = new Expressions(morphology.lexicon(), neighbours);
    this.choice = new SenseChoice(neighbours);
    this.functionWords = new FunctionWords(language, neighbours);
  }

  /** The English gloss of a sentence in this language. */
  String gloss(String text) {
    List<Reading> sentence = new ArrayList<>();
    for (Token token : Token.of(text)) {
      sentence.add(
          new Reading(token, token.isWord() ? morphology.analyses(token.word()) : List.of()));
    }
    Map<String, Double> areas = SenseChoice.areas(sentence);
    boolean asked = false;
    StringBuilder gloss = new StringBuilder(text.length() + 16);
    int i = 0;
    while (i < sentence.size()) {
      Token token = sentence.get(i).token();
      Optional<Expressions.Match> expression =
          token.isWord() ? expressions.longest(sentence, i) : Optional.empty();
      if (expression.isPresent()) {
        append(gloss, expression.get().english(), false);
        asked = QUESTION.matcher(expression.get().english()).lookingAt();
        i += expression.get().length();
      } else {
        append(
            gloss, token.isWord() ? word(sentence, i, asked, areas) : token.text(), token.isMark());
        asked = false;
        i++;
      }
    }
    return gloss.toString();
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

  /** The English of one word; {@code asked} says that a question such as "how long" precedes it. */
  private String word(List<Reading> sentence, int i, boolean asked, Map<String, Double> areas) {
    Reading reading = sentence.get(i);
    String before = i > 0 && !asked ? sentence.get(i - 1).word() : "";
    if (besideName(sentence, i)) {
      return reading.token().text();
    }
    boolean afterNoun = i > 0 && !asked && sentence.get(i - 1).noun();
    String after = i + 1 < sentence.size() ? sentence.get(i + 1).word() : "";
    boolean beforeVerb = i + 1 < sentence.size() && sentence.get(i + 1).onlyVerb();
    return functionWords
        .english(reading.word(), before, after, beforeVerb)
        .or(() ->
            choice
                .best(reading.analyses(), before, afterNoun, after, areas)
                .map(analysis -> form(reading.word(), analysis)))
        .orElseGet(() -> unknown(reading.token()));
  }

  /** Whether a capitalised word stands beside one that is no word: João Pereira. */
  private static boolean besideName(List<Reading> sentence, int i) {
    return sentence.get(i).token().isName()
        && ((i > 0 && sentence.get(i - 1).unknownName())
            || (i + 1 < sentence.size() && sentence.get(i + 1).unknownName()));
  }

  /** A sense's English in the form that the word asks for: plural, participle, form of "to be". */
  private String form(String word, Morphology.Analysis analysis) {
    String english = analysis.sense().english();
    if (analysis.cost() == 0 || english.isEmpty()) {
      return english;
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
    if (word.endsWith("ndo")) {
      return English.gerund(english);
    }
    boolean participle =
        analysis.cost() >= Morphology.VERB
            ? regularParticiple(word, analysis.sense().lemma())
            : morphology.irregularParticiple(word);
    return participle ? English.participle(english) : english;
  }

  private static boolean regularParticiple(String word, String lemma) {
    return PARTICIPLE.matcher(word).matches()
        && word.startsWith(lemma.substring(0, Math.max(0, lemma.length() - 2)));
  }

  /** A verb under its pronouns, the parts of a compound, or else the word as it stands. */
  private String unknown(Token token) {
    for (Clitics.Split split : Clitics.splits(language, token.word())) {
      for (Morphology.Analysis analysis : morphology.analyses(split.verb())) {
        if (Morphology.verbal(analysis.sense())) {
          return String.join(" ", analysis.sense().english(), String.join(" ", split.pronouns()))
              .strip();
        }
      }
    }
    if (token.word().indexOf('-') > 1) {
      StringBuilder parts = new StringBuilder();
      for (String part : token.word().split("-")) {
        Optional<Morphology.Analysis> analysis =
            choice.best(morphology.analyses(part), "", false, "", Map.of());
        append(parts, analysis.map(a -> form(part, a)).orElse(part), false);
      }
      return parts.toString();
    }
    return token.text();
  }
}
