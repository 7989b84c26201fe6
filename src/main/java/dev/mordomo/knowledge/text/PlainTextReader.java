package dev.mordomo.knowledge.text;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads plain text: paragraphs between blank lines, items by their markers, and as headings short
 * lines that stand alone and look like one (numbered, in capitals, or a part's name).
 */
final class PlainTextReader implements DocumentReader {
  private static final Pattern BLANK_LINES =
      Pattern.compile("\\n[ \\t]*\\n\\s*?(?=\\S|[ \\t]+\\S|\\z)");
  private static final Pattern ITEM =
      Pattern.compile("^(\\s*)([-*•‣–·]|\\d{1,3}[.)]|[a-z]\\))\\s+(\\S.*)$");
  private static final Pattern NUMBERED =
      Pattern.compile("^(\\d{1,2}(?:\\.\\d{1,2})*)[.)]?\\s+\\p{Lu}.*");
  private static final Pattern PART =
      Pattern.compile(
          "^(?i:cap[ií]tulo|se[cç][aã]o|secci[oó]n|t[ií]tulo|anexo|chapter|section|appendix)\\b.*");
  private static final int LONGEST_HEADING = 90;
  private static final Pattern NAME_OF_PART = Pattern.compile("\\p{Lu}[^.;,:!?]{1,48}[\\p{L}\\d)]");
  private static final int MOST_WORDS_OF_NAME = 6;

  @Override
  public void read(byte[] bytes, BlockWriter out) {
    read(TextDecoder.decode(bytes), out);
  }

  static void read(String decoded, BlockWriter out) {
    String text = decoded.replace("\r\n", "\n").replace('\r', '\n').replace('\f', '\n');
    for (String block : BLANK_LINES.split(text)) {
      if (!block.isBlank()) {
        block(block.stripTrailing(), out);
      }
    }
  }

  private static void block(String block, BlockWriter out) {
    List<String> lines = block.lines().toList();
    String first = lines.getFirst().strip();
    int level = lines.size() == 1 ? headingLevel(first) : leadingLevel(first, lines.get(1));
    if (level > 0) {
      if (out.isEmpty()) {
        out.title(first);
      }
      out.heading(level, first);
      lines = lines.subList(1, lines.size());
    }
    body(lines, out);
  }

  /** A numbered title or a question right above its text; 0 for anything else. */
  private static int leadingLevel(String first, String second) {
    boolean title = first.length() < second.strip().length() && !ITEM.matcher(second).matches();
    if (title && first.endsWith("?") && first.length() <= LONGEST_HEADING) {
      return MarkdownReader.PSEUDO_LEVEL;
    }
    if (title && NUMBERED.matcher(first).matches()) {
      return headingLevel(first);
    }
    return title && isNameOfPart(first) && beginsAnew(second.strip())
        ? MarkdownReader.PSEUDO_LEVEL
        : 0;
  }

  /** A few words without a sign at their end, such as "Chegada e saída". */
  private static boolean isNameOfPart(String line) {
    return NAME_OF_PART.matcher(line).matches() && line.split("\\s+").length <= MOST_WORDS_OF_NAME;
  }

  /** A sentence that was broken between lines goes on in lower case. */
  private static boolean beginsAnew(String line) {
    int first = line.codePointAt(0);
    return Character.isUpperCase(first) || !Character.isLetter(first);
  }

  private static void body(List<String> lines, BlockWriter out) {
    StringBuilder pending = new StringBuilder();
    Matcher open = ITEM.matcher("");
    boolean inItem = false;
    for (String line : lines) {
      Matcher item = ITEM.matcher(line);
      if (item.matches()) {
        flush(pending, inItem, open, out);
        open = item;
        inItem = true;
        pending.append(item.group(3));
      } else {
        pending.append(pending.isEmpty() ? "" : "\n").append(line);
      }
    }
    flush(pending, inItem, open, out);
  }

  private static void flush(StringBuilder pending, boolean inItem, Matcher item, BlockWriter out) {
    if (inItem) {
      out.item(item.group(1).replace("\t", "    ").length() / 2, item.group(2), pending.toString());
    } else {
      out.paragraph(pending.toString());
    }
    pending.setLength(0);
  }

  /** 0 for a line that is no heading. */
  static int headingLevel(String line) {
    boolean fits = line.length() >= 2 && line.length() <= LONGEST_HEADING;
    if (!fits || line.matches(".*[.;,:!?]$") || line.chars().noneMatch(Character::isLetter)) {
      return 0;
    }
    Matcher numbered = NUMBERED.matcher(line);
    if (numbered.matches()) {
      return 1 + (int) numbered.group(1).chars().filter(c -> c == '.').count();
    }
    boolean capitals = line.equals(line.toUpperCase(Locale.ROOT));
    return capitals || PART.matcher(line).matches() ? 1 : 0;
  }
}
