package dev.mordomo.knowledge.text;

import org.jspecify.annotations.Nullable;

/**
 * What a chunk of prose is made of and is not divided: a sentence, an item, or a short list with
 * the line that introduces it.
 *
 * @param lead the range that is repeated where this unit begins a chunk without it, such as the
 *     line that introduces a long list
 * @param overlaps whether it may be repeated at the start of the next chunk
 */
record Unit(int start, int end, int tokens, int page, @Nullable Range lead, boolean overlaps) {
  /** From {@code start} to before {@code end}. */
  record Range(int start, int end) {
    String in(String text) {
      return text.substring(start, end);
    }
  }
}
