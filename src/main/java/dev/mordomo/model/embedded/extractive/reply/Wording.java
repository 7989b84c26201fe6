package dev.mordomo.model.embedded.extractive.reply;

import dev.mordomo.model.embedded.extractive.words.Words;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts times, recurrences and titles into words. */
public final class Wording {
  private static final Pattern PORTUGUESE_INFINITIVE = Pattern.compile("\\p{L}{1,30}(ar|er|ir|or)");
  private static final Pattern SPANISH_INFINITIVE =
      Pattern.compile("\\p{L}{1,30}(ar|er|ir)(me|te|se|lo|la|le|los|las|nos)?");

  private final Replies replies;
  private final Locale locale;
  private final ZonedDateTime now;
  private final boolean american;

  /**
   * @param locale the user's BCP 47 tag, for how dates are written
   */
  public Wording(Replies replies, String locale, Instant now, ZoneId zone) {
    this.replies = replies;
    Locale user = Locale.forLanguageTag(locale);
    boolean same = user.getLanguage().equals(replies.language());
    this.locale = same ? user : Locale.of(replies.language());
    this.now = now.atZone(zone);
    this.american = user.equals(Locale.US);
  }

  /** "às 15:31", "amanhã às 9:00", "sexta-feira, 13 de março, às 18:30". */
  public String moment(Instant instant) {
    ZonedDateTime at = instant.atZone(now.getZone());
    String clock = clock(at);
    if (at.toLocalDate().equals(now.toLocalDate())) {
      return clock;
    }
    return at.toLocalDate().equals(now.toLocalDate().plusDays(1))
        ? replies.say("tomorrow", clock)
        : on(at, clock);
  }

  private String on(ZonedDateTime at, String clock) {
    boolean weekend = at.getDayOfWeek().getValue() > DayOfWeek.FRIDAY.getValue();
    Optional<String> special =
        weekend ? replies.find("on.weekend", day(at), clock) : Optional.empty();
    return special.orElseGet(() -> replies.say("on", day(at), clock));
  }

  /** "toda segunda-feira às 8:00, a partir de segunda-feira, 16 de março". */
  public String recurring(String rrule, Instant first) {
    ZonedDateTime at = first.atZone(now.getZone());
    Map<String, String> parts = parts(rrule);
    String every = every(parts);
    boolean withinDay =
        List.of("HOURLY", "MINUTELY", "SECONDLY").contains(parts.getOrDefault("FREQ", ""));
    if (withinDay) {
      Optional<String> one =
          at.getHour() == 1 ? replies.find("from.clock.one", time(at)) : Optional.empty();
      return every + ", " + one.orElseGet(() -> replies.say("from.clock", time(at)));
    }
    return every + " " + clock(at) + ", " + replies.say("from", day(at));
  }

  /** "São 10:00". */
  public String clockNow() {
    return replies.say(now.getHour() == 1 ? "clock.now.one" : "clock.now", time(now));
  }

  /** "quarta-feira, 11 de março de 2026". */
  public String today() {
    return now.format(pattern("day.year"));
  }

  /**
   * " de tirar o bolo", " de “reunião”"; "" for no title.
   *
   * @param said the user's words: in English they tell "to call" from "about the call"
   */
  public String about(String title, String said) {
    if (title.isEmpty()) {
      return "";
    }
    String first = Words.fold(title.split("\\s", 2)[0]);
    boolean verb =
        switch (replies.language()) {
          case "pt" -> PORTUGUESE_INFINITIVE.matcher(first).matches();
          case "es" -> SPANISH_INFINITIVE.matcher(first).matches();
          default -> Words.fold(said).contains(Words.fold("to " + title));
        };
    return replies.say(verb ? "about.verb" : "about.noun", title);
  }

  private String clock(ZonedDateTime at) {
    return replies.say(at.getHour() == 1 ? "at.one" : "at", time(at));
  }

  private String time(ZonedDateTime at) {
    return at.format(pattern("clock"));
  }

  private String day(ZonedDateTime at) {
    return at.format(pattern(at.getYear() == now.getYear() ? "day" : "day.year"));
  }

  private DateTimeFormatter pattern(String key) {
    String pattern =
        (american ? replies.find(key + ".us") : Optional.<String>empty())
            .orElseGet(() -> replies.say(key));
    return DateTimeFormatter.ofPattern(pattern, locale);
  }

  private String every(Map<String, String> parts) {
    String frequency = parts.getOrDefault("FREQ", "DAILY");
    String interval = parts.getOrDefault("INTERVAL", "1");
    String days = parts.getOrDefault("BYDAY", "");
    if (parts.containsKey("BYMONTHDAY")) {
      return replies.say("every.monthday", parts.get("BYMONTHDAY"));
    }
    if (days.equals("MO,TU,WE,TH,FR")) {
      return replies.say("every.workdays");
    }
    if (days.equals("SA,SU")) {
      return replies.say("every.weekend");
    }
    if (!days.isEmpty() && interval.equals("1")) {
      List<String> named =
          Arrays.stream(days.split(","))
              .map(day -> replies.find("every." + day).orElse(day))
              .toList();
      return String.join(replies.say("and"), named);
    }
    return interval.equals("1")
        ? replies.find("every." + frequency).orElse(frequency)
        : replies.find("every.n." + frequency, interval).orElse(frequency);
  }

  private static Map<String, String> parts(String rrule) {
    Map<String, String> parts = new HashMap<>();
    for (String part : rrule.replaceFirst("^RRULE:", "").split(";")) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parts.put(
            part.substring(0, equals).toUpperCase(Locale.ROOT),
            part.substring(equals + 1).toUpperCase(Locale.ROOT));
      }
    }
    return parts;
  }
}
