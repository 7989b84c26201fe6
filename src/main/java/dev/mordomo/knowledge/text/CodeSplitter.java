package dev.mordomo.knowledge.text;

import dev.mordomo.knowledge.text.Unit.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides a block of code that is too long: at blank lines first, then after statements, then
 * between any two lines; never within a line, unless the line alone is longer than a chunk.
 */
final class CodeSplitter {
  private final String text;
  private final int target;

  CodeSplitter(String text, int target) {
    this.text = text;
    this.target = target;
  }

  List<Range> split(int start, int end) {
    List<Range> pieces = new ArrayList<>();
    for (Range group : groups(start, end)) {
      boolean together =
          !pieces.isEmpty()
              && tokens(pieces.getLast().start(), group.end()) <= target
              && !startsAnew(group);
      if (together) {
        Range last = pieces.removeLast();
        pieces.add(new Range(last.start(), group.end()));
      } else {
        pieces.addAll(
            tokens(group.start(), group.end()) <= target * 2 ? List.of(group) : lines(group));
      }
    }
    return pieces;
  }

  /** A definition at the margin, or the comment above it, is better found on its own. */
  private boolean startsAnew(Range group) {
    String first = group.in(text);
    return first.startsWith("--")
        || first.matches("(?is)(?:create|alter|def|class|function|public|func|fn)\\b.*");
  }

  /** Between blank lines. */
  private List<Range> groups(int start, int end) {
    List<Range> groups = new ArrayList<>();
    int from = -1;
    int last = start;
    for (Range line : linesOf(start, end)) {
      if (line.in(text).isBlank()) {
        if (from >= 0) {
          groups.add(new Range(from, last));
        }
        from = -1;
      } else {
        from = from < 0 ? line.start() : from;
        last = line.end();
      }
    }
    if (from >= 0) {
      groups.add(new Range(from, last));
    }
    return groups;
  }

  private List<Range> lines(Range group) {
    List<Range> pieces = new ArrayList<>();
    int from = group.start();
    int end = from;
    for (Range line : linesOf(group.start(), group.end())) {
      boolean full = end > from && tokens(from, line.end()) > target;
      boolean afterStatement =
          end > from && tokens(from, end) > target * 2 / 3 && endsStatement(from, end);
      if (full || afterStatement) {
        pieces.add(new Range(from, end));
        from = line.start();
      }
      end = line.end();
      while (tokens(from, end) > target * 4) {
        int cut = from + target * 4;
        pieces.add(new Range(from, cut));
        from = cut;
      }
    }
    pieces.add(new Range(from, end));
    return pieces;
  }

  private boolean endsStatement(int from, int end) {
    String piece = text.substring(from, end).stripTrailing();
    return piece.endsWith(";") || piece.endsWith("}");
  }

  private List<Range> linesOf(int start, int end) {
    List<Range> lines = new ArrayList<>();
    int from = start;
    while (from < end) {
      int newline = text.indexOf('\n', from);
      int to = newline < 0 || newline > end ? end : newline;
      lines.add(new Range(from, to));
      from = to + 1;
    }
    return lines;
  }

  private int tokens(int start, int end) {
    return TokenCount.of(text, start, end);
  }
}
