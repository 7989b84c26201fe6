package dev.mordomo.model.embedded.extractive.time;

import java.time.DayOfWeek;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rule of recurrence as RFC 5545 knows it.
 *
 * @param frequency such as {@code WEEKLY}
 * @param interval 1 or more
 * @param days the weekdays, or none
 * @param monthDay 1 to 31, or 0 for none
 */
record Recurrence(String frequency, int interval, Set<DayOfWeek> days, int monthDay) {
  Recurrence {
    days = Set.copyOf(days);
  }

  static Recurrence every(String frequency, int interval) {
    return new Recurrence(frequency, interval, Set.of(), 0);
  }

  static Recurrence weekly(Collection<DayOfWeek> days) {
    return new Recurrence("WEEKLY", 1, Set.copyOf(days), 0);
  }

  /** Reads the few forms that vocabularies hold: FREQ, INTERVAL and BYDAY. */
  static Recurrence parse(String rule) {
    String frequency = "DAILY";
    int interval = 1;
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : rule.split(";")) {
      String value = part.substring(part.indexOf('=') + 1);
      if (part.startsWith("FREQ=")) {
        frequency = value;
      } else if (part.startsWith("INTERVAL=")) {
        interval = Integer.parseInt(value);
      } else if (part.startsWith("BYDAY=")) {
        for (String day : value.split(",")) {
          for (DayOfWeek known : DayOfWeek.values()) {
            if (known.name().startsWith(day)) {
              days.add(known);
            }
          }
        }
      }
    }
    return new Recurrence(frequency, interval, days, 0);
  }

  /** Within a day: a clock time says when it begins, and no default hour makes sense. */
  boolean withinDay() {
    return frequency.equals("HOURLY")
        || frequency.equals("MINUTELY")
        || frequency.equals("SECONDLY");
  }

  Recurrence onMonthDay(int day) {
    return new Recurrence(frequency, interval, days, day);
  }

  Recurrence onDay(DayOfWeek day) {
    return new Recurrence(frequency, interval, Set.of(day), monthDay);
  }

  /** The rule's text, for instance {@code FREQ=WEEKLY;BYDAY=MO}. */
  String rrule() {
    StringBuilder rule = new StringBuilder("FREQ=").append(frequency);
    if (interval > 1) {
      rule.append(";INTERVAL=").append(interval);
    }
    if (!days.isEmpty()) {
      rule.append(";BYDAY=")
          .append(
              days.stream()
                  .sorted()
                  .map(day -> day.name().substring(0, 2).toUpperCase(Locale.ROOT))
                  .collect(Collectors.joining(",")));
    }
    if (monthDay > 0) {
      rule.append(";BYMONTHDAY=").append(monthDay);
    }
    return rule.toString();
  }
}
