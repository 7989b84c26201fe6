package dev.mordomo.model.embedded.extractive.time;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.Period;
import java.util.Optional;

/** A part of a time expression; it stands on the words from {@code from} up to {@code to}. */
sealed interface Piece {
  int from();

  int to();

  /** So long after now. */
  record After(int from, int to, Period period, Duration duration) implements Piece {}

  /** So long before the time that is said beside it. */
  record Before(int from, int to, Duration duration) implements Piece {}

  /** On a day. */
  record OnDay(int from, int to, Day day) implements Piece {}

  /**
   * At a time of the clock.
   *
   * @param hour 0 to 28: past 23 it is of the next day ("two at night")
   * @param plain whether a part of the day may still bend the hour
   */
  record AtTime(int from, int to, int hour, int minute, boolean plain) implements Piece {}

  /** In a part of the day; {@code today} when the words say so ("tonight"). */
  record InPart(int from, int to, PartOfDay part, boolean today) implements Piece {}

  /** Again and again, perhaps in a part of the day ("every morning"). */
  record Repeated(int from, int to, Recurrence recurrence, Optional<PartOfDay> part)
      implements Piece {}

  /** A day, as it was said. */
  sealed interface Day {
    /** So many days from today; negative is past. */
    record Away(int days) implements Day {}

    /** The next such weekday after today, or that of the so-manieth week from now. */
    record Weekday(DayOfWeek day, int weeksAway) implements Day {}

    /** Monday of the so-manieth week from now. */
    record WeeksAway(int weeks) implements Day {}

    /** The same day so many months from now. */
    record MonthsAway(int months) implements Day {}

    /**
     * A day of a month.
     *
     * @param month 1 to 12, or 0 for the next month that has such a day to come
     * @param monthsAway when 1 or more, the month counted from this one
     */
    record InMonth(int day, int month, int monthsAway) implements Day {}

    /** The last day of the month so many months from now. */
    record EndOfMonth(int months) implements Day {}

    /** With its year. */
    record Full(LocalDate date) implements Day {}
  }
}
