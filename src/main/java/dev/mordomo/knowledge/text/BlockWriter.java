package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts a document's text together, block by block, and refuses to grow past its limit. */
final class BlockWriter {
  private static final Pattern SPACES = Pattern.compile("[\\h\\x{200B}\\x{FEFF}]+");
  private static final Pattern AROUND_BREAK = Pattern.compile(" ?\\n ?");

  /** PostgreSQL stores no NUL, and other controls and lone surrogates help nobody. */
  private static final Pattern UNWANTED = Pattern.compile("[\\p{Cc}\\p{Cs}\\x{AD}&&[^\\n\\t]]");

  private static final Pattern TABLE_BREAKS = Pattern.compile("\\s*[\\n|]\\s*");

  private final int limit;
  private final StringBuilder text = new StringBuilder();
  private final List<Block> blocks = new ArrayList<>();
  private Optional<String> title = Optional.empty();
  private int page;
  private boolean inList;

  BlockWriter(int limit) {
    this.limit = limit;
  }

  /** Blocks written from now on stand on this page. */
  void page(int number) {
    page = number;
  }

  /** The first title given is kept; a blank one is none. */
  void title(String candidate) {
    String clean = oneLine(candidate);
    if (title.isEmpty() && !clean.isEmpty()) {
      title = Optional.of(clean);
    }
  }

  void heading(int level, String content) {
    String clean = oneLine(content);
    if (!clean.isEmpty()) {
      int start = open(clean, "\n\n");
      blocks.add(new Block.Heading(level, page, start, text.length()));
    }
  }

  void paragraph(String content) {
    String clean = prose(content);
    if (!clean.isEmpty()) {
      int start = open(clean, "\n\n");
      blocks.add(new Block.Paragraph(page, start, text.length()));
    }
  }

  void item(int depth, String marker, String content) {
    String clean = prose(content);
    if (!clean.isEmpty()) {
      boolean follows = inList;
      int start =
          open("  ".repeat(Math.min(depth, 6)) + marker + " " + clean, follows ? "\n" : "\n\n");
      blocks.add(new Block.Item(depth, page, start, text.length()));
      inList = true;
    }
  }

  /** Rows of cells; an empty header is none. Rows without any text are left out. */
  void table(List<String> header, List<List<String>> rows) {
    StringBuilder head = new StringBuilder();
    if (!isBlank(header)) {
      head.append(row(header)).append('\n');
      head.append("| --- ".repeat(header.size())).append("|\n");
    }
    StringBuilder body = new StringBuilder();
    rows.stream().filter(r -> !isBlank(r)).forEach(r -> body.append(row(r)).append('\n'));
    if (head.length() + body.length() > 0) {
      String whole = head.append(body.isEmpty() ? "" : body).toString().stripTrailing();
      int headLength = Math.min(whole.length(), head.length() - body.length());
      int start = open(whole, "\n\n");
      blocks.add(new Block.Table(start + headLength, page, start, text.length()));
    }
  }

  void code(String language, String content) {
    String clean = UNWANTED.matcher(lineBreaks(content)).replaceAll("").replaceAll("\\s+$", "");
    clean = clean.replaceFirst("^(?:[ \\t]*\\n)+", "");
    if (!clean.isBlank()) {
      int start = open(clean, "\n\n");
      blocks.add(new Block.Code(language.strip(), page, start, text.length()));
    }
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  ExtractedText finish(FileKind kind) {
    return new ExtractedText(kind, title, text.toString(), blocks);
  }

  private int open(String content, String separator) {
    if (Thread.currentThread().isInterrupted()) {
      throw Failure.of(FailureCode.UNREADABLE_FILE, "reading the file was stopped");
    }
    if ((long) text.length() + content.length() + separator.length() > limit) {
      throw Failure.of(
          FailureCode.TOO_LARGE, "the file holds more than " + limit + " characters of text");
    }
    inList = false;
    if (!text.isEmpty()) {
      text.append(separator);
    }
    int start = text.length();
    text.append(content);
    return start;
  }

  private static boolean isBlank(List<String> cells) {
    return cells.stream().allMatch(String::isBlank);
  }

  private static String row(List<String> cells) {
    StringBuilder line = new StringBuilder("|");
    for (String cell : cells) {
      line.append(' ').append(TABLE_BREAKS.matcher(prose(cell)).replaceAll(" ")).append(" |");
    }
    return line.toString();
  }

  static String oneLine(String content) {
    return prose(content).replace('\n', ' ');
  }

  static String prose(String content) {
    String clean = Normalizer.normalize(lineBreaks(content), Normalizer.Form.NFC);
    clean = UNWANTED.matcher(clean).replaceAll("");
    clean = SPACES.matcher(clean).replaceAll(" ");
    return AROUND_BREAK.matcher(clean).replaceAll("\n").strip();
  }

  private static String lineBreaks(String content) {
    return content.replace("\r\n", "\n").replace('\r', '\n').replace('\f', '\n');
  }
}
