package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What kind of thing a question asks for; the more particular kinds come first. */
enum QuestionKind {
  EMAIL,
  PHONE,
  FREQUENCY,
  DURATION,
  COMMAND,
  MONEY,
  CLOCK,
  LIST,
  COUNT,
  PLACE,
  PERSON,
  PROCEDURE,
  REASON,
  OTHER;

  /** The kind that the words of a question tell. */
  static QuestionKind of(String question, Vocabulary vocabulary) {
    Words words = Words.of(question);
    Set<QuestionKind> kinds = EnumSet.noneOf(QuestionKind.class);
    int at = 0;
    while (at < words.size()) {
      Optional<Vocabulary.Match> asked = vocabulary.match("asks", words, at);
      QuestionKind kind = asked.map(match -> QuestionKind.valueOf(match.value())).orElse(OTHER);
      boolean several = asksForSeveral(words, vocabulary, at);
      if (asked.isPresent() && (kinds.isEmpty() || kind == LIST)) {
        kinds.add(kind);
      }
      if (several && asked.isEmpty() && kinds.isEmpty()) {
        kinds.add(LIST);
      }
      at = asked.map(Vocabulary.Match::end).orElse(at + 1);
    }
    return kinds.stream().findFirst().orElse(OTHER);
  }

  /** "which formats", "que tipos": a plural right behind the asking word. */
  private static boolean asksForSeveral(Words words, Vocabulary vocabulary, int at) {
    int noun = vocabulary.match("which", words, at).map(Vocabulary.Match::end).orElse(at);
    String word = words.fold(noun);
    return noun > at
        && word.length() > 3
        && word.endsWith("s")
        && !word.endsWith("ss")
        && !vocabulary.has("stop", word);
  }

  /** Whether the answer is a fact that fits into one sentence. */
  boolean isFact() {
    return switch (this) {
      case EMAIL, PHONE, FREQUENCY, DURATION, MONEY, CLOCK, COUNT, PERSON, PLACE -> true;
      case COMMAND, LIST, PROCEDURE, REASON, OTHER -> false;
    };
  }

  /** Whether the answer holds a number. */
  boolean isNumber() {
    return switch (this) {
      case EMAIL, PHONE, FREQUENCY, DURATION, MONEY, CLOCK, COUNT -> true;
      case PERSON, PLACE, COMMAND, LIST, PROCEDURE, REASON, OTHER -> false;
    };
  }
}
