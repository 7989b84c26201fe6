package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What kind of thing a question asks for; the more particular kinds come first. */
enum QuestionKind {
  FREQUENCY,
  DURATION,
  COMMAND,
  MONEY,
  CLOCK,
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
      asked.ifPresent(match -> kinds.add(QuestionKind.valueOf(match.value())));
      at = asked.map(Vocabulary.Match::end).orElse(at + 1);
    }
    return kinds.stream().findFirst().orElse(OTHER);
  }

  /** Whether the answer is a fact that fits into one sentence. */
  boolean isFact() {
    return switch (this) {
      case FREQUENCY, DURATION, MONEY, CLOCK, COUNT, PERSON, PLACE -> true;
      case COMMAND, PROCEDURE, REASON, OTHER -> false;
    };
  }

  /** Whether the answer holds a number. */
  boolean isNumber() {
    return switch (this) {
      case FREQUENCY, DURATION, MONEY, CLOCK, COUNT -> true;
      case PERSON, PLACE, COMMAND, PROCEDURE, REASON, OTHER -> false;
    };
  }
}
