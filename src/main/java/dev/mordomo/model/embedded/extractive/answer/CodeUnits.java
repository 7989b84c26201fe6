package dev.mordomo.model.embedded.extractive.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts code into lines, each with what encloses it, and into statements of a few lines. */
final class CodeUnits {

  /** A part of a code block. */
  record Part(Unit.Kind kind, String text, String context) {}

  private static final int LONGEST_STATEMENT = 16;
  private static final int MOST_PARENTS = 3;
  private static final Pattern SAYS_SOMETHING = Pattern.compile(".*[\\p{L}\\d]{2}.*");
  private static final Pattern COMMENT = Pattern.compile("\\s*(#|--|//|/\\*|\\*|;|REM ).*");
  private static final Pattern CONTINUATION =
      Pattern.compile("(?i)\\s+(CHECK|DEFAULT|REFERENCES|ON|USING|WITH|NOT|COLLATE)\\b.*");
  private static final Pattern SECTION = Pattern.compile("\\s*\\[[^\\]]{1,80}\\]\\s*");

  private CodeUnits() {}

  static List<Part> of(List<String> written) {
    List<String> lines = joined(written);
    List<Part> parts = new ArrayList<>();
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at);
      if (SAYS_SOMETHING.matcher(line).matches() && !SECTION.matcher(line).matches()) {
        parts.add(new Part(Unit.Kind.CODE_LINE, line.strip(), parents(lines, at)));
      }
    }
    int from = 0;
    for (int at = 0; at <= lines.size(); at++) {
      if (at == lines.size() || lines.get(at).isBlank()) {
        statement(lines.subList(from, at)).ifPresent(parts::add);
        from = at + 1;
      }
    }
    return parts;
  }

  /**
   * A line with the more indented one that goes on with it ("estado TEXT" with its "CHECK (…)").
   */
  private static List<String> joined(List<String> written) {
    List<String> lines = new ArrayList<>();
    for (String line : written) {
      boolean goesOn =
          !lines.isEmpty()
              && CONTINUATION.matcher(line).matches()
              && !lines.getLast().isBlank()
              && indent(line) > indent(lines.getLast())
              && !COMMENT.matcher(lines.getLast()).matches()
              && ",;({["
                      .indexOf(
                          lines
                              .getLast()
                              .stripTrailing()
                              .charAt(lines.getLast().stripTrailing().length() - 1))
                  < 0;
      if (goesOn) {
        lines.set(lines.size() - 1, lines.getLast().stripTrailing() + " " + line.strip());
      } else {
        lines.add(line);
      }
    }
    return lines;
  }

  /** Whether a line of code is a comment and no more. */
  static boolean isComment(String line) {
    return COMMENT.matcher(line).matches();
  }

  private static java.util.Optional<Part> statement(List<String> lines) {
    boolean fits = lines.size() > 1 && lines.size() <= LONGEST_STATEMENT;
    String text = String.join("\n", lines).stripIndent().stripTrailing();
    return fits && SAYS_SOMETHING.matcher(text.replace('\n', ' ')).matches()
        ? java.util.Optional.of(new Part(Unit.Kind.CODE_BLOCK, text, ""))
        : java.util.Optional.empty();
  }

  /** The lines that enclose a line: less indented ones, its section, and the comment above it. */
  private static String parents(List<String> lines, int at) {
    List<String> parents = new ArrayList<>();
    int indent = indent(lines.get(at));
    boolean commented = COMMENT.matcher(lines.get(at)).matches();
    boolean sectioned = false;
    for (int above = at - 1; above >= 0 && parents.size() < MOST_PARENTS; above--) {
      String line = lines.get(above);
      if (line.isBlank()) {
        commented = commented || indent == 0;
        continue;
      }
      boolean comment = COMMENT.matcher(line).matches();
      boolean section = SECTION.matcher(line).matches();
      boolean encloses = indent(line) < indent && !comment;
      boolean explains = comment && !commented && indent(line) <= indent;
      if (encloses || explains || (section && !sectioned)) {
        parents.addFirst(line.strip());
        indent = encloses ? indent(line) : indent;
        commented = commented || explains;
        sectioned = sectioned || section;
      }
    }
    return String.join("\n", parents);
  }

  private static int indent(String line) {
    int indent = 0;
    while (indent < line.length() && Character.isWhitespace(line.charAt(indent))) {
      indent++;
    }
    return indent;
  }
}
