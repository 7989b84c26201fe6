package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.reply.Replies;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What code and abbreviations say without the words for it: {@code DEFAULT 10} is a default, {@code
 * CHECK (n <= 4)} a maximum, {@code espera_s} is in seconds, {@code 0 7 * * 1} every Monday at
 * seven.
 */
final class CodeSense {
  private record Sign(Pattern pattern, String words) {}

  private static final List<Sign> SIGNS =
      List.of(
          sign("(?i)\\bDEFAULT\\b", "default initial"),
          sign("(?i)\\bIN\\s*\\(\\s*'|\\bENUM\\b", "possible types kinds states values options"),
          sign("<=?\\s*\\d|(?i:\\bBETWEEN\\b|\\bVARCHAR\\s?\\(|\\bmax_?)", "maximum limit"),
          sign(">=?\\s*\\d|(?i:\\bmin_)", "minimum"),
          sign("(?i)\\bUNIQUE\\b", "unique duplicate"),
          sign("(?i)\\b(DELETE\\s+FROM|DROP|purge|cleanup)\\b", "delete"),
          sign("(?i)\\bREFERENCES\\b|\\bFOREIGN\\s+KEY\\b", "belongs reference"),
          sign("(?i)\\bSELECT\\b", "query"),
          // Parts of names, where what one means is usually called otherwise.
          part("quotas?|cotas?|cupos?", "limit maximum allowance"),
          part("used|usad[oa]s?|consum(?:ed|id[oa]s?)", "used spent so far"),
          part("ttl|expir(?:y|es|ation|a|acao|acion)", "expires valid duration"),
          part("timeout", "maximum waiting time"),
          part("retention|retencao|retencion", "keeps kept for"),
          part("retries|attempts|tentativas|intentos", "attempts tries"));

  private static final Pattern UNIT_OF_NAME =
      Pattern.compile(
          "(?i)\\p{L}[_.-](ms|s|seg|secs?|seconds?|segundos|min|mins|minutes?|minutos|h|hours?|horas|days?|dias|semanas|weeks?"
              + "|meses|months?|mb|kb|gb|bytes|pct|percent)\\b(?!\\s*\\()");
  private static final Map<String, String> UNITS =
      Map.ofEntries(
          Map.entry("ms", "milliseconds"),
          Map.entry("s", "seconds"),
          Map.entry("seg", "seconds"),
          Map.entry("sec", "seconds"),
          Map.entry("secs", "seconds"),
          Map.entry("min", "minutes"),
          Map.entry("mins", "minutes"),
          Map.entry("h", "hours"),
          Map.entry("segundos", "seconds"),
          Map.entry("minutos", "minutes"),
          Map.entry("horas", "hours"),
          Map.entry("dias", "days"),
          Map.entry("semanas", "weeks"),
          Map.entry("meses", "months"),
          Map.entry("mb", "megabytes size"),
          Map.entry("kb", "kilobytes size"),
          Map.entry("gb", "gigabytes size"),
          Map.entry("bytes", "bytes size"),
          Map.entry("pct", "percent"));
  private static final Pattern SHORT_SPAN = Pattern.compile("\\b\\d+\\s?(ms|s|m|min|h|d)\\b");

  private CodeSense() {}

  private static Sign sign(String pattern, String words) {
    return new Sign(Pattern.compile(pattern), words);
  }

  private static Sign part(String names, String words) {
    return sign("(?i)(?<!\\p{L})(?:" + names + ")(?!\\p{L})", words);
  }

  /** English words that the unit implies; "" for most. */
  static String of(Unit unit) {
    StringBuilder words = new StringBuilder();
    Cron.in(unit.text())
        .flatMap(cron -> cron.words(Replies.in("en")))
        .ifPresent(when -> words.append(when).append(' '));
    if (unit.kind().isCode()) {
      for (Sign sign : SIGNS) {
        if (sign.pattern.matcher(unit.text()).find()) {
          words.append(sign.words).append(' ');
        }
      }
    }
    Matcher unitOf = UNIT_OF_NAME.matcher(unit.text());
    if (unitOf.find()) {
      String name = unitOf.group(1).toLowerCase(Locale.ROOT);
      words.append(UNITS.getOrDefault(name, name)).append(' ');
    }
    return words.toString().strip();
  }

  /** Whether a name or a number says a length of time: {@code espera_s = 20}, {@code ttl: 90s}. */
  static boolean spans(String text) {
    Matcher unitOf = UNIT_OF_NAME.matcher(text);
    boolean named = unitOf.find() && !unitOf.group(1).matches("(?i)mb|kb|gb|bytes|pct|percent");
    return named || SHORT_SPAN.matcher(text).find();
  }
}
