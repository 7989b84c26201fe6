package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.LanguageDetector;
import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads what a user wants, in the language that the words seem to be in, then in the others. */
public final class CommandGrammar {
  /** Longer texts are not spoken commands. */
  private static final int LONGEST_COMMAND = 600;

  private final Instant now;
  private final ZoneId zone;
  private final String locale;

  /**
   * @param locale the user's BCP 47 tag: decides where the words do not, and orders numeric dates
   */
  public CommandGrammar(Instant now, ZoneId zone, String locale) {
    this.now = now;
    this.zone = zone;
    this.locale = locale;
  }

  public Understood understand(String text) {
    if (text.length() <= LONGEST_COMMAND) {
      Words words = Words.of(text);
      for (String language : languages(text)) {
        Vocabulary vocabulary = Vocabulary.of(language);
        Optional<Understood> found =
            new Clauses(words, vocabulary, part -> understand(Words.of(part), vocabulary))
                .read()
                .or(() -> understand(words, vocabulary));
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    return new Understood(new Intent.Question(), 0.8, languages(text).iterator().next());
  }

  /**
   * A wish for a reminder that lacked a time or a title, with what the next words add to it. Empty
   * when they add nothing, or when nothing was lacking.
   */
  public Optional<Understood> completed(Understood before, String text) {
    if (!(before.intent() instanceof Intent.Remind wish) || text.length() > LONGEST_COMMAND) {
      return Optional.empty();
    }
    Optional<TimeExpression> time = time(text, before.language());
    Words words = Words.of(text);
    Titles titles = new Titles(words, Vocabulary.of(before.language()));
    String title = time.map(at -> titles.of(0, words.size(), at)).orElse("");
    boolean lacksTime =
        wish.time().isEmpty()
            || wish.time().filter(at -> at.past() || !at.timeStated()).isPresent();
    boolean lacksTitle = wish.title().isEmpty();
    boolean adds = time.isPresent() && lacksTime && title.isEmpty() != lacksTitle;
    boolean timeOnly = time.isPresent() && lacksTime && title.isEmpty();
    if (!adds && !timeOnly) {
      return Optional.empty();
    }
    Intent complete = new Intent.Remind(lacksTitle ? title : wish.title(), time);
    return Optional.of(new Understood(complete, before.confidence(), before.language()));
  }

  private Optional<Understood> understand(Words words, Vocabulary vocabulary) {
    Opening opening = new Opening(words, vocabulary);
    Function<String, Optional<TimeExpression>> times = text -> time(text, vocabulary.language());
    return new TalkGrammar(words, vocabulary)
        .read()
        .or(() -> new ReminderGrammar(words, vocabulary, opening, times).read())
        .or(() ->
            new DeviceGrammar(words, vocabulary, opening, times.apply(words.source())).read());
  }

  private Optional<TimeExpression> time(String text, String language) {
    Locale user = Locale.forLanguageTag(locale);
    String tag = user.getLanguage().equals(language) ? locale : language;
    return TimeExpression.parse(text, now, zone, tag);
  }

  private Set<String> languages(String text) {
    Set<String> languages = new LinkedHashSet<>();
    languages.add(LanguageDetector.detect(text));
    languages.add(Locale.forLanguageTag(locale).getLanguage());
    languages.addAll(Vocabulary.LANGUAGES);
    languages.retainAll(Vocabulary.LANGUAGES);
    return languages;
  }
}
