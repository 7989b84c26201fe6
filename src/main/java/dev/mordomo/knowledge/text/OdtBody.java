package dev.mordomo.knowledge.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Walks through the elements of {@code content.xml} once. */
final class OdtBody {
  private static final int DEEPEST = 500;
  private static final int MOST_COLUMNS = 500;
  private static final Set<String> SKIPPED =
      Set.of("annotation", "note", "tracked-changes", "table-of-content", "forms", "script");

  private final XMLStreamReader xml;
  private final BlockWriter out;

  /** A style's parent, where that says what it is: a style of the document's own has no name. */
  private final Map<String, String> parents = new HashMap<>();

  private final Map<String, Boolean> numbered = new HashMap<>();
  private final Deque<Listing> lists = new ArrayDeque<>();
  private final List<String> code = new ArrayList<>();
  private int depth;

  /** A list that is open. */
  private static final class Listing {
    final boolean numbered;
    int number;
    boolean fresh;

    Listing(boolean numbered) {
      this.numbered = numbered;
    }
  }

  OdtBody(XMLStreamReader xml, BlockWriter out) {
    this.xml = xml;
    this.out = out;
  }

  void read() throws XMLStreamException {
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamReader.START_ELEMENT) {
        start(xml.getLocalName());
      } else if (event == XMLStreamReader.END_ELEMENT) {
        depth--;
        end(xml.getLocalName());
      }
    }
    flushCode();
  }

  private void start(String name) throws XMLStreamException {
    if (++depth > DEEPEST) {
      throw new XMLStreamException("nested too deep");
    }
    if (SKIPPED.contains(name)) {
      skip();
      depth--;
      return;
    }
    switch (name) {
      case "style" ->
          attribute("parent-style-name").ifPresent(p -> parents.put(required("name"), p));
      case "list-style" -> listStyle(required("name"));
      case "h" -> heading();
      case "p" -> paragraph();
      case "list" -> list();
      case "list-item" -> item();
      case "table" -> table();
      default -> {}
    }
  }

  private void end(String name) {
    if (name.equals("list")) {
      lists.pollLast();
    }
  }

  /** The first level says whether the list is numbered. */
  private void listStyle(String name) throws XMLStreamException {
    for (int level = 1; level > 0; ) {
      int event = xml.next();
      level += event == XMLStreamReader.START_ELEMENT ? 1 : 0;
      level -= event == XMLStreamReader.END_ELEMENT ? 1 : 0;
      if (event == XMLStreamReader.START_ELEMENT) {
        numbered.putIfAbsent(name, xml.getLocalName().equals("list-level-style-number"));
      }
    }
    depth--;
  }

  private void heading() throws XMLStreamException {
    flushCode();
    int level = attribute("outline-level").map(OdtBody::small).orElse(1);
    String text = text();
    depth--;
    if (level == 1) {
      out.title(text);
    }
    out.heading(Math.clamp(level, 1, 6), text);
  }

  private void paragraph() throws XMLStreamException {
    String style = styleName();
    String text = text();
    depth--;
    Listing list = lists.peekLast();
    if (style.contains("preformatted") || style.contains("source")) {
      code.add(text);
      return;
    }
    flushCode();
    if (style.equals("title")) {
      out.title(text);
      out.heading(1, text);
    } else if (list != null && list.fresh) {
      list.fresh = false;
      out.item(lists.size() - 1, list.numbered ? list.number + "." : "-", text);
    } else {
      out.paragraph(text);
    }
  }

  private void list() {
    flushCode();
    Listing outer = lists.peekLast();
    boolean byNumber =
        attribute("style-name")
            .map(style -> numbered.getOrDefault(style, false))
            .orElse(outer != null && outer.numbered);
    lists.addLast(new Listing(byNumber));
  }

  private void item() {
    Listing list = lists.peekLast();
    if (list != null) {
      list.number++;
      list.fresh = true;
    }
  }

  private void table() throws XMLStreamException {
    flushCode();
    List<List<String>> rows = new ArrayList<>();
    int headers = 0;
    boolean inHeader = false;
    List<String> row = List.of();
    for (int level = 1; level > 0; ) {
      int event = xml.next();
      String name = event == 1 || event == 2 ? xml.getLocalName() : "";
      if (event == XMLStreamReader.START_ELEMENT) {
        level++;
        switch (name) {
          case "table-header-rows" -> inHeader = true;
          case "table-row" -> row = new ArrayList<>();
          case "table-cell" -> {
            int times = attribute("number-columns-repeated").map(OdtBody::small).orElse(1);
            String cell = text();
            level--;
            boolean filler = cell.isBlank() && times > 20;
            for (int i = 0; i < (filler ? 0 : times) && row.size() < MOST_COLUMNS; i++) {
              row.add(cell);
            }
          }
          default -> {}
        }
      } else if (event == XMLStreamReader.END_ELEMENT) {
        level--;
        if (name.equals("table-row") && !row.isEmpty()) {
          rows.add(row);
          headers += inHeader ? 1 : 0;
        } else if (name.equals("table-header-rows")) {
          inHeader = false;
        }
      }
    }
    depth--;
    boolean head = headers > 0 || rows.size() > 1;
    out.table(head ? rows.getFirst() : List.of(), head ? rows.subList(1, rows.size()) : rows);
  }

  /** All the text within the element that has just begun, to its end. */
  private String text() throws XMLStreamException {
    StringBuilder text = new StringBuilder();
    for (int level = 1; level > 0; ) {
      switch (xml.next()) {
        case XMLStreamReader.START_ELEMENT -> {
          level++;
          if (level > DEEPEST) {
            throw new XMLStreamException("nested too deep");
          }
          String name = xml.getLocalName();
          if (SKIPPED.contains(name)) {
            skip();
            level--;
          } else {
            text.append(spacing(name));
          }
        }
        case XMLStreamReader.END_ELEMENT -> {
          level--;
          if (level > 0 && (xml.getLocalName().equals("p") || xml.getLocalName().equals("h"))) {
            text.append('\n');
          }
        }
        case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA, XMLStreamReader.SPACE ->
            text.append(xml.getText());
        default -> {}
      }
    }
    return text.toString();
  }

  private String spacing(String name) {
    return switch (name) {
      case "s" -> " ".repeat(attribute("c").map(OdtBody::small).orElse(1));
      case "tab" -> "\t";
      case "line-break" -> "\n";
      default -> "";
    };
  }

  private void skip() throws XMLStreamException {
    for (int level = 1; level > 0; ) {
      int event = xml.next();
      level += event == XMLStreamReader.START_ELEMENT ? 1 : 0;
      level -= event == XMLStreamReader.END_ELEMENT ? 1 : 0;
    }
  }

  private void flushCode() {
    out.code("", String.join("\n", code));
    code.clear();
  }

  /** The built-in names are English in every language: Title, Preformatted_20_Text. */
  private String styleName() {
    String own = attribute("style-name").orElse("");
    return parents.getOrDefault(own, own).toLowerCase(Locale.ROOT);
  }

  private String required(String name) {
    return attribute(name).orElse("");
  }

  private Optional<String> attribute(String name) {
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      if (xml.getAttributeLocalName(i).equals(name)) {
        return Optional.of(xml.getAttributeValue(i));
      }
    }
    return Optional.empty();
  }

  private static int small(String number) {
    return number.matches("\\d{1,4}") ? Integer.parseInt(number) : 1;
  }
}
