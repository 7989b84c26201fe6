package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.reply.Replies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schedule as cron writes it: minute, hour, day of the month, month, day of the week
 * (crontab(5)).
 */
record Cron(String minute, String hour, String day, String month, String weekday) {
  private static final String FIELD = "(\\*(?:/\\d{1,2})?|\\d{1,2}(?:[-,/]\\d{1,2}){0,30})";
  private static final Pattern SCHEDULE =
      Pattern.compile(
          "(?<![\\w*/,.:-])%1$s[ \\t]+%1$s[ \\t]+%1$s[ \\t]+%1$s[ \\t]+%1$s(?![\\w*/,.:-])"
              .formatted(FIELD));
  private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");
  private static final Pattern STEP = Pattern.compile("\\*/(\\d{1,2})");
  private static final List<String> DAYS = List.of("SU", "MO", "TU", "WE", "TH", "FR", "SA", "SU");

  /** The first schedule in a text. */
  static Optional<Cron> in(String text) {
    Matcher found = SCHEDULE.matcher(text);
    while (found.find()) {
      if (found.group().indexOf('*') >= 0) {
        return Optional.of(
            new Cron(
                found.group(1), found.group(2), found.group(3), found.group(4), found.group(5)));
      }
    }
    return Optional.empty();
  }

  /** "toda segunda-feira às 7:00"; empty for schedules that are not so plain. */
  Optional<String> words(Replies replies) {
    if (!month.equals("*") || (!day.equals("*") && !weekday.equals("*"))) {
      return Optional.empty();
    }
    Matcher minutes = STEP.matcher(minute);
    Matcher hours = STEP.matcher(hour);
    boolean daily = day.equals("*") && weekday.equals("*");
    if (daily && hour.equals("*")) {
      return minutes.matches()
          ? Optional.of(replies.say("every.n.MINUTELY", minutes.group(1)))
          : Optional.of(replies.say(minute.equals("*") ? "every.MINUTELY" : "every.HOURLY"));
    }
    if (!NUMBER.matcher(minute).matches()) {
      return Optional.empty();
    }
    if (daily && hours.matches()) {
      return Optional.of(replies.say("every.n.HOURLY", hours.group(1)));
    }
    if (!NUMBER.matcher(hour).matches()) {
      return Optional.empty();
    }
    int at = Integer.parseInt(hour);
    String clock = "%d:%02d".formatted(at, Integer.parseInt(minute));
    return days(replies).map(days -> days + " " + replies.say(at == 1 ? "at.one" : "at", clock));
  }

  private Optional<String> days(Replies replies) {
    if (!day.equals("*")) {
      return NUMBER.matcher(day).matches()
          ? Optional.of(replies.say("every.monthday", day))
          : Optional.empty();
    }
    return switch (weekday) {
      case "*" -> Optional.of(replies.say("every.DAILY"));
      case "1-5" -> Optional.of(replies.say("every.workdays"));
      case "0,6", "6,0", "6,7" -> Optional.of(replies.say("every.weekend"));
      default -> named(replies);
    };
  }

  private Optional<String> named(Replies replies) {
    List<String> named = new ArrayList<>();
    for (String part : weekday.split(",")) {
      String[] ends = part.split("-");
      boolean plain = ends.length <= 2 && List.of(ends).stream().allMatch(e -> e.matches("[0-7]"));
      if (!plain) {
        return Optional.empty();
      }
      for (int d = Integer.parseInt(ends[0]); d <= Integer.parseInt(ends[ends.length - 1]); d++) {
        named.add(replies.say("every." + DAYS.get(d)));
      }
    }
    return Optional.of(String.join(replies.say("and"), named));
  }
}
