package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A word of the question that an answer should hold in some form.
 *
 * @param own its stem, or "" for a word of the gloss
 * @param english stems of what it means, each with the whole word
 * @param weight how much it says, before rarity
 */
record Asked(String own, Map<String, String> english, double weight) {

  Asked {
    english = Map.copyOf(english);
  }

  /** The question's words one by one, each with what it means by itself. */
  static List<Asked> words(String question, String language, Gloss gloss) {
    List<Asked> asked = new ArrayList<>();
    Vocabulary vocabulary = Vocabulary.of(language);
    for (Word word : Words.of(question).list()) {
      boolean sign = !word.isLetters() && !word.isNumber();
      if (!sign && !vocabulary.has("stop", word.fold())) {
        Map<String, String> english = Terms.of(word.text(), language, gloss).english();
        double weight = english.keySet().stream().mapToDouble(Terms::weight).max().orElse(1);
        asked.add(new Asked(Terms.stem(word.fold()), english, weight));
      }
    }
    return asked;
  }

  /** The words of the question's gloss, which knows expressions of several words. */
  static List<Asked> glossed(String question, String language, Gloss gloss) {
    return Terms.of(question, language, gloss).english().entrySet().stream()
        .map(term ->
            new Asked("", Map.of(term.getKey(), term.getValue()), Terms.weight(term.getKey())))
        .toList();
  }

  /** Words that a question writes large within a sentence: names, abbreviations. */
  static List<String> names(String question) {
    List<Word> words = Words.of(question).list();
    List<String> names = new ArrayList<>();
    boolean begins = true;
    long letters = words.stream().filter(Word::isLetters).count();
    for (Word word : words) {
      boolean large = word.isLetters() && Character.isUpperCase(word.text().charAt(0));
      if (large && !begins && word.text().length() > 1) {
        names.add(word.text());
      }
      begins = word.isLetters() ? false : begins || ".?!:".contains(word.text());
    }
    return names.size() * 2L > letters ? List.of() : names;
  }
}
