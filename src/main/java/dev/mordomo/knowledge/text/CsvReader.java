package dev.mordomo.knowledge.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads comma-separated values (RFC 4180) as one table. What separates them is found by which
 * character divides the first records most evenly; the first record is the header when it looks
 * like one.
 */
final class CsvReader implements DocumentReader {
  private static final char[] SEPARATORS = {',', ';', '\t', '|'};
  private static final int SAMPLE = 50;
  private static final int MOST_COLUMNS = 500;
  private static final Pattern NUMBER = Pattern.compile("[\\s$€R+-]*[\\d.,/:%-]+\\s*");

  @Override
  public void read(byte[] bytes, BlockWriter out) {
    String text = TextDecoder.decode(bytes);
    char separator = separator(text);
    List<List<String>> rows = new Records(text, separator).all();
    boolean header = rows.size() > 1 && looksLikeHeader(rows.getFirst());
    out.table(header ? rows.getFirst() : List.of(), header ? rows.subList(1, rows.size()) : rows);
  }

  private static char separator(String text) {
    char best = ',';
    double bestPoints = 0;
    for (char candidate : SEPARATORS) {
      List<Integer> widths =
          new Records(text, candidate).first(SAMPLE).stream().map(List::size).toList();
      int usual = widths.stream().mapToInt(Integer::intValue).max().orElse(1);
      long even = widths.stream().filter(w -> w == usual).count();
      double points = usual < 2 ? 0 : (double) even / widths.size() + usual / 10_000.0;
      if (points > bestPoints) {
        best = candidate;
        bestPoints = points;
      }
    }
    return best;
  }

  /** Words in every cell, each of them once. */
  private static boolean looksLikeHeader(List<String> cells) {
    return new HashSet<>(cells).size() == cells.size()
        && cells.stream().noneMatch(c -> c.isBlank() || NUMBER.matcher(c).matches());
  }

  /** The records of one text. */
  private static final class Records {
    private final String text;
    private final char separator;
    private int at;

    Records(String text, char separator) {
      this.text = text;
      this.separator = separator;
    }

    List<List<String>> all() {
      return first(Integer.MAX_VALUE);
    }

    List<List<String>> first(int most) {
      List<List<String>> records = new ArrayList<>();
      while (at < text.length() && records.size() < most) {
        List<String> record = record();
        if (record.stream().anyMatch(cell -> !cell.isBlank())) {
          records.add(record);
        }
      }
      return records;
    }

    private List<String> record() {
      List<String> cells = new ArrayList<>();
      while (true) {
        String cell = cell();
        if (cells.size() < MOST_COLUMNS) {
          cells.add(cell);
        }
        if (at >= text.length()) {
          return cells;
        }
        char end = text.charAt(at++);
        if (end != separator) {
          if (end == '\r' && at < text.length() && text.charAt(at) == '\n') {
            at++;
          }
          return cells;
        }
      }
    }

    /** Up to a separator or the end of the line, neither of which is taken. */
    private String cell() {
      StringBuilder cell = new StringBuilder();
      boolean quoted = at < text.length() && text.charAt(at) == '"';
      if (quoted) {
        at++;
        while (at < text.length()) {
          char c = text.charAt(at++);
          if (c != '"') {
            cell.append(c);
          } else if (at < text.length() && text.charAt(at) == '"') {
            cell.append('"');
            at++;
          } else {
            break;
          }
        }
      }
      while (at < text.length() && !ends(text.charAt(at))) {
        cell.append(text.charAt(at++));
      }
      return cell.toString().strip();
    }

    private boolean ends(char c) {
      return c == separator || c == '\n' || c == '\r';
    }
  }
}
