package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Small talk: a text that is made of its phrases from end to end, and of nothing else. */
final class TalkGrammar extends Reading {
  private static final double CONFIDENCE = 0.97;

  TalkGrammar(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  Optional<Understood> read() {
    Set<Intent.Talk.Kind> kinds = EnumSet.noneOf(Intent.Talk.Kind.class);
    int at = 0;
    while (at < words.size()) {
      Optional<Vocabulary.Match> talk = match("talk", at);
      int filler = skip("talk-filler", at);
      if (talk.isPresent() && talk.get().end() >= filler) {
        kinds.add(Intent.Talk.Kind.valueOf(talk.get().value().toUpperCase(Locale.ROOT)));
        at = talk.get().end();
      } else if (filler > at) {
        at = filler;
      } else if (!words.get(at).isLetters() && !words.get(at).isNumber()) {
        at++;
      } else {
        return Optional.empty();
      }
    }
    return kinds.stream()
        .findFirst()
        .map(kind -> new Understood(new Intent.Talk(kind), CONFIDENCE, vocabulary.language()));
  }
}
