package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.DayOfWeek;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Reads recurrences: "toda segunda", "de lunes a viernes", "every 2 hours", "de 2 em 2 dias". */
final class RepeatReader extends Reading {
  private static final int MOST = 10_000;

  RepeatReader(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  Optional<Piece> read(int at) {
    return fixed(at)
        .or(() -> range(at))
        .or(() -> everySo(at))
        .or(() -> plural(at))
        .or(() -> every(at));
  }

  private Optional<Piece> fixed(int at) {
    return match("every-fixed", at)
        .map(rule -> piece(at, rule.end(), Recurrence.parse(rule.value())));
  }

  /** Monday to Friday. */
  private Optional<Piece> range(int at) {
    int from = skip("range-from", at);
    Optional<Vocabulary.Match> first = anyWeekday(from);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    int to = skip("range-to", first.get().end());
    Optional<Vocabulary.Match> last = to == first.get().end() ? Optional.empty() : anyWeekday(to);
    return last.map(end -> {
      Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
      DayOfWeek day = day(first.get());
      DayOfWeek until = day(end);
      days.add(day);
      for (int more = 0; day != until && more < 7; more++) {
        day = day.plus(1);
        days.add(day);
      }
      return piece(at, end.end(), Recurrence.weekly(days));
    });
  }

  /** "de 2 em 2 horas". */
  private Optional<Piece> everySo(int at) {
    int from = skip("range-from", at);
    Optional<Quantity> count = from == at ? Optional.empty() : number(from);
    if (count.isEmpty()) {
      return Optional.empty();
    }
    int again = skip("repeat-in", count.get().end());
    Optional<Quantity> same = again == count.get().end() ? Optional.empty() : number(again);
    return same.filter(number -> number.value() == count.get().value())
        .flatMap(number -> counted(at, number.whole(), number.end()));
  }

  /** "às segundas", "on Mondays", "los lunes". */
  private Optional<Piece> plural(int at) {
    int from = skip("plural-prefix", at);
    boolean spanish = vocabulary.language().equals("es");
    String category = spanish && from > at ? "weekday" : "weekdays";
    if (!is(category, from) && !is("weekdays", from)) {
      return Optional.empty();
    }
    return weekdays(at, from);
  }

  private Optional<Piece> every(int at) {
    Optional<Vocabulary.Match> word = match("every", at);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    int from = word.get().end();
    Optional<Piece> noun =
        match("every-noun", from)
            .map(rule -> piece(at, rule.end(), Recurrence.parse(rule.value())));
    return noun.or(() -> weekdays(at, from))
        .or(() -> other(at, from))
        .or(() -> yearly(at, from))
        .or(() -> number(from).flatMap(count -> counted(at, count.whole(), count.end())))
        .or(() -> inPart(at, from))
        .or(() -> counted(at, 1, from));
  }

  private Optional<Piece> weekdays(int at, int from) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    int end = from;
    int next = from;
    Optional<Vocabulary.Match> day = anyWeekday(next);
    while (day.isPresent()) {
      days.add(day(day.get()));
      end = day.get().end();
      next = isSign(end, ",") ? end + 1 : end;
      next = skip("and", next);
      next = next > end ? skip("plural-prefix", next) : next;
      day = next > end ? anyWeekday(next) : Optional.empty();
    }
    return days.isEmpty() ? Optional.empty() : Optional.of(piece(at, end, Recurrence.weekly(days)));
  }

  /** "every other day". */
  private Optional<Piece> other(int at, int from) {
    int after = skip("every-other", from);
    return after == from ? Optional.empty() : counted(at, 2, after);
  }

  /** "every December 25", "todo dia 5": the date itself is read by the caller's next piece. */
  private Optional<Piece> yearly(int at, int from) {
    if (is("month", from) && number(skip("month", from)).isPresent()) {
      return Optional.of(piece(at, from, Recurrence.every("YEARLY", 1)));
    }
    int day =
        is("unit", from) && match("unit", from).orElseThrow().value().equals("DAYS")
            ? skip("unit", from)
            : from;
    Optional<Quantity> number = integer(day).filter(n -> n.whole() >= 1 && n.whole() <= 31);
    if (number.isEmpty() || (day == from && !isOrdinalEnd(number.get().end()))) {
      return Optional.empty();
    }
    int afterNumber =
        isOrdinalEnd(number.get().end()) ? number.get().end() + 1 : number.get().end();
    int of = skip("of", afterNumber);
    if (of > afterNumber && is("month", of)) {
      return Optional.of(piece(at, day, Recurrence.every("YEARLY", 1)));
    }
    Recurrence monthly = Recurrence.every("MONTHLY", 1).onMonthDay(number.get().whole());
    return is("unit", afterNumber)
        ? Optional.empty()
        : Optional.of(piece(at, afterNumber, monthly));
  }

  private boolean isOrdinalEnd(int at) {
    return Set.of("st", "nd", "rd", "th").contains(words.fold(at)) && words.adjacent(at);
  }

  /** "toda noite": every day, in that part of it. */
  private Optional<Piece> inPart(int at, int from) {
    return match("part-after-every", from)
        .map(part ->
            new Piece.Repeated(
                at,
                part.end(),
                Recurrence.every("DAILY", 1),
                Optional.of(PartOfDay.valueOf(part.value()))));
  }

  private Optional<Piece> counted(int at, int count, int from) {
    Optional<Vocabulary.Match> unit = match("unit", from);
    if (unit.isEmpty() || count < 1 || count > MOST) {
      return Optional.empty();
    }
    String frequency =
        switch (ChronoUnit.valueOf(unit.get().value())) {
          case SECONDS -> "SECONDLY";
          case MINUTES -> "MINUTELY";
          case HOURS -> "HOURLY";
          case WEEKS -> "WEEKLY";
          case MONTHS -> "MONTHLY";
          case YEARS -> "YEARLY";
          default -> "DAILY";
        };
    return Optional.of(piece(at, unit.get().end(), Recurrence.every(frequency, count)));
  }

  private Optional<Vocabulary.Match> anyWeekday(int at) {
    return match("weekday", at)
        .or(() -> match("weekdays", at))
        .or(() -> match("weekday-plain", at));
  }

  private static DayOfWeek day(Vocabulary.Match match) {
    return DayOfWeek.of(Integer.parseInt(match.value()));
  }

  private static Piece piece(int at, int end, Recurrence recurrence) {
    return new Piece.Repeated(at, end, recurrence, Optional.empty());
  }
}
