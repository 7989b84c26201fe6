package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.Optional;

/**
 * What a question asks the number, the name or the kind of: "andares" in "quantos andares tem …".
 */
final class Focus {
  private static final int MOST_BETWEEN = 3;

  private Focus() {}

  /** The noun behind the asking words; empty for questions such as "how long" or "who". */
  static Optional<Word> of(String question, Vocabulary vocabulary) {
    Words words = Words.of(question);
    for (int at = 0; at < words.size(); at++) {
      int from = vocabulary.match("which", words, at).map(Vocabulary.Match::end).orElse(at);
      if (from > at) {
        return noun(words, from, vocabulary);
      }
    }
    return Optional.empty();
  }

  private static Optional<Word> noun(Words words, int from, Vocabulary vocabulary) {
    for (int at = from; at < words.size() && at <= from + MOST_BETWEEN; at++) {
      Word word = words.get(at);
      if (!word.isLetters()) {
        return Optional.empty();
      }
      if (!vocabulary.has("stop", word.fold())) {
        return Optional.of(word);
      }
    }
    return Optional.empty();
  }
}
