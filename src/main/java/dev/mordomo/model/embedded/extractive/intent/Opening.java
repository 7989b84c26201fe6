package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;

/** How a text begins: the polite words before a command, or the words that make it a question. */
final class Opening extends Reading {
  private final int start;
  private final boolean polite;

  Opening(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
    start = afterPolite(0);
    polite = start > 0;
  }

  /** The index of the first word that says something. */
  int start() {
    return start;
  }

  /** The index after polite words and commas. */
  int afterPolite(int from) {
    int at = from;
    int next = next(at);
    while (next > at) {
      at = next;
      next = next(at);
    }
    return at;
  }

  /** Whether the words ask; a command in polite form ("pode …?") does not. */
  boolean asks() {
    return is("question", start) || (endsAsking() && is("question", 0) && !polite);
  }

  boolean asks(int at) {
    return is("question", at);
  }

  boolean endsAsking() {
    return words.size() > 0 && isSign(words.size() - 1, "?");
  }

  private int next(int at) {
    if (at < words.size() && ",!.;:—–-…¡¿\"".contains(words.fold(at))) {
      return at + 1;
    }
    return skip("polite", at);
  }
}
