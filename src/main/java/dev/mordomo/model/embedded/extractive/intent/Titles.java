package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;

/** Cleans what is left of a command into the title of a reminder. */
final class Titles extends Reading {
  private static final int LONGEST = 200;
  private static final String SIGNS = ".,;:!?¡¿\"“”«»'‘’…-–—()";

  Titles(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  /** The words from one index to another without the time among them, and without link words. */
  String of(int from, int to, TimeExpression time) {
    StringBuilder title = new StringBuilder();
    int at = from;
    while (at < to) {
      int end = at;
      while (end < to && !isTime(words.get(end), time)) {
        end++;
      }
      title.append(title.isEmpty() ? "" : " ").append(words.between(at, end));
      at = Math.max(end, at);
      while (at < to && isTime(words.get(at), time)) {
        at++;
      }
    }
    return clean(title.toString());
  }

  String of(int from, int to) {
    return clean(words.between(from, to));
  }

  private static boolean isTime(Word word, TimeExpression time) {
    return time.spans().stream()
        .anyMatch(span -> word.start() >= span.start() && word.end() <= span.end());
  }

  private String clean(String text) {
    Words left = Words.of(text);
    Reading reading = new Reading(left, vocabulary);
    int from = 0;
    int next = lead(reading, left, from);
    while (next > from) {
      from = next;
      next = lead(reading, left, from);
    }
    int to = left.size();
    int before = tail(reading, left, from, to);
    while (before < to) {
      to = before;
      before = tail(reading, left, from, to);
    }
    String title = left.between(from, to);
    return title.length() > LONGEST ? title.substring(0, LONGEST).strip() : title;
  }

  private static int lead(Reading reading, Words left, int at) {
    if (at < left.size() && SIGNS.contains(left.fold(at))) {
      return at + 1;
    }
    return Math.max(reading.skip("title-lead", at), reading.skip("polite-end", at));
  }

  /** The index of the last phrase when it says nothing, else the same index. */
  private static int tail(Reading reading, Words left, int from, int to) {
    if (to > from && SIGNS.contains(left.fold(to - 1))) {
      return to - 1;
    }
    for (int at = Math.max(from, to - 4); at < to; at++) {
      boolean polite = reading.match("polite-end", at).filter(m -> m.end() == to).isPresent();
      boolean link = reading.match("title-tail", at).filter(m -> m.end() == to).isPresent();
      if (polite || link) {
        return at;
      }
    }
    return to;
  }
}
