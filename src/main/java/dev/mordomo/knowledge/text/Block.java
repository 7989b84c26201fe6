package dev.mordomo.knowledge.text;

/**
 * One piece of a document's structure: a range of {@link ExtractedText#text()}, from {@code start}
 * to before {@code end}. Pages count from 1; 0 where the format has none.
 */
public sealed interface Block {
  int page();

  int start();

  int end();

  /** A heading, or a line that serves as one. {@code level} is 1 for the highest. */
  record Heading(int level, int page, int start, int end) implements Block {}

  record Paragraph(int page, int start, int end) implements Block {}

  /** An item of a list with its marker. {@code depth} is 0 for the outermost list. */
  record Item(int depth, int page, int start, int end) implements Block {}

  /**
   * A table, one line a row.
   *
   * @param rowsStart where the rows begin; the header stands before it, and is empty where the
   *     table has none
   */
  record Table(int rowsStart, int page, int start, int end) implements Block {}

  /** Program text, verbatim. {@code language} as its author named it, or "". */
  record Code(String language, int page, int start, int end) implements Block {}
}
