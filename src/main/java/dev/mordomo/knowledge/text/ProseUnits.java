package dev.mordomo.knowledge.text;

import dev.mordomo.knowledge.text.Unit.Range;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Divides a run of paragraphs and lists into units. */
final class ProseUnits {
  private static final int LONGEST_REPEATED_LEAD = 30;

  private final String text;
  private final int target;
  private final List<Unit> units = new ArrayList<>();

  private ProseUnits(String text, int target) {
    this.text = text;
    this.target = target;
  }

  static List<Unit> of(String text, List<Block> prose, int target) {
    ProseUnits builder = new ProseUnits(text, target);
    int i = 0;
    while (i < prose.size()) {
      int end = i + 1;
      if (prose.get(i) instanceof Block.Item) {
        while (end < prose.size() && prose.get(end) instanceof Block.Item) {
          end++;
        }
        builder.list(prose.subList(i, end));
      } else {
        builder.sentences(prose.get(i));
      }
      i = end;
    }
    return builder.units;
  }

  private void sentences(Block block) {
    for (int[] sentence : SentenceSplitter.split(text, block.start(), block.end())) {
      add(sentence[0], sentence[1], block.page(), null, true);
    }
  }

  /** A list that fits stays whole, with its lead-in; a longer one is divided between items. */
  private void list(List<Block> items) {
    Unit before = units.isEmpty() ? null : units.getLast();
    boolean introduced = before != null && before.overlaps() && isLeadIn(before, items.getFirst());
    int start = introduced && before != null ? before.start() : items.getFirst().start();
    int end = items.getLast().end();
    int tokens = TokenCount.of(text, start, end);
    if (tokens <= target) {
      if (introduced) {
        units.removeLast();
      }
      units.add(new Unit(start, end, tokens, items.getFirst().page(), null, false));
      return;
    }
    Range lead =
        introduced && before != null && before.tokens() <= LONGEST_REPEATED_LEAD
            ? new Range(before.start(), before.end())
            : null;
    items.forEach(item -> add(item.start(), item.end(), item.page(), lead, false));
  }

  private boolean isLeadIn(Unit before, Block first) {
    boolean adjacent = text.substring(before.end(), first.start()).isBlank();
    return adjacent && before.tokens() <= LONGEST_REPEATED_LEAD * 2;
  }

  /** What is longer than a chunk is divided between words, or where it has none, anywhere. */
  private void add(int start, int end, int page, @Nullable Range lead, boolean overlaps) {
    int from = start;
    while (TokenCount.of(text, from, end) > target) {
      int to = longestPiece(from, end);
      units.add(new Unit(from, to, TokenCount.of(text, from, to), page, lead, false));
      from = to;
      while (from < end && Character.isWhitespace(text.charAt(from))) {
        from++;
      }
    }
    if (from < end) {
      units.add(new Unit(from, end, TokenCount.of(text, from, end), page, lead, overlaps));
    }
  }

  private int longestPiece(int from, int end) {
    int to = Math.min(end, from + target * 3);
    int space = to;
    while (space > from && !Character.isWhitespace(text.charAt(space - 1))) {
      space--;
    }
    int cut = space > from + target ? space - 1 : to;
    boolean inPair = cut < end && Character.isLowSurrogate(text.charAt(cut));
    return inPair ? cut - 1 : cut;
  }
}
