package dev.mordomo.knowledge.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Puts the lines of a PDF together again: letters larger than the body's, or bold lines that stand
 * alone, are headings; monospaced lines are code; a wide gap ends a paragraph. Running heads and
 * page numbers are left out, and words that were divided at a line's end are joined.
 */
final class PdfLayout {
  private static final Pattern ITEM =
      Pattern.compile("^([-*•‣–·▪●○]|\\d{1,3}[.)]|[a-z]\\))\\s+(\\S.*)$");
  private static final int LONGEST_HEADING = 120;
  private static final double LARGER = 1.12;
  private static final double GAP = 1.7;

  private final List<PdfLine> lines;
  private final double bodySize;
  private final List<Double> headingSizes;

  PdfLayout(List<PdfLine> all, int pages) {
    lines = withoutRunningLines(all, pages);
    bodySize = commonestSize(lines);
    headingSizes =
        lines.stream()
            .filter(l -> l.size() > bodySize * LARGER && l.text().length() <= LONGEST_HEADING)
            .map(PdfLine::size)
            .distinct()
            .sorted(Comparator.reverseOrder())
            .toList();
  }

  void write(BlockWriter out) {
    int i = 0;
    while (i < lines.size()) {
      PdfLine line = lines.get(i);
      out.page(line.page());
      int end = i + 1;
      int level = headingLevel(i);
      if (level > 0) {
        while (end < lines.size() && continuesHeading(end)) {
          end++;
        }
        heading(level, join(lines.subList(i, end)), out);
      } else if (line.monospaced()) {
        while (end < lines.size() && lines.get(end).monospaced()) {
          end++;
        }
        out.code("", code(lines.subList(i, end)));
      } else {
        while (end < lines.size() && continuesParagraph(end)) {
          end++;
        }
        prose(join(lines.subList(i, end)), out);
      }
      i = end;
    }
  }

  private void heading(int level, String text, BlockWriter out) {
    if (level == 1) {
      out.title(text);
    }
    out.heading(level, text);
  }

  private static void prose(String text, BlockWriter out) {
    Matcher item = ITEM.matcher(text);
    if (item.matches()) {
      out.item(0, item.group(1).matches("\\w.*") ? item.group(1) : "-", item.group(2));
    } else {
      out.paragraph(text);
    }
  }

  private int headingLevel(int i) {
    PdfLine line = lines.get(i);
    boolean letters = line.text().chars().anyMatch(Character::isLetter);
    if (!letters || line.monospaced() || line.text().length() > LONGEST_HEADING) {
      return 0;
    }
    if (line.size() > bodySize * LARGER) {
      return Math.min(6, 1 + headingSizes.indexOf(line.size()));
    }
    boolean alone = startsParagraph(i) && (i + 1 == lines.size() || startsBody(i + 1));
    boolean sentence = line.text().strip().matches(".*[.:;,]$");
    return line.bold() && alone && !sentence ? Math.min(6, headingSizes.size() + 1) : 0;
  }

  private boolean startsBody(int i) {
    return !lines.get(i).bold() || startsParagraph(i);
  }

  private boolean continuesHeading(int i) {
    PdfLine line = lines.get(i);
    PdfLine before = lines.get(i - 1);
    return line.size() == before.size() && line.bold() == before.bold() && !startsParagraph(i);
  }

  private boolean continuesParagraph(int i) {
    PdfLine line = lines.get(i);
    return headingLevel(i) == 0
        && !line.monospaced()
        && !ITEM.matcher(line.text()).matches()
        && !startsParagraph(i);
  }

  private boolean startsParagraph(int i) {
    if (i == 0) {
      return true;
    }
    PdfLine line = lines.get(i);
    PdfLine before = lines.get(i - 1);
    if (line.page() != before.page()) {
      return before.text().strip().matches(".*[.:;!?]$");
    }
    double step = line.top() - before.top();
    return step < 0 || step > GAP * Math.max(line.size(), before.size());
  }

  private static String join(List<PdfLine> part) {
    StringBuilder text = new StringBuilder();
    for (PdfLine line : part) {
      String next = line.text().strip();
      int last = text.length() - 1;
      boolean divided =
          last > 0
              && text.charAt(last) == '-'
              && Character.isLetter(text.charAt(last - 1))
              && Character.isLowerCase(next.charAt(0));
      if (divided) {
        text.setLength(last);
      } else if (last >= 0) {
        text.append(' ');
      }
      text.append(next);
    }
    return text.toString();
  }

  /** Indentation comes back from where the lines begin; a letter is 0.6 of its size wide. */
  private static String code(List<PdfLine> part) {
    double left = part.stream().mapToDouble(PdfLine::left).min().orElse(0);
    StringBuilder text = new StringBuilder();
    double bottom = part.getFirst().top();
    for (PdfLine line : part) {
      if (line.top() - bottom > GAP * line.size()) {
        text.append('\n');
      }
      bottom = line.top();
      int indent = (int) Math.round((line.left() - left) / Math.max(1, 0.6 * line.size()));
      text.append(" ".repeat(Math.clamp(indent, 0, 40))).append(line.text().strip()).append('\n');
    }
    return text.toString();
  }

  private static double commonestSize(List<PdfLine> lines) {
    Map<Double, Integer> letters = new HashMap<>();
    lines.forEach(l -> letters.merge(l.size(), l.text().length(), Integer::sum));
    return letters.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(0.0);
  }

  private static List<PdfLine> withoutRunningLines(List<PdfLine> lines, int pages) {
    Map<Integer, List<PdfLine>> byPage =
        lines.stream().collect(Collectors.groupingBy(PdfLine::page));
    List<PdfLine> edges = new ArrayList<>();
    byPage.values().forEach(page -> edges.addAll(edgesOf(page)));
    Map<String, Long> repeated =
        edges.stream().collect(Collectors.groupingBy(PdfLayout::shape, Collectors.counting()));
    Set<PdfLine> running =
        edges.stream()
            .filter(l ->
                isPageNumber(l) || (pages >= 3 && repeated.getOrDefault(shape(l), 0L) * 2 > pages))
            .collect(Collectors.toSet());
    List<PdfLine> kept = lines.stream().filter(l -> !running.contains(l)).toList();
    return kept.isEmpty() ? lines : kept;
  }

  private static List<PdfLine> edgesOf(List<PdfLine> page) {
    List<PdfLine> sorted = page.stream().sorted(Comparator.comparingDouble(PdfLine::top)).toList();
    return sorted.size() < 4
        ? List.of(sorted.getLast())
        : List.of(sorted.getFirst(), sorted.getLast());
  }

  private static String shape(PdfLine line) {
    return line.text().strip().replaceAll("\\d+", "0");
  }

  private static boolean isPageNumber(PdfLine line) {
    return line.text()
        .strip()
        .matches("(?i)(?:p[aá]g(?:ina|e|\\.)?\\s*)?\\d{1,4}(?:\\s*(?:/|de|of)\\s*\\d{1,4})?");
  }
}
