package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A time that somebody named.
 *
 * @param at the instant; of a recurrence, the first one
 * @param rrule the RFC 5545 rule, when it recurs
 * @param timeStated whether the words named a time of day, or only a day (then {@code at} is nine
 *     in the morning, local)
 * @param past whether {@code at} is not after the moment of speaking
 * @param spans the parts of the text that were read as time, in order
 */
public record TimeExpression(
    Instant at, Optional<String> rrule, boolean timeStated, boolean past, List<Span> spans) {

  /** From one offset of the text up to, not including, another. */
  public record Span(int start, int end) {}

  public TimeExpression {
    spans = List.copyOf(spans);
  }

  /**
   * Reads the time that a text names, in the locale's language, else in any of the three. Day comes
   * before month in numeric dates, except for {@code en-US}.
   *
   * @param locale a BCP 47 tag, for instance {@code pt-BR}
   */
  public static Optional<TimeExpression> parse(
      String text, Instant now, ZoneId zone, String locale) {
    Words words = Words.of(text);
    List<String> languages = new ArrayList<>(Vocabulary.LANGUAGES);
    String first = Locale.forLanguageTag(locale).getLanguage();
    if (languages.remove(first)) {
      languages.addFirst(first);
    }
    boolean monthFirst = Locale.forLanguageTag(locale).equals(Locale.US);
    Optional<TimeExpression> best = Optional.empty();
    for (String language : languages) {
      Vocabulary vocabulary = Vocabulary.of(language);
      List<Piece> pieces = new PieceReader(words, vocabulary, monthFirst).all();
      List<Piece> chosen = new PieceChoice(words, vocabulary).best(pieces);
      if (!chosen.isEmpty()) {
        TimeExpression found =
            new Resolver(now, zone, wakes(words, vocabulary)).resolve(chosen, words);
        best = best.filter(other -> other.length() >= found.length()).or(() -> Optional.of(found));
      }
    }
    return best;
  }

  private static boolean wakes(Words words, Vocabulary vocabulary) {
    return words.list().stream().anyMatch(word -> vocabulary.has("wakes", word.fold()));
  }

  /** How many characters were read as time. */
  private int length() {
    return spans.stream().mapToInt(span -> span.end() - span.start()).sum();
  }
}
