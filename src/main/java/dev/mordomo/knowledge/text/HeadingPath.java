package dev.mordomo.knowledge.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

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

  /** Without a first heading that only repeats the document's title, or the start of it. */
  String text() {
    List<String> headings = open.stream().map(document::textOf).toList();
    boolean repeats = !headings.isEmpty() && title.startsWith(headings.getFirst());
    return String.join(BETWEEN, repeats ? headings.subList(1, headings.size()) : headings);
  }
}
