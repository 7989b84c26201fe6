package dev.mordomo.knowledge.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.stream.Collectors;

/** The headings above a passage, outermost first. */
final class HeadingPath {
  private static final String BETWEEN = " › ";

  private final ExtractedText document;
  private final String title;
  private final Deque<Block.Heading> open = new ArrayDeque<>();

  HeadingPath(ExtractedText document, String title) {
    this.document = document;
    this.title = title;
  }

  void enter(Block.Heading heading) {
    while (!open.isEmpty() && open.getLast().level() >= heading.level()) {
      open.removeLast();
    }
    open.addLast(heading);
  }

  /** Without a first heading that only repeats the document's title. */
  String text() {
    Iterator<Block.Heading> headings = open.iterator();
    String path = open.stream().map(document::textOf).collect(Collectors.joining(BETWEEN));
    if (headings.hasNext() && document.textOf(headings.next()).equals(title)) {
      return path.length() == title.length()
          ? ""
          : path.substring(title.length() + BETWEEN.length());
    }
    return path;
  }
}
