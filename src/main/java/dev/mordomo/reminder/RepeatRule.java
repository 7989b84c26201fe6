package dev.mordomo.reminder;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.Freq;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRule.Part;
import org.dmfs.rfc5545.recur.RecurrenceRule.RfcMode;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;

/**
 * A recurrence rule of RFC 5545, computed on the wall clock of a zone: nine o'clock stays nine
 * o'clock when summer time begins. A time that the change leaves out comes as much later as the
 * clock jumped; one that comes twice is the first of the two. Hours and minutes that are plainly
 * counted ({@code FREQ=HOURLY;INTERVAL=6}) are counted in elapsed time instead.
 */
final class RepeatRule {
  private static final int LAST_YEAR = 9999;
  private static final int LONGEST = 500;

  private final RecurrenceRule rule;
  private final String text;
  private final Optional<DateTime> until;

  private RepeatRule(RecurrenceRule rule) {
    this.rule = rule;
    this.text = rule.toString();
    // Kept apart: it is a moment, while occurrences are counted without a zone.
    this.until = Optional.ofNullable(rule.getUntil());
    if (until.isPresent()) {
      rule.setUntil(null);
    }
  }

  /**
   * @throws IllegalArgumentException when it is not a rule, or fires more than once a minute; the
   *     message says why
   */
  static RepeatRule parse(String given) {
    String rule = given.strip().replaceFirst("(?i)^RRULE:", "").toUpperCase(Locale.ROOT);
    if (rule.length() > LONGEST) {
      throw new IllegalArgumentException("longer than " + LONGEST + " characters");
    }
    try {
      RecurrenceRule parsed = new RecurrenceRule(rule, RfcMode.RFC5545_STRICT);
      List<Integer> seconds = parsed.getByPart(Part.BYSECOND);
      if (parsed.getFreq() == Freq.SECONDLY || (seconds != null && seconds.size() > 1)) {
        throw new IllegalArgumentException("more often than once a minute");
      }
      return new RepeatRule(parsed);
    } catch (InvalidRecurrenceRuleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** In its normal form. */
  String text() {
    return text;
  }

  /**
   * The first occurrence later than a moment; empty when there is none.
   *
   * @param start the series' first time: what the rule leaves open (hour, weekday, …) is taken from
   *     it
   * @throws IllegalArgumentException when the rule matches no day at all
   */
  Optional<Instant> next(Instant start, ZoneId zone, Instant after) {
    ZoneId counted = plainlyCounted() ? ZoneOffset.UTC : zone;
    RecurrenceRuleIterator occurrences = rule.iterator(floating(start, counted));
    // A day earlier, since no change of the clock is longer than that.
    Instant from = after.minusSeconds(86_400);
    if (from.isAfter(start)) {
      occurrences.fastForward(floating(from, counted));
    }
    Optional<Instant> end = until.map(last -> moment(last, zone));
    while (occurrences.hasNext()) {
      DateTime occurrence = occurrences.nextDateTime();
      if (occurrence.getYear() > LAST_YEAR) {
        return Optional.empty();
      }
      Instant at = local(occurrence).atZone(counted).toInstant();
      if (end.filter(at::isAfter).isPresent()) {
        return Optional.empty();
      }
      if (at.isAfter(after)) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private boolean plainlyCounted() {
    boolean hoursOrMinutes = rule.getFreq() == Freq.HOURLY || rule.getFreq() == Freq.MINUTELY;
    // No constant of this class: Part can only be loaded once RecurrenceRule has been.
    return hoursOrMinutes
        && Stream.of(
                Part.BYMONTH,
                Part.BYWEEKNO,
                Part.BYYEARDAY,
                Part.BYMONTHDAY,
                Part.BYDAY,
                Part.BYHOUR,
                Part.BYMINUTE,
                Part.BYSETPOS)
            .noneMatch(rule::hasPart);
  }

  private static DateTime floating(Instant at, ZoneId zone) {
    LocalDateTime local = at.atZone(zone).toLocalDateTime();
    return new DateTime(
        local.getYear(),
        local.getMonthValue() - 1,
        local.getDayOfMonth(),
        local.getHour(),
        local.getMinute(),
        local.getSecond());
  }

  private static LocalDateTime local(DateTime time) {
    return LocalDateTime.of(
        time.getYear(),
        time.getMonth() + 1,
        time.getDayOfMonth(),
        time.getHours(),
        time.getMinutes(),
        time.getSeconds());
  }

  /** UNTIL includes its moment; a date includes its whole day. */
  private static Instant moment(DateTime until, ZoneId zone) {
    if (until.isAllDay()) {
      return local(until).toLocalDate().atTime(LocalTime.MAX).atZone(zone).toInstant();
    }
    return local(until).atZone(until.isFloating() ? zone : ZoneOffset.UTC).toInstant();
  }
}
