package dev.mordomo.knowledge.text;

import java.util.List;
import java.util.Optional;

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

  /** The text of one block. */
  public String textOf(Block block) {
    return text.substring(block.start(), block.end());
  }
}
