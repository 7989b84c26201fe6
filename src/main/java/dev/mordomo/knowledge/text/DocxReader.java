package dev.mordomo.knowledge.text;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.poi.openxml4j.util.ZipSecureFile;
import org.apache.poi.xwpf.usermodel.IBodyElement;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFRun;
import org.apache.poi.xwpf.usermodel.XWPFSDT;
import org.apache.poi.xwpf.usermodel.XWPFStyle;
import org.apache.poi.xwpf.usermodel.XWPFTable;
import org.apache.poi.xwpf.usermodel.XWPFTableRow;

/** Reads a Word document: its headings, lists, tables and code, by style and numbering. */
final class DocxReader implements DocumentReader {
  private static final Pattern HEADING = Pattern.compile("(?:heading|t[ií]tulo) ?([1-9])");
  private static final Pattern CODE_STYLE =
      Pattern.compile(".*(?:code|preformatted|pr[eé]-?formata|verbatim|source).*");
  private static final Pattern CODE_FONT =
      Pattern.compile("(?i).*(?:courier|consolas|mono|menlo).*");
  private static final long LARGEST_PART = 200L * 1024 * 1024;

  static {
    ZipSecureFile.setMaxEntrySize(LARGEST_PART);
    ZipSecureFile.setMaxFileCount(5_000);
  }

  @Override
  public void read(byte[] bytes, BlockWriter out) throws IOException {
    UnpackGuard.zip(bytes);
    try (XWPFDocument document = new XWPFDocument(new ByteArrayInputStream(bytes))) {
      String title = document.getProperties().getCoreProperties().getTitle();
      new Walk(document, out).body(title == null ? "" : title);
    }
  }

  /** One reading of one document. */
  private static final class Walk {
    private final XWPFDocument document;
    private final BlockWriter out;
    private final Map<String, Integer> counters = new HashMap<>();
    private final List<String> code = new ArrayList<>();

    Walk(XWPFDocument document, BlockWriter out) {
      this.document = document;
      this.out = out;
    }

    void body(String title) {
      out.title(title);
      for (IBodyElement element : document.getBodyElements()) {
        if (!(element instanceof XWPFParagraph paragraph && isCode(paragraph))) {
          flushCode();
        }
        switch (element) {
          case XWPFParagraph paragraph -> paragraph(paragraph);
          case XWPFTable table -> table(table);
          case XWPFSDT control -> out.paragraph(control.getContent().getText());
          default -> {}
        }
      }
      flushCode();
    }

    private void paragraph(XWPFParagraph paragraph) {
      String style = styleName(paragraph);
      String text = paragraph.getText();
      Matcher heading = HEADING.matcher(style);
      if (style.equals("title")) {
        out.title(text);
        out.heading(1, text);
      } else if (heading.matches()) {
        int level = Math.min(6, Integer.parseInt(heading.group(1)));
        if (level == 1) {
          out.title(text);
        }
        out.heading(level, text);
      } else if (isCode(paragraph)) {
        code.add(text);
      } else if (paragraph.getNumID() != null) {
        item(paragraph, text);
      } else if (isPseudoHeading(paragraph, text)) {
        out.heading(MarkdownReader.PSEUDO_LEVEL, text);
      } else {
        out.paragraph(text);
      }
    }

    private void item(XWPFParagraph paragraph, String text) {
      int depth = paragraph.getNumIlvl() == null ? 0 : paragraph.getNumIlvl().intValue();
      String list = paragraph.getNumID() + "/";
      counters.keySet().removeIf(k -> k.startsWith(list) && deeper(k, list, depth));
      int number = counters.merge(list + depth, 1, Integer::sum);
      boolean bullet = "bullet".equals(paragraph.getNumFmt());
      out.item(depth, bullet ? "-" : number + ".", text);
    }

    private static boolean deeper(String key, String list, int depth) {
      return Integer.parseInt(key.substring(list.length())) > depth;
    }

    private void table(XWPFTable table) {
      List<List<String>> rows = new ArrayList<>();
      for (XWPFTableRow row : table.getRows()) {
        rows.add(row.getTableICells().stream().map(c -> cell(c)).toList());
      }
      boolean single = rows.size() < 2;
      out.table(single ? List.of() : rows.getFirst(), single ? rows : rows.subList(1, rows.size()));
    }

    private static String cell(org.apache.poi.xwpf.usermodel.ICell cell) {
      return switch (cell) {
        case org.apache.poi.xwpf.usermodel.XWPFTableCell plain -> plain.getText();
        case org.apache.poi.xwpf.usermodel.XWPFSDTCell control -> control.getContent().getText();
        default -> "";
      };
    }

    /** The built-in names are English in every language of Word: "heading 1", "Title". */
    private String styleName(XWPFParagraph paragraph) {
      String id = paragraph.getStyleID();
      if (id == null) {
        return "";
      }
      XWPFStyle style = document.getStyles() == null ? null : document.getStyles().getStyle(id);
      String name = style == null || style.getName() == null ? id : style.getName();
      return name.toLowerCase(Locale.ROOT);
    }

    private boolean isCode(XWPFParagraph paragraph) {
      if (CODE_STYLE.matcher(styleName(paragraph)).matches()) {
        return true;
      }
      List<XWPFRun> runs = paragraph.getRuns().stream().filter(r -> !r.text().isBlank()).toList();
      return !runs.isEmpty() && runs.stream().allMatch(Walk::hasCodeFont);
    }

    private static boolean hasCodeFont(XWPFRun run) {
      String font = run.getFontFamily();
      return font != null && CODE_FONT.matcher(font).matches();
    }

    private static boolean isPseudoHeading(XWPFParagraph paragraph, String text) {
      List<XWPFRun> runs = paragraph.getRuns().stream().filter(r -> !r.text().isBlank()).toList();
      return !runs.isEmpty()
          && text.length() <= 80
          && !text.matches("(?s).*[.:;!]\\s*")
          && runs.stream().allMatch(XWPFRun::isBold);
    }

    private void flushCode() {
      out.code("", String.join("\n", code));
      code.clear();
    }
  }
}
