package dev.mordomo.knowledge.text;

/** Cuts a table between rows and repeats its header on every piece. */
final class TablePacker {
  private final int target;
  private final ChunkCollector out;

  TablePacker(int target, ChunkCollector out) {
    this.target = target;
    this.out = out;
  }

  void pack(Block.Table table, Chunker.Lead lead) {
    String said = lead.isPresent() ? out.slice(lead.start(), lead.end()) + "\n\n" : "";
    String header = out.slice(table.start(), table.rowsStart());
    int budget = Math.max(target / 2, target - TokenCount.of(header));
    int from = table.rowsStart();
    int end = from;
    boolean first = true;
    while (end < table.end()) {
      int newline = out.text().indexOf('\n', end);
      int rowEnd = newline < 0 || newline >= table.end() ? table.end() : newline + 1;
      if (end > from && out.tokens(from, rowEnd) > budget) {
        piece(table, first ? lead : Chunker.Lead.NONE, said, header, from, end);
        from = end;
        first = false;
      }
      end = rowEnd;
    }
    piece(table, first ? lead : Chunker.Lead.NONE, said, header, from, end);
  }

  private void piece(
      Block.Table table, Chunker.Lead lead, String said, String header, int from, int end) {
    int start = lead.isPresent() ? lead.start() : from == table.rowsStart() ? table.start() : from;
    String text = (said + header + out.slice(from, end)).stripTrailing();
    if (!text.isBlank()) {
      out.add(ChunkKind.TABLE, text, start, end, table.page());
    }
  }
}
