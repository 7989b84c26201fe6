package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.Optional;
import java.util.Set;

/** Reads times of the clock: "às 18h30", "a las 9 menos cuarto", "half past nine", "5pm". */
final class ClockReader extends Reading {
  private static final Set<String> MEASURES =
      Set.of("%", "°", "º", "graus", "grados", "degrees", "percent", "reais", "euros");

  ClockReader(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  Optional<Piece> read(int at) {
    int strong = skip("at", at);
    if (strong > at) {
      Optional<Piece> clock = clock(at, strong, true);
      if (clock.isPresent()) {
        return clock;
      }
    }
    int one = skip("at-one", at);
    if (one > at && isOne(one)) {
      return clock(at, one, words.get(one - 1).text().equalsIgnoreCase("à"));
    }
    int weak = skip("at-weak", at);
    return clock(at, weak, weak > at && endsAfterNumber(weak));
  }

  private boolean isOne(int at) {
    return number(at).filter(number -> number.value() == 1).isPresent();
  }

  private boolean endsAfterNumber(int at) {
    return number(at)
        .filter(number ->
            number.end() >= words.size()
                || (!words.get(number.end()).isLetters() && !words.get(number.end()).isNumber()))
        .isPresent();
  }

  /** Reads a clock time whose marker, if any, ended at {@code from}. */
  private Optional<Piece> clock(int at, int from, boolean marked) {
    return named(at, from).or(() -> before(at, from)).or(() -> hour(at, from, marked));
  }

  /** Noon and midnight. */
  private Optional<Piece> named(int at, int from) {
    return match("hour-name", from)
        .map(name -> {
          int hour = Integer.parseInt(name.value());
          int half = skip("and", name.end());
          boolean andHalf = half > name.end() && is("half", half);
          int end = andHalf ? skip("half", half) : name.end();
          return new Piece.AtTime(at, end, hour, andHalf ? 30 : 0, false);
        });
  }

  /** "quinze para as nove", "ten past nine", "quarter to nine". */
  private Optional<Piece> before(int at, int from) {
    Optional<Quantity> minutes =
        match("half", from)
            .map(half -> new Quantity(30, half.end()))
            .or(() -> match("quarter", from).map(quarter -> new Quantity(15, quarter.end())))
            .or(() -> number(from));
    if (minutes.isEmpty() || minutes.get().whole() < 1 || minutes.get().whole() > 59) {
      return Optional.empty();
    }
    int after = skip("minutes", minutes.get().end());
    int past = skip("past-hour", after);
    int to = past > after ? past : skip("to-hour", after);
    Optional<Quantity> hour = to == after ? Optional.empty() : number(to);
    if (hour.isEmpty() || !isHour(hour.get())) {
      return Optional.empty();
    }
    int minute = past > after ? minutes.get().whole() : -minutes.get().whole();
    return Optional.of(bent(at, hour.get().whole(), minute, hour.get().end()));
  }

  private Optional<Piece> hour(int at, int from, boolean marked) {
    Optional<Quantity> hour = hourNumber(from);
    if (hour.isEmpty() || !isHour(hour.get())) {
      return Optional.empty();
    }
    Minutes minutes = minutes(hour.get().end());
    int end = minutes.end;
    if (minutes.value > 59 || MEASURES.contains(words.fold(end)) || unreadable(end)) {
      return Optional.empty();
    }
    boolean half = is("clock-part", end);
    boolean sure = marked || minutes.sure || half;
    return sure ? Optional.of(bent(at, hour.get().whole(), minutes.value, end)) : Optional.empty();
  }

  /** A single colon or slash behind the number: a ratio, a date, not a time. */
  private boolean unreadable(int end) {
    return (isSign(end, ":") || isSign(end, "/")) && words.adjacent(end) && words.adjacent(end + 1);
  }

  private Optional<Quantity> hourNumber(int at) {
    boolean article = words.fold(at).equals("a") || words.fold(at).equals("an");
    return article ? Optional.empty() : integer(at).or(() -> number(at));
  }

  private static boolean isHour(Quantity number) {
    return number.isWhole() && number.value() >= 0 && number.value() <= 24;
  }

  private Minutes minutes(int at) {
    boolean point = isSign(at, ":") || isSign(at, ".") || isSign(at, "h");
    if (point && words.adjacent(at) && words.adjacent(at + 1)) {
      Optional<Quantity> minute = integer(at + 1).filter(m -> m.end() - at == 2);
      if (minute.isPresent()) {
        int end = isSign(minute.get().end(), "h") ? minute.get().end() + 1 : minute.get().end();
        int min = words.adjacent(end) ? skip("minutes", end) : end;
        return new Minutes(minute.get().whole(), min, !isSign(at, "."));
      }
    }
    boolean sure = (isSign(at, "h") && words.adjacent(at)) || words.fold(at).equals("o");
    int hours = skip("hours", at);
    int and = skip("and", hours);
    if (and > hours && is("half", and)) {
      return new Minutes(30, dotted(skip("half", and)), true);
    }
    if (and > hours && is("quarter", and)) {
      return new Minutes(15, dotted(skip("quarter", and)), true);
    }
    int minus = skip("minus", hours);
    if (minus > hours) {
      Optional<Minutes> less =
          match("quarter", minus)
              .map(quarter -> new Minutes(-15, quarter.end(), true))
              .or(() ->
                  number(minus)
                      .filter(n -> n.isWhole() && n.value() >= 1 && n.value() <= 59)
                      .map(n -> new Minutes(-n.whole(), n.end(), true)));
      if (less.isPresent()) {
        return new Minutes(less.get().value, skip("minutes", less.get().end), true);
      }
    }
    boolean spokenMinutes = and > hours || vocabulary.language().equals("en");
    Optional<Quantity> minute =
        spokenMinutes
            ? number(and).filter(m -> m.isWhole() && m.value() >= 1 && m.value() <= 59)
            : Optional.empty();
    if (minute.isPresent() && !is("unit", skip("minutes", minute.get().end()))) {
      boolean fits = and > hours || minute.get().value() >= 10;
      return fits
          ? new Minutes(minute.get().whole(), skip("minutes", minute.get().end()), false)
          : new Minutes(0, dotted(hours), sure);
    }
    return new Minutes(0, dotted(hours), sure);
  }

  private int dotted(int at) {
    return skip("on-the-dot", at);
  }

  /** The time, with the part of the day that follows it. */
  private Piece bent(int at, int hour, int minute, int end) {
    Optional<Vocabulary.Match> part = match("clock-part", end);
    int spoken = part.map(name -> PartOfDay.valueOf(name.value()).hourOfDay(hour)).orElse(hour);
    int total = spoken * 60 + minute;
    int whole = total < 0 ? total + 24 * 60 : total;
    int to = part.map(Vocabulary.Match::end).orElse(end);
    boolean plain = part.isEmpty() && hour <= 12 && hour > 0;
    return new Piece.AtTime(at, to, whole / 60, whole % 60, plain);
  }

  private record Minutes(int value, int end, boolean sure) {}
}
