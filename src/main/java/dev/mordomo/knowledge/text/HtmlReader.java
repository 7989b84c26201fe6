package dev.mordomo.knowledge.text;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.Elements;

/** Reads a web page: its main part, without navigation, scripts and what is hidden. */
final class HtmlReader implements DocumentReader {
  private static final String NOISE =
      "script,style,noscript,template,svg,nav,iframe,object,button,select,dialog,"
          + "[hidden],[aria-hidden=true],[style*=display:none],[style*=display: none]";
  private static final Set<String> LISTS = Set.of("ul", "ol", "menu");
  private static final int DEEPEST = 400;

  @Override
  public void read(byte[] bytes, BlockWriter out) throws IOException {
    read(parse(bytes), out);
  }

  /** A page whose text is known already. */
  static void read(String page, BlockWriter out) {
    read(Jsoup.parse(page), out);
  }

  private static void read(Document page, BlockWriter out) {
    page.select(NOISE).remove();
    out.title(page.title());
    Element main = main(page);
    Optional.ofNullable(main.selectFirst("h1")).map(Element::text).ifPresent(out::title);
    StringBuilder loose = new StringBuilder();
    children(main, out, loose, 0, -1);
    flush(loose, out);
  }

  /** A declared charset wins over a guess, as in browsers; without one the bytes are examined. */
  private static Document parse(byte[] bytes) throws IOException {
    if (TextDecoder.isBinary(bytes)) {
      throw new IOException("binary data");
    }
    Document declared = Jsoup.parse(new ByteArrayInputStream(bytes), null, "");
    boolean says = declared.selectFirst("meta[charset],meta[http-equiv=content-type]") != null;
    return says ? declared : Jsoup.parse(TextDecoder.decode(bytes));
  }

  private static Element main(Document page) {
    Elements candidates = page.select("main,[role=main]");
    if (candidates.isEmpty()) {
      candidates = page.select("article");
    }
    Element first = candidates.size() == 1 ? candidates.first() : null;
    return first == null || first.text().isBlank() ? page.body() : first;
  }

  private static void children(
      Element parent, BlockWriter out, StringBuilder loose, int depth, int listDepth) {
    for (Node node : parent.childNodes()) {
      if (node instanceof TextNode text) {
        loose.append(text.text());
      } else if (node instanceof Element element) {
        element(element, out, loose, depth + 1, listDepth);
      }
    }
  }

  private static void element(
      Element element, BlockWriter out, StringBuilder loose, int depth, int listDepth) {
    String name = element.normalName();
    if (name.equals("br")) {
      loose.append('\n');
    } else if (depth > DEEPEST) {
      loose.append(element.text()).append(' ');
    } else if (isInline(element)) {
      loose.append(breakAware(element));
    } else {
      flush(loose, out);
      block(element, name, out, depth, listDepth);
    }
  }

  private static void block(
      Element element, String name, BlockWriter out, int depth, int listDepth) {
    if (name.matches("h[1-6]")) {
      out.heading(name.charAt(1) - '0', element.text());
    } else if (name.equals("pre")) {
      out.code(language(element), element.wholeText());
    } else if (name.equals("table") && element.select("table").size() == 1) {
      table(element, out);
    } else if (LISTS.contains(name)) {
      list(element, out, depth, listDepth + 1);
    } else if (name.equals("p")) {
      out.paragraph(breakAware(element));
    } else {
      StringBuilder loose = new StringBuilder();
      children(element, out, loose, depth, listDepth);
      flush(loose, out);
    }
  }

  private static void list(Element list, BlockWriter out, int depth, int listDepth) {
    int number = 1;
    for (Element item : list.children()) {
      String marker = list.normalName().equals("ol") ? number++ + "." : "-";
      StringBuilder words = new StringBuilder();
      List<Element> blocks = new ArrayList<>();
      for (Node node : item.childNodes()) {
        if (node instanceof TextNode text) {
          words.append(text.text());
        } else if (node instanceof Element child) {
          boolean own =
              blocks.isEmpty() && (isInline(child) || child.normalName().matches("p|div|br"));
          if (own && child.select("ul,ol,pre,table").isEmpty()) {
            words.append(breakAware(child)).append(child.isBlock() ? "\n" : "");
          } else {
            blocks.add(child);
          }
        }
      }
      out.item(listDepth, marker, words.toString());
      for (Element block : blocks) {
        StringBuilder loose = new StringBuilder();
        element(block, out, loose, depth + 1, listDepth);
        flush(loose, out);
      }
    }
  }

  private static void table(Element table, BlockWriter out) {
    List<String> header = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Element row : table.select("tr")) {
      List<String> cells = row.select("> th, > td").eachText();
      List<String> all = new ArrayList<>();
      row.select("> th, > td").forEach(cell -> all.add(cell.text()));
      boolean heads = row.select("> td").isEmpty() && !cells.isEmpty();
      if (heads && header.isEmpty() && rows.isEmpty()) {
        header = all;
      } else {
        rows.add(all);
      }
    }
    out.table(header, rows);
  }

  private static String language(Element pre) {
    Element code = pre.selectFirst("code[class]");
    String classes = code == null ? pre.className() : code.className();
    for (String name : classes.toLowerCase(Locale.ROOT).split("\\s+")) {
      if (name.startsWith("language-") || name.startsWith("lang-")) {
        return name.substring(name.indexOf('-') + 1);
      }
    }
    return "";
  }

  private static boolean isInline(Element element) {
    return !element.isBlock()
        && element.select("p,div,ul,ol,table,pre,h1,h2,h3,h4,h5,h6,section,article").isEmpty();
  }

  private static String breakAware(Element element) {
    StringBuilder text = new StringBuilder();
    element.select("br").forEach(br -> br.replaceWith(new TextNode("\u2028")));
    return text.append(element.text().replace('\u2028', '\n')).toString();
  }

  private static void flush(StringBuilder loose, BlockWriter out) {
    out.paragraph(loose.toString());
    loose.setLength(0);
  }
}
