package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts the Markdown of a passage into units. */
final class UnitReader {
  private static final Pattern FENCE = Pattern.compile("\\s{0,3}(```|~~~)\\s?([\\w+#.-]{0,20}).*");
  private static final Pattern ITEM =
      Pattern.compile("\\s{0,12}(?:([-*+•▪–])|(\\d{1,3})[.)])\\s+(?:\\[[ xX]\\]\\s+)?(.+)");
  private static final Pattern HEADING = Pattern.compile("\\s{0,3}#{1,6}\\s+(.+)");
  private static final Pattern RULE = Pattern.compile("\\s*[-*_=][-*_=\\s]{2,}");
  private static final Pattern DIVIDER = Pattern.compile("\\s*\\|?[\\s:|-]{3,}\\|?\\s*");
  private static final Pattern LABELLED =
      Pattern.compile("\\s*[\\p{L}\\d][^:.!?]{0,40}: \\S.{0,160}");
  private static final int LONGEST_HEADING = 70;

  private final Passage passage;
  private final List<String> lines;
  private final List<Unit> units = new ArrayList<>();
  private final StringBuilder paragraph = new StringBuilder();
  private String heading = "";
  private String lead = "";
  private int group;
  private int at;

  private UnitReader(Passage passage) {
    this.passage = passage;
    this.lines = passage.text().lines().toList();
  }

  /** The units of a passage, in its order. */
  static List<Unit> read(Passage passage) {
    UnitReader reader = new UnitReader(passage);
    while (reader.at < reader.lines.size()) {
      reader.line(reader.lines.get(reader.at));
    }
    reader.endParagraph();
    return List.copyOf(reader.units);
  }

  private void line(String line) {
    Matcher fence = FENCE.matcher(line);
    Matcher title = HEADING.matcher(line);
    Matcher item = ITEM.matcher(line);
    if (fence.matches()) {
      endParagraph();
      code(fence.group(1));
    } else if (line.isBlank() || RULE.matcher(line).matches()) {
      endParagraph();
      at++;
    } else if (title.matches()) {
      heading(title.group(1));
    } else if (line.strip().startsWith("|") && line.strip().length() > 1) {
      endParagraph();
      table();
    } else if (isHeading(line)) {
      heading(line.strip());
    } else if (item.matches()) {
      endParagraph();
      item(item);
    } else if (isLabelled(at) && (isLabelled(at - 1) || isLabelled(at + 1))) {
      endParagraph();
      group += units.isEmpty() || !isLabelled(at - 1) ? 1 : 0;
      add(Unit.Kind.ITEM, plain(line), "");
      at++;
    } else {
      paragraph.append(paragraph.isEmpty() ? "" : " ").append(line.strip());
      at++;
    }
  }

  /** "Name: value", one of several such lines. */
  private boolean isLabelled(int index) {
    return index >= 0
        && index < lines.size()
        && LABELLED.matcher(lines.get(index)).matches()
        && !FENCE.matcher(lines.get(index)).matches()
        && !ITEM.matcher(lines.get(index)).matches();
  }

  private void heading(String text) {
    endParagraph();
    heading = plain(text);
    lead = "";
    at++;
  }

  /** A question of a list of questions, or a short line such as "3. Illness" above prose. */
  private boolean isHeading(String line) {
    String text = line.strip();
    if (text.length() > LONGEST_HEADING * 2 || !paragraphBreaksHere()) {
      return false;
    }
    boolean asks = text.endsWith("?") && Sentences.of(text).size() == 1;
    boolean numbered = ITEM.matcher(line).matches() && Character.isDigit(text.charAt(0));
    boolean bare =
        text.length() <= LONGEST_HEADING && Character.isLetter(text.charAt(text.length() - 1));
    return asks || (numbered && bare && !itemFollows() && proseFollows());
  }

  private boolean paragraphBreaksHere() {
    String before = at == 0 ? "" : lines.get(at - 1).strip();
    return before.isEmpty() || ".!?:;”\")".indexOf(before.charAt(before.length() - 1)) >= 0;
  }

  private boolean itemFollows() {
    return at + 1 < lines.size() && ITEM.matcher(lines.get(at + 1)).matches();
  }

  private boolean proseFollows() {
    return at + 1 < lines.size() && lines.get(at + 1).strip().length() > 20;
  }

  private void endParagraph() {
    if (paragraph.isEmpty()) {
      return;
    }
    List<String> sentences = Sentences.of(paragraph.toString());
    paragraph.setLength(0);
    group++;
    for (String sentence : sentences) {
      add(Unit.Kind.SENTENCE, plain(sentence), "");
    }
    lead = sentences.isEmpty() ? "" : plain(sentences.getLast());
  }

  private void item(Matcher item) {
    group += units.isEmpty() || !units.getLast().kind().isListed() || blankBefore() ? 1 : 0;
    Unit.Kind kind = item.group(2) == null ? Unit.Kind.ITEM : Unit.Kind.STEP;
    StringBuilder text = new StringBuilder(item.group(3).strip());
    at++;
    while (at < lines.size() && continues(lines.get(at))) {
      text.append(' ').append(lines.get(at).strip());
      at++;
    }
    add(kind, plain(text.toString()), lead);
  }

  private boolean blankBefore() {
    return at > 1 && lines.get(at - 1).isBlank() && !ITEM.matcher(lines.get(at - 2)).matches();
  }

  private static boolean continues(String line) {
    return !line.isBlank()
        && Character.isWhitespace(line.charAt(0))
        && !ITEM.matcher(line).matches()
        && !FENCE.matcher(line).matches()
        && !line.strip().startsWith("|");
  }

  private void table() {
    List<String> header = List.of();
    group++;
    boolean first = true;
    while (at < lines.size() && lines.get(at).strip().startsWith("|")) {
      String line = lines.get(at);
      boolean divided = at + 1 < lines.size() && DIVIDER.matcher(lines.get(at + 1)).matches();
      if (first && divided) {
        header = cells(line);
        at++;
      } else if (!DIVIDER.matcher(line).matches()) {
        row(header, cells(line));
      }
      first = false;
      at++;
    }
  }

  private void row(List<String> header, List<String> cells) {
    StringBuilder row = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String name = column < header.size() ? header.get(column) : "";
      if (!cell.isEmpty()) {
        row.append(row.isEmpty() ? "" : "; ");
        row.append(column == 0 || name.isEmpty() ? "" : name + ": ");
        row.append(column == 0 ? "**" + cell.replace("*", "") + "**" : cell);
      }
    }
    if (!row.isEmpty()) {
      String columns = String.join(", ", header);
      add(Unit.Kind.ROW, row.toString(), lead.isEmpty() ? columns : lead + " " + columns);
    }
  }

  private static List<String> cells(String line) {
    String inner = line.strip().replaceFirst("^\\|", "").replaceFirst("\\|$", "");
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    for (int i = 0; i < inner.length(); i++) {
      boolean escaped =
          inner.charAt(i) == '\\' && i + 1 < inner.length() && inner.charAt(i + 1) == '|';
      if (inner.charAt(i) == '|') {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else if (!escaped) {
        cell.append(inner.charAt(i));
      } else {
        cell.append('|');
        i++;
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }

  private void code(String fence) {
    at++;
    List<String> code = new ArrayList<>();
    while (at < lines.size() && !lines.get(at).strip().startsWith(fence)) {
      code.add(lines.get(at));
      at++;
    }
    at++;
    group++;
    for (CodeUnits.Part part : CodeUnits.of(code)) {
      add(part.kind(), part.text(), lead.isEmpty() ? part.context() : lead + "\n" + part.context());
    }
  }

  private void add(Unit.Kind kind, String text, String context) {
    String around =
        heading.isEmpty() ? context : heading + (context.isEmpty() ? "" : "\n" + context);
    if (!text.isBlank()) {
      units.add(new Unit(passage, kind, text, around, group, units.size()));
    }
  }

  /** Without marks of emphasis and decoration at the edges. */
  private static String plain(String text) {
    return text.replace("**", "").replaceAll("^[\\p{So}\\x{FE0F}\\s]+", "").strip();
  }
}
