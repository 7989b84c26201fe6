package dev.mordomo.knowledge.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableBody;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.jsoup.Jsoup;

/** Reads Markdown: CommonMark with GitHub's tables, and a title in front matter. */
final class MarkdownReader implements DocumentReader {
  /** Below every real heading: a paragraph all in bold that serves as one. */
  static final int PSEUDO_LEVEL = 7;

  private static final Pattern FRONT_MATTER =
      Pattern.compile(
          "\\A---[ \\t]*\\n(.*?)\\n(?:---|\\.\\.\\.)[ \\t]*(?:\\n|\\z)", Pattern.DOTALL);
  private static final Pattern FRONT_TITLE =
      Pattern.compile("(?m)^(?i:title|titulo|título)[ \\t]*:[ \\t]*[\"']?(.*?)[\"']?[ \\t]*$");
  private static final int LONGEST_PSEUDO_HEADING = 80;
  private static final Parser PARSER =
      Parser.builder().extensions(List.of(TablesExtension.create())).build();

  @Override
  public void read(byte[] bytes, BlockWriter out) {
    String text = TextDecoder.decode(bytes).replace("\r\n", "\n");
    Matcher front = FRONT_MATTER.matcher(text);
    if (front.find()) {
      Matcher title = FRONT_TITLE.matcher(front.group(1));
      if (title.find()) {
        out.title(title.group(1));
      }
      text = text.substring(front.end());
    }
    blocks(PARSER.parse(text), out, -1);
  }

  private static void blocks(Node parent, BlockWriter out, int depth) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
      block(node, out, depth);
    }
  }

  private static void block(Node node, BlockWriter out, int depth) {
    switch (node) {
      case Heading heading -> {
        String text = inline(heading);
        if (heading.getLevel() == 1) {
          out.title(text);
        }
        out.heading(heading.getLevel(), text);
      }
      case Paragraph paragraph -> paragraph(paragraph, out);
      case FencedCodeBlock code -> out.code(language(code), code.getLiteral());
      case IndentedCodeBlock code -> out.code("", code.getLiteral());
      case HtmlBlock html -> out.paragraph(Jsoup.parse(html.getLiteral()).text());
      case BulletList list -> items(list, out, depth + 1, "-", 0);
      case OrderedList list -> {
        Integer first = list.getMarkerStartNumber();
        items(list, out, depth + 1, "", first == null ? 1 : first);
      }
      case TableBlock table -> table(table, out);
      case BlockQuote quote -> blocks(quote, out, depth);
      case LinkReferenceDefinition _ -> {}
      default -> blocks(node, out, depth);
    }
  }

  private static void paragraph(Paragraph paragraph, BlockWriter out) {
    String text = inline(paragraph);
    boolean allBold =
        paragraph.getFirstChild() instanceof StrongEmphasis strong && strong.getNext() == null;
    if (allBold && text.length() <= LONGEST_PSEUDO_HEADING && !text.matches("(?s).*[:.!]\\s*")) {
      out.heading(PSEUDO_LEVEL, text);
    } else {
      out.paragraph(text);
    }
  }

  private static void items(Node list, BlockWriter out, int depth, String bullet, int first) {
    int number = first;
    for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
      if (item instanceof ListItem listItem) {
        item(listItem, out, depth, bullet.isEmpty() ? number + "." : bullet);
        number++;
      }
    }
  }

  /** The item's own words first; lists, code and tables inside it follow as blocks. */
  private static void item(ListItem item, BlockWriter out, int depth, String marker) {
    Node child = item.getFirstChild();
    if (child instanceof Paragraph lead) {
      out.item(depth, marker, inline(lead));
      child = child.getNext();
    }
    for (; child != null; child = child.getNext()) {
      if (child instanceof Paragraph more) {
        out.item(depth + 1, " ", inline(more));
      } else {
        block(child, out, depth);
      }
    }
  }

  private static void table(TableBlock table, BlockWriter out) {
    List<String> header = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Node part = table.getFirstChild(); part != null; part = part.getNext()) {
      for (Node row = part.getFirstChild(); row != null; row = row.getNext()) {
        if (part instanceof TableHead) {
          header = cells(row);
        } else if (part instanceof TableBody) {
          rows.add(cells(row));
        }
      }
    }
    out.table(header, rows);
  }

  private static List<String> cells(Node row) {
    List<String> cells = new ArrayList<>();
    for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNext()) {
      cells.add(inline(cell));
    }
    return cells;
  }

  private static String language(FencedCodeBlock code) {
    String info = code.getInfo() == null ? "" : code.getInfo().strip();
    return info.split("[\\s{,]", 2)[0].toLowerCase(Locale.ROOT);
  }

  private static String inline(Node parent) {
    StringBuilder text = new StringBuilder();
    inline(parent, text);
    return text.toString();
  }

  private static void inline(Node parent, StringBuilder text) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
      switch (node) {
        case Text literal -> text.append(literal.getLiteral());
        case Code code -> text.append(code.getLiteral());
        case SoftLineBreak breaks -> text.append(isBeforeLabel(breaks) ? '\n' : ' ');
        case HardLineBreak _ -> text.append('\n');
        case HtmlInline html -> text.append(isBreak(html) ? "\n" : "");
        case Image image -> inline(image, text);
        default -> inline(node, text);
      }
    }
  }

  /** "**Owner:** …" is meant to stand on a line of its own. */
  private static boolean isBeforeLabel(SoftLineBreak breaks) {
    return breaks.getNext() instanceof StrongEmphasis label
        && (inline(label).strip().endsWith(":")
            || (label.getNext() instanceof Text after && after.getLiteral().startsWith(":")));
  }

  private static boolean isBreak(HtmlInline html) {
    return html.getLiteral().toLowerCase(Locale.ROOT).startsWith("<br");
  }
}
