package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes one instant, or a first instant and a rule, of the pieces of a time. */
final class Resolver {
  private static final LocalTime USUAL = LocalTime.of(9, 0);
  private static final int DAYS_AHEAD = 366 * 9;

  /** "At five" may well be in the afternoon; at six people get up. */
  private static final int LAST_OF_AFTERNOON = 5;

  private final boolean waking;
  private final Instant now;
  private final ZonedDateTime here;

  /**
   * @param waking whether somebody is to be woken: then small hours are those of the morning
   */
  Resolver(Instant now, ZoneId zone, boolean waking) {
    this.waking = waking;
    this.now = now;
    this.here = now.atZone(zone);
  }

  TimeExpression resolve(List<Piece> pieces, Words words) {
    Chosen chosen = Chosen.of(pieces);
    Optional<Recurrence> rule = chosen.rule();
    ZonedDateTime named =
        rule.map(recurrence -> first(recurrence, chosen)).orElseGet(() -> once(chosen));
    ZonedDateTime at = chosen.before.map(before -> named.minus(before.duration())).orElse(named);
    boolean stated =
        chosen.after.isPresent()
            || chosen.time.isPresent()
            || chosen.dayPart().isPresent()
            || rule.filter(Recurrence::withinDay).isPresent();
    return new TimeExpression(
        at.toInstant(),
        rule.map(Recurrence::rrule),
        stated,
        !at.toInstant().isAfter(now),
        spans(pieces, words));
  }

  private ZonedDateTime once(Chosen chosen) {
    if (chosen.after.isPresent()) {
      return after(chosen.after.get(), chosen);
    }
    if (chosen.day.isPresent()) {
      return onDay(date(chosen.day.get().day()), chosen);
    }
    ZonedDateTime today = onDay(here.toLocalDate(), chosen);
    boolean thisDay = chosen.repeatedDay.isEmpty() && today.toInstant().isAfter(now);
    if (!thisDay && meansAfternoon(chosen)) {
      return today.plusHours(12);
    }
    boolean saidToday = chosen.part.filter(Piece.InPart::today).isPresent();
    return thisDay || saidToday ? today : onDay(here.toLocalDate().plusDays(1), chosen);
  }

  /** "At three", said at ten in the morning, is this afternoon; not for who is to be woken. */
  private boolean meansAfternoon(Chosen chosen) {
    return !waking
        && chosen.part.isEmpty()
        && chosen.repeatedDay.isEmpty()
        && chosen
            .time
            .filter(t -> t.plain() && t.hour() > 0 && t.hour() <= LAST_OF_AFTERNOON)
            .isPresent()
        && onDay(here.toLocalDate(), chosen).plusHours(12).toInstant().isAfter(now);
  }

  private ZonedDateTime after(Piece.After after, Chosen chosen) {
    ZonedDateTime later = here.plus(after.period()).plus(after.duration());
    boolean hour = chosen.time.isPresent() || chosen.dayPart().isPresent();
    return hour && !after.period().isZero() ? onDay(later.toLocalDate(), chosen) : later;
  }

  /** The chosen time on that day; past midnight it is the next day's. */
  private ZonedDateTime onDay(LocalDate date, Chosen chosen) {
    if (chosen.time.isPresent()) {
      Piece.AtTime time = chosen.time.get();
      int hour =
          time.plain()
              ? chosen.dayPart().map(part -> part.hourOfDay(time.hour())).orElse(time.hour())
              : time.hour();
      LocalTime clock = LocalTime.of(hour % 24, time.minute());
      return ZonedDateTime.of(date.plusDays(hour / 24), clock, here.getZone());
    }
    Optional<PartOfDay> part = chosen.dayPart();
    ZonedDateTime usual =
        date.atTime(part.map(PartOfDay::usual).orElse(USUAL)).atZone(here.getZone());
    boolean underWay =
        part.isPresent()
            && date.equals(here.toLocalDate())
            && !usual.isAfter(here)
            && here.getHour() + 1 < part.get().end();
    return underWay ? date.atTime(here.getHour() + 1, 0).atZone(here.getZone()) : usual;
  }

  private LocalDate date(Piece.Day day) {
    LocalDate today = here.toLocalDate();
    return switch (day) {
      case Piece.Day.Away away -> today.plusDays(away.days());
      case Piece.Day.Weekday weekday ->
          weekday.weeksAway() == 0
              ? today.with(TemporalAdjusters.next(weekday.day()))
              : monday(weekday.weeksAway()).with(TemporalAdjusters.nextOrSame(weekday.day()));
      case Piece.Day.WeeksAway away -> monday(away.weeks());
      case Piece.Day.MonthsAway away -> today.plusMonths(away.months());
      case Piece.Day.EndOfMonth end ->
          today.plusMonths(end.months()).with(TemporalAdjusters.lastDayOfMonth());
      case Piece.Day.Full full -> full.date();
      case Piece.Day.InMonth inMonth -> inMonth(inMonth);
    };
  }

  private LocalDate monday(int weeksAway) {
    return here.toLocalDate()
        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
        .plusWeeks(weeksAway);
  }

  /** The next such date, today included; months without such a day are passed over. */
  private LocalDate inMonth(Piece.Day.InMonth wanted) {
    LocalDate from = here.toLocalDate();
    if (wanted.monthsAway() > 0) {
      LocalDate month = from.plusMonths(wanted.monthsAway());
      return month.withDayOfMonth(Math.min(wanted.day(), month.lengthOfMonth()));
    }
    return from.datesUntil(from.plusDays(DAYS_AHEAD))
        .filter(date -> date.getDayOfMonth() == wanted.day())
        .filter(date -> wanted.month() == 0 || date.getMonth() == Month.of(wanted.month()))
        .findFirst()
        .orElse(from);
  }

  private ZonedDateTime first(Recurrence rule, Chosen chosen) {
    boolean hour = chosen.time.isPresent() || chosen.dayPart().isPresent();
    if (rule.withinDay() && !hour) {
      return switch (rule.frequency()) {
        case "HOURLY" -> here.plusHours(rule.interval());
        case "MINUTELY" -> here.plusMinutes(rule.interval());
        default -> here.plusSeconds(rule.interval());
      };
    }
    if (chosen.after.isPresent()) {
      return after(chosen.after.get(), chosen);
    }
    LocalDate from = here.toLocalDate();
    if (chosen.day.isPresent() && rule.days().isEmpty() && rule.monthDay() == 0) {
      from = date(chosen.day.get().day());
    }
    return from.datesUntil(from.plusDays(DAYS_AHEAD))
        .filter(date -> rule.days().isEmpty() || rule.days().contains(date.getDayOfWeek()))
        .filter(date -> rule.monthDay() == 0 || rule.monthDay() == date.getDayOfMonth())
        .map(date -> onDay(date, chosen))
        .filter(at -> at.toInstant().isAfter(now))
        .findFirst()
        .orElse(here);
  }

  private static List<TimeExpression.Span> spans(List<Piece> pieces, Words words) {
    List<TimeExpression.Span> spans = new ArrayList<>();
    for (Piece piece : pieces) {
      int start = words.get(piece.from()).start();
      int end = words.get(piece.to() - 1).end();
      spans.add(new TimeExpression.Span(start, end));
    }
    return spans;
  }

  /** One piece of each kind. */
  private record Chosen(
      Optional<Piece.After> after,
      Optional<Piece.OnDay> day,
      Optional<Piece.AtTime> time,
      Optional<Piece.InPart> part,
      Optional<Piece.Repeated> repeatedDay,
      Optional<Piece.Before> before) {

    static Chosen of(List<Piece> pieces) {
      return new Chosen(
          one(pieces, Piece.After.class),
          one(pieces, Piece.OnDay.class),
          one(pieces, Piece.AtTime.class),
          one(pieces, Piece.InPart.class),
          one(pieces, Piece.Repeated.class),
          one(pieces, Piece.Before.class).filter(b -> pieces.size() > 1));
    }

    Optional<PartOfDay> dayPart() {
      return part.map(Piece.InPart::part).or(() -> repeatedDay.flatMap(Piece.Repeated::part));
    }

    /** The rule, with the day that was named beside it ("every month on the 5th"). */
    Optional<Recurrence> rule() {
      return repeatedDay
          .map(Piece.Repeated::recurrence)
          .map(rule ->
              day.map(Piece.OnDay::day)
                  .map(named ->
                      switch (named) {
                        case Piece.Day.InMonth in when rule.frequency().equals("MONTHLY") ->
                            rule.onMonthDay(in.day());
                        case Piece.Day.Weekday weekday
                            when rule.frequency().equals("WEEKLY") && rule.days().isEmpty() ->
                            rule.onDay(weekday.day());
                        case Piece.Day.InMonth in -> rule;
                        case Piece.Day.Weekday weekday -> rule;
                        case Piece.Day.Away away -> rule;
                        case Piece.Day.WeeksAway away -> rule;
                        case Piece.Day.MonthsAway away -> rule;
                        case Piece.Day.EndOfMonth end -> rule;
                        case Piece.Day.Full full -> rule;
                      })
                  .orElse(rule));
    }

    private static <T extends Piece> Optional<T> one(List<Piece> pieces, Class<T> kind) {
      return pieces.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }
  }
}
