package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Reads lengths of time: "em 10 minutos", "dentro de hora y media", "2 hours from now". */
final class SpanReader extends Reading {
  private static final int MOST = 100_000;

  SpanReader(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  Optional<Piece> read(int at) {
    Optional<Vocabulary.Match> soon = match("soon", at);
    if (soon.isPresent()) {
      Duration minutes = Duration.ofMinutes(Integer.parseInt(soon.get().value()));
      return Optional.of(new Piece.After(at, soon.get().end(), Period.ZERO, minutes));
    }
    Optional<Vocabulary.Match> marker = match("after", at);
    int from = skip("about", marker.map(Vocabulary.Match::end).orElse(at));
    Optional<Sum> sum = sum(from);
    if (sum.isEmpty()) {
      return Optional.empty();
    }
    int end = sum.get().end;
    if (marker.isEmpty() && is("before-time", end) && sum.get().period.isZero()) {
      return Optional.of(new Piece.Before(at, end, sum.get().duration));
    }
    int trailing = skip("after-trailing", end);
    if (marker.isEmpty() && trailing == end) {
      return Optional.empty();
    }
    return Optional.of(new Piece.After(at, trailing, sum.get().period, sum.get().duration));
  }

  private Optional<Sum> sum(int at) {
    Optional<Sum> first = amount(at);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    Sum sum = first.get();
    for (int more = 0; more < 4; more++) {
      int next = isSign(sum.end, ",") ? sum.end + 1 : sum.end;
      Optional<Sum> another = amount(skip("and", next));
      if (another.isEmpty()) {
        break;
      }
      sum = sum.plus(another.get());
    }
    return Optional.of(sum);
  }

  private Optional<Sum> amount(int at) {
    Optional<Vocabulary.Match> fixed = match("half-of-unit", at);
    if (fixed.isPresent()) {
      Duration minutes = Duration.ofMinutes(Integer.parseInt(fixed.get().value()));
      return Optional.of(new Sum(Period.ZERO, minutes, fixed.get().end()));
    }
    Optional<Quantity> number = number(at).filter(count -> count.value() <= MOST);
    int afterNumber = number.map(Quantity::end).orElse(at);
    double count = number.map(Quantity::value).orElse(1.0);
    int halfEnd = half(afterNumber);
    if (number.isPresent() && halfEnd > afterNumber && is("unit", halfEnd)) {
      count += 0.5;
      afterNumber = halfEnd;
    }
    Optional<Vocabulary.Match> unit = match("unit", afterNumber);
    if (unit.isEmpty()) {
      return Optional.empty();
    }
    ChronoUnit measure = ChronoUnit.valueOf(unit.get().value());
    int end = unit.get().end();
    int withHalf = half(end);
    if (withHalf > end) {
      return Optional.of(Sum.of(measure, count + 0.5, withHalf));
    }
    if (number.isEmpty()) {
      return Optional.empty();
    }
    int and = skip("and", end);
    if (measure == ChronoUnit.HOURS && and > end && is("quarter", and)) {
      return Optional.of(Sum.of(measure, count + 0.25, skip("quarter", and)));
    }
    if (measure == ChronoUnit.HOURS && words.adjacent(end) && integer(end).isPresent()) {
      Quantity minutes = integer(end).get();
      Sum hours = Sum.of(measure, count, minutes.end());
      return Optional.of(hours.plus(Sum.of(ChronoUnit.MINUTES, minutes.value(), minutes.end())));
    }
    return Optional.of(Sum.of(measure, count, end));
  }

  /** The index after "and a half", or the same. */
  private int half(int at) {
    int and = skip("and", at);
    return and > at ? (is("half", and) ? skip("half", and) : at) : at;
  }

  private record Sum(Period period, Duration duration, int end) {
    static Sum of(ChronoUnit unit, double count, int end) {
      boolean whole = count == Math.rint(count);
      int number = (int) count;
      return switch (unit) {
        case YEARS -> new Sum(Period.ofMonths((int) Math.round(count * 12)), Duration.ZERO, end);
        case MONTHS ->
            whole
                ? new Sum(Period.ofMonths(number), Duration.ZERO, end)
                : new Sum(Period.of(0, number, 15), Duration.ZERO, end);
        case WEEKS -> new Sum(Period.ofDays((int) Math.round(count * 7)), Duration.ZERO, end);
        case DAYS ->
            new Sum(
                Period.ofDays(number),
                whole ? Duration.ZERO : Duration.ofHours(Math.round((count - number) * 24)),
                end);
        default ->
            new Sum(
                Period.ZERO,
                Duration.ofSeconds(Math.round(count * unit.getDuration().toSeconds())),
                end);
      };
    }

    Sum plus(Sum other) {
      return new Sum(
          period.plus(other.period), duration.plus(other.duration), Math.max(end, other.end));
    }
  }
}
