package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;

/** Reads days: "depois de amanhã", "el viernes", "next Monday", "dia 15", "Dec 25", "25/12". */
final class DayReader extends Reading {
  private static final Set<String> ORDINAL_ENDS =
      Set.of("st", "nd", "rd", "th", "º", "o", "ª", "a");

  private final boolean monthFirst;

  DayReader(Words words, Vocabulary vocabulary, boolean monthFirst) {
    super(words, vocabulary);
    this.monthFirst = monthFirst;
  }

  Optional<Piece> read(int at) {
    return relative(at)
        .or(() -> written(at))
        .or(() -> numeric(at))
        .or(() -> dayOfMonth(at))
        .or(() -> weekday(at))
        .map(piece -> piece);
  }

  private Optional<Piece.OnDay> relative(int at) {
    int core = match("day", at).isPresent() ? at : skip("day-prefix", at);
    Optional<Vocabulary.Match> day = match("day", core);
    if (day.isPresent() && !isNounMorning(core, day.get().end())) {
      return piece(at, day.get().end(), new Piece.Day.Away(Integer.parseInt(day.get().value())));
    }
    return match("week", at)
        .<Piece.OnDay>flatMap(
            week -> piece(at, week.end(), new Piece.Day.WeeksAway(Integer.parseInt(week.value()))))
        .or(() ->
            match("month-away", at)
                .flatMap(month ->
                    piece(
                        at,
                        month.end(),
                        new Piece.Day.MonthsAway(Integer.parseInt(month.value())))))
        .or(() ->
            match("month-end", at)
                .flatMap(end ->
                    piece(at, end.end(), new Piece.Day.EndOfMonth(Integer.parseInt(end.value())))))
        .or(() ->
            match("weekend", at)
                .flatMap(weekend ->
                    piece(at, weekend.end(), new Piece.Day.Weekday(DayOfWeek.SATURDAY, 0))));
  }

  /** In Spanish "la mañana" is the morning, and "mañana" tomorrow. */
  private boolean isNounMorning(int core, int end) {
    return vocabulary.language().equals("es")
        && end == core + 1
        && words.fold(core).equals("manana")
        && (words.fold(core - 1).equals("la") || words.fold(core - 1).equals("esta"));
  }

  /** With the month's name. */
  private Optional<Piece.OnDay> written(int at) {
    int from = skip("date-prefix", at);
    Optional<Quantity> day = ordinal(from);
    if (day.isPresent()) {
      Optional<Vocabulary.Match> month = match("month", skip("of", day.get().end()));
      return month.flatMap(
          name -> dated(at, day.get().whole(), Integer.parseInt(name.value()), name.end()));
    }
    Optional<Vocabulary.Match> month = match("month", from);
    return month.flatMap(name ->
        ordinal(skip("date-the", name.end()))
            .flatMap(
                number -> dated(at, number.whole(), Integer.parseInt(name.value()), number.end())));
  }

  /** 25/12, 25/12/2026, 2026-12-25. */
  private Optional<Piece.OnDay> numeric(int at) {
    int from = skip("date-prefix", at);
    Optional<Quantity> first = integer(from);
    String sign = words.fold(from + 1);
    Optional<Quantity> second = integer(from + 2);
    boolean joined = words.adjacent(from + 1) && words.adjacent(from + 2);
    if (first.isEmpty() || second.isEmpty() || !joined) {
      return Optional.empty();
    }
    boolean third =
        isSign(from + 3, sign)
            && words.adjacent(from + 3)
            && words.adjacent(from + 4)
            && integer(from + 4).isPresent();
    int one = first.get().whole();
    int two = second.get().whole();
    if (sign.equals("-") && third && one > 1000) {
      return full(at, one, two, integer(from + 4).orElseThrow().whole(), from + 5);
    }
    if (!sign.equals("/") && !(third && (sign.equals("-") || sign.equals(".")))) {
      return Optional.empty();
    }
    int day = monthFirst && two <= 31 && one <= 12 ? two : one;
    int month = monthFirst && two <= 31 && one <= 12 ? one : two;
    if (third) {
      int year = integer(from + 4).orElseThrow().whole();
      return full(at, year < 100 ? 2000 + year : year, month, day, from + 5);
    }
    return valid(day, month)
        ? piece(at, from + 3, new Piece.Day.InMonth(day, month, 0))
        : Optional.empty();
  }

  /** "dia 15", "el 15", "the 15th", with "of next month" behind it. */
  private Optional<Piece.OnDay> dayOfMonth(int at) {
    int from = skip("day-of-month", at);
    Optional<Quantity> day = from == at ? Optional.empty() : ordinal(from);
    if (day.isEmpty() || day.get().whole() < 1 || day.get().whole() > 31) {
      return Optional.empty();
    }
    int end = day.get().end();
    boolean suffixed = end > from + 1;
    boolean counted = is("unit", end) || isSign(end, "%") || isSign(end, ":") || isSign(end, "/");
    if (counted || (vocabulary.language().equals("en") && !suffixed)) {
      return Optional.empty();
    }
    int of = skip("of", end);
    Optional<Vocabulary.Match> away = match("month-away", of);
    return away.<Piece.OnDay>flatMap(month ->
            piece(
                at,
                month.end(),
                new Piece.Day.InMonth(day.get().whole(), 0, Integer.parseInt(month.value()))))
        .or(() -> piece(at, end, new Piece.Day.InMonth(day.get().whole(), 0, 0)));
  }

  private Optional<Piece.OnDay> weekday(int at) {
    int afterNext = skip("next", at);
    int from = afterNext > at ? afterNext : skip("day-prefix", at);
    Optional<Vocabulary.Match> name =
        match("weekday", from).or(() -> plainWeekday(from, from > at));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    int end = skip("next-after", name.get().end());
    DayOfWeek day = DayOfWeek.of(Integer.parseInt(name.get().value()));
    Optional<Vocabulary.Match> week = match("week", skip("of", end));
    return week.<Piece.OnDay>flatMap(away ->
            piece(at, away.end(), new Piece.Day.Weekday(day, Integer.parseInt(away.value()))))
        .or(() -> piece(at, end, new Piece.Day.Weekday(day, 0)));
  }

  /** "segunda" is also "second": not a day after an article, as in "a segunda via". */
  private Optional<Vocabulary.Match> plainWeekday(int at, boolean prefixed) {
    return prefixed || !vocabulary.has("ordinal-article", words.fold(at - 1))
        ? match("weekday-plain", at)
        : Optional.empty();
  }

  private Optional<Quantity> ordinal(int at) {
    Optional<Vocabulary.Match> first = match("first-of-month", at);
    if (first.isPresent()) {
      return Optional.of(new Quantity(1, first.get().end()));
    }
    Optional<Quantity> number = integer(at).or(() -> spelled(at));
    return number.map(day ->
        ORDINAL_ENDS.contains(words.fold(day.end())) && words.adjacent(day.end())
            ? new Quantity(day.value(), day.end() + 1)
            : day);
  }

  private Optional<Quantity> spelled(int at) {
    return vocabulary.language().equals("en") ? Optional.empty() : number(at);
  }

  private Optional<Piece.OnDay> dated(int at, int day, int month, int end) {
    int comma = isSign(end, ",") ? end + 1 : skip("of", end);
    Optional<Quantity> year = integer(comma).filter(y -> y.whole() >= 1900 && y.whole() <= 9999);
    if (year.isPresent()) {
      return full(at, year.get().whole(), month, day, year.get().end());
    }
    return valid(day, month)
        ? piece(at, end, new Piece.Day.InMonth(day, month, 0))
        : Optional.empty();
  }

  private static boolean valid(int day, int month) {
    return month >= 1 && month <= 12 && day >= 1 && day <= java.time.Month.of(month).maxLength();
  }

  private static Optional<Piece.OnDay> full(int at, int year, int month, int day, int end) {
    try {
      return piece(at, end, new Piece.Day.Full(LocalDate.of(year, month, day)));
    } catch (DateTimeException notADate) {
      return Optional.empty();
    }
  }

  private static Optional<Piece.OnDay> piece(int at, int end, Piece.Day day) {
    return Optional.of(new Piece.OnDay(at, end, day));
  }
}
