package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.List;
import java.util.regex.Pattern;

/** Whether a unit holds the kind of thing that a question asks for. */
final class Evidence {
  private static final Pattern MONEY =
      Pattern.compile(
          "(R\\$|US\\$|[€$£])\\s?\\d|\\d\\s?([€£]|%|reais|euros?|pesos|d[oó]lares|dollars|pounds?|pence"
              + "|EUR|USD|BRL|GBP)|\\d[.,]\\d\\d(?!\\d)");
  private static final Pattern CLOCK =
      Pattern.compile(
          "(?<!\\d)\\d{1,2}\\s?(h(?!\\p{L})|:\\d\\d|am\\b|pm\\b)|\\d(st|nd|rd|th)\\b|\\d[/-]\\d"
              + "|(?i)\\b(d[ií]a|day)s?\\s+\\d");
  private static final Pattern DIGITS = Pattern.compile("(?<![\\p{L}\\d])(?<!\\p{L}[-_.])\\d");
  private static final Pattern PATH = Pattern.compile("[\\w.-]*[/\\\\@][\\w./\\\\-]+|`[^`]+`|\\d");

  /** "Para fazer …", "To change …": what follows is how. */
  private static final Pattern PURPOSE =
      Pattern.compile("^(Para \\p{L}+([aei]r|ôr|[aei]r[ms]?e|l[oa]s?)\\b|To \\p{Ll}+)");

  private static final Pattern CAPITALISED = Pattern.compile("(?<=[\\p{Ll},] )\\p{Lu}\\p{L}+");
  private static final Pattern SEVERAL =
      Pattern.compile(
          "[^,]{2,40},[^,]{2,60}(,|\\b(e|y|o|ou|and|or)\\b)|(?i)\\bIN\\s*\\(|\\bENUM\\b|\\[[^\\]]+,");
  private static final Pattern EMAIL = Pattern.compile("[\\w.+-]+@[\\w-]+\\.\\w");
  private static final Pattern PHONE =
      Pattern.compile(
          "\\+?\\d[\\d ()./-]{5,}\\d|\\b(ramal|extension|ext|extensión|interno) ?\\.? ?\\d");
  private static final List<String> VAGUE_NUMBERS =
      List.of("um", "uma", "un", "una", "uno", "a", "an", "one");

  private Evidence() {}

  /** 1 for what is asked for, 0 for nothing of it, between for a likeness. */
  static double of(QuestionKind kind, Unit unit) {
    String text = unit.text();
    boolean digits = DIGITS.matcher(text).find();
    return switch (kind) {
      case MONEY ->
          MONEY.matcher(text).find() || (digits && says(unit, "price"))
              ? 1
              : says(unit, "free") ? 0.8 : digits && !unit.kind().isCode() ? 0.4 : 0;
      case DURATION -> spans(unit) ? 1 : digits ? 0.4 : 0;
      case FREQUENCY -> recurs(unit) ? 1 : spans(unit) ? 0.7 : digits || numbered(unit) ? 0.5 : 0;
      case CLOCK ->
          CLOCK.matcher(text).find()
                  || Cron.in(text).isPresent()
                  || says(unit, "weekday")
                  || says(unit, "weekdays")
              ? 1
              : digits && says(unit, "month") ? 1 : digits ? 0.5 : says(unit, "part") ? 0.5 : 0;
      case EMAIL -> EMAIL.matcher(text).find() ? 1 : 0;
      case PHONE -> PHONE.matcher(text).find() ? 1 : 0;
      case COUNT -> digits || numbered(unit) ? 1 : says(unit, "free") ? 0.7 : 0;
      case COMMAND -> unit.kind().isCode() || text.contains("`") ? 1 : 0;
      case PLACE -> PATH.matcher(text).find() || CAPITALISED.matcher(text).find() ? 1 : 0.5;
      case PERSON ->
          !unit.kind().isCode() && (CAPITALISED.matcher(text).find() || text.contains("@")) ? 1 : 0;
      case PROCEDURE ->
          PURPOSE.matcher(text).find()
              ? 1
              : unit.kind() == Unit.Kind.STEP || unit.kind().isCode() ? 0.7 : 0.5;
      case LIST -> lists(unit) ? 1 : 0.4;
      case REASON, OTHER -> 0.5;
    };
  }

  /** Several things: in one breath, or one of a list. */
  private static boolean lists(Unit unit) {
    return unit.kind().isListed() || SEVERAL.matcher(unit.text()).find();
  }

  /** A number and a unit of time. */
  private static boolean spans(Unit unit) {
    return CodeSense.spans(unit.text())
        || ((DIGITS.matcher(unit.text()).find() || numbered(unit)) && says(unit, "unit"));
  }

  /** "cada 6 horas", "daily", "three times", a schedule. */
  private static boolean recurs(Unit unit) {
    if (Cron.in(unit.text()).isPresent()) {
      return true;
    }
    Words words = Words.of(unit.text());
    for (String language : Vocabulary.LANGUAGES) {
      Reading reading = new Reading(words, Vocabulary.of(language));
      for (int at = 0; at < words.size(); at++) {
        int every = reading.skip("every", at);
        int count =
            every == at ? at : reading.number(every).map(Reading.Quantity::end).orElse(every);
        boolean repeats = every > at && (reading.is("unit", count) || reading.is("weekday", every));
        boolean times =
            reading.is("times", at) && (numbered(unit) || DIGITS.matcher(unit.text()).find());
        if (repeats || times || reading.is("often", at)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean numbered(Unit unit) {
    return Vocabulary.LANGUAGES.stream()
        .map(Vocabulary::of)
        .anyMatch(vocabulary ->
            Words.of(unit.text()).list().stream()
                .anyMatch(word ->
                    !VAGUE_NUMBERS.contains(word.fold()) && vocabulary.has("number", word.fold())));
  }

  private static boolean says(Unit unit, String category) {
    Words words = Words.of(unit.text());
    for (String language : Vocabulary.LANGUAGES) {
      Vocabulary vocabulary = Vocabulary.of(language);
      for (int at = 0; at < words.size(); at++) {
        boolean letter = words.fold(at).length() == 1;
        if (!letter && vocabulary.match(category, words, at).isPresent()) {
          return true;
        }
      }
    }
    return false;
  }
}
