package dev.mordomo.knowledge.text;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Divides a range of text into sentences; an abbreviation's dot ends none. */
final class SentenceSplitter {
  private static final Pattern ABBREVIATION =
      Pattern.compile(
          "(?iu)(?:^|.*[\\s(])(?:sra?s?|dra?s?|profa?|exm[oa]|ilm[oa]|arts?|inc|par|n|nº|n\\.º|núm|num|no"
              + "|p|pp|pág|págs|fl|fls|cap|vol|ed|ex|aprox|máx|mín|tel|av|r|ud|uds|ltda|s\\.a|cia|etc|e\\.g|i\\.e|p\\."
              + " ?ex|vs|mr|mrs|ms|fig|figs|eq|sec|st|\\p{L}|\\d{1,3})\\.\\s*$");

  private SentenceSplitter() {}

  /** Start and end of each sentence, within the same text; together they cover the range. */
  static List<int[]> split(String text, int start, int end) {
    String part = text.substring(start, end);
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(part);
    List<int[]> sentences = new ArrayList<>();
    int from = 0;
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      boolean goesOn = to < part.length() && endsInAbbreviation(part, from, to);
      if (!goesOn && !part.substring(from, to).isBlank()) {
        sentences.add(new int[] {start + from, start + from + stripped(part, from, to)});
        from = to;
      }
    }
    return sentences;
  }

  private static boolean endsInAbbreviation(String part, int from, int to) {
    return ABBREVIATION.matcher(part.substring(Math.max(from, to - 24), to)).matches();
  }

  private static int stripped(String part, int from, int to) {
    int end = to;
    while (end > from && Character.isWhitespace(part.charAt(end - 1))) {
      end--;
    }
    return end - from;
  }
}
