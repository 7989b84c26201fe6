package dev.mordomo.knowledge.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What was read from a file.
 *
 * @param title what the document calls itself, where it says so
 * @param text all of its text, in reading order, without markup
 * @param blocks its structure, in the order of the text and never overlapping
 */
public record ExtractedText(
    FileKind kind, Optional<String> title, String text, List<Block> blocks) {
  public ExtractedText {
    blocks = List.copyOf(blocks);
  }

  /** The same with another text in each block, for instance without what is nobody's business. */
  public ExtractedText mapped(UnaryOperator<String> change) {
    StringBuilder whole = new StringBuilder();
    List<Block> moved = new ArrayList<>();
    int from = 0;
    for (Block block : blocks) {
      whole.append(text, from, block.start());
      int start = whole.length();
      int rows = block instanceof Block.Table table ? table.rowsStart() : block.start();
      whole.append(change.apply(text.substring(block.start(), rows)));
      int rowsStart = whole.length();
      whole.append(change.apply(text.substring(rows, block.end())));
      int end = whole.length();
      moved.add(
          switch (block) {
            case Block.Heading it -> new Block.Heading(it.level(), it.page(), start, end);
            case Block.Paragraph it -> new Block.Paragraph(it.page(), start, end);
            case Block.Item it -> new Block.Item(it.depth(), it.page(), start, end);
            case Block.Table it -> new Block.Table(rowsStart, it.page(), start, end);
            case Block.Code it -> new Block.Code(it.language(), it.page(), start, end);
          });
      from = block.end();
    }
    whole.append(text, from, text.length());
    return new ExtractedText(kind, title.map(change), whole.toString(), moved);
  }

  /** The text of one block. */
  public String textOf(Block block) {
    return text.substring(block.start(), block.end());
  }
}
