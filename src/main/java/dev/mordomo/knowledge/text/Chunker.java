package dev.mordomo.knowledge.text;

import dev.mordomo.knowledge.text.Unit.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Cuts a document into passages by its structure: a chunk never crosses a heading, prose breaks
 * between sentences with a little overlap, a list stays with the line that introduces it, a code
 * block or table is a chunk of its own with the words just before it.
 */
public final class Chunker {
  private final ChunkingConfig config;
  private final UnaryOperator<String> languageOf;

  /**
   * Chunks of the sizes in {@code config}.
   *
   * @param languageOf a text's ISO 639-1 code, or "" when it cannot tell
   */
  public Chunker(ChunkingConfig config, UnaryOperator<String> languageOf) {
    this.config = config;
    this.languageOf = languageOf;
  }

  /**
   * The chunks of a document, in its order; at least one where it has any text.
   *
   * @param title of the document
   * @param language what the caller says that the document is written in, or "" to find out
   */
  public List<TextChunk> chunk(ExtractedText document, String title, String language) {
    ChunkLanguages languages = new ChunkLanguages(document, language, languageOf);
    ChunkCollector out = new ChunkCollector(document, title, languages);
    HeadingPath path = new HeadingPath(document, title);
    List<Block> section = new ArrayList<>();
    for (Block block : document.blocks()) {
      if (block instanceof Block.Heading heading) {
        section(section, path, out);
        section.clear();
        path.enter(heading);
      } else {
        section.add(block);
      }
    }
    section(section, path, out);
    if (out.chunks().isEmpty()) {
      headingsAlone(document, out);
    }
    return out.chunks();
  }

  /** The language of the whole, for the document's own row. */
  public String languageOf(ExtractedText document) {
    return new ChunkLanguages(document, "", languageOf).ofDocument();
  }

  private void section(List<Block> blocks, HeadingPath path, ChunkCollector out) {
    out.heading(path.text());
    List<Block> prose = new ArrayList<>();
    for (Block block : blocks) {
      switch (block) {
        case Block.Code code -> {
          Lead lead = takeLead(prose, out);
          code(code, lead, out);
        }
        case Block.Table table -> {
          Lead lead = takeLead(prose, out);
          new TablePacker(config.target(), out).pack(table, lead);
        }
        case Block.Paragraph _, Block.Item _ -> prose.add(block);
        case Block.Heading _ -> throw new IllegalArgumentException("a heading within a section");
      }
    }
    prose(prose, out);
  }

  /** What is said just before a code block or table, and goes into its chunk. */
  record Lead(int start, int end) {
    static final Lead NONE = new Lead(-1, -1);

    boolean isPresent() {
      return start >= 0;
    }
  }

  /** Short prose goes with the code; of longer prose, a chunk of its own, the last sentence. */
  private Lead takeLead(List<Block> prose, ChunkCollector out) {
    if (prose.isEmpty()) {
      return Lead.NONE;
    }
    int start = prose.getFirst().start();
    int end = prose.getLast().end();
    Lead lead = new Lead(start, end);
    if (out.tokens(start, end) > config.lead()) {
      List<Unit> units = ProseUnits.of(out.text(), prose, config.target());
      pack(units, out);
      Unit last = units.getLast();
      lead = last.tokens() <= config.lead() ? new Lead(last.start(), last.end()) : Lead.NONE;
    }
    prose.clear();
    return lead;
  }

  private void code(Block.Code code, Lead lead, ChunkCollector out) {
    boolean fits = out.tokens(code.start(), code.end()) <= config.target();
    List<Range> pieces =
        fits
            ? List.of(new Range(code.start(), code.end()))
            : new CodeSplitter(out.text(), config.codeTarget()).split(code.start(), code.end());
    boolean first = true;
    for (Range piece : pieces) {
      int start = first && lead.isPresent() ? lead.start() : piece.start();
      String said = first && lead.isPresent() ? out.slice(lead.start(), lead.end()) + "\n\n" : "";
      String fenced = said + "```" + code.language() + "\n" + piece.in(out.text()) + "\n```";
      out.add(ChunkKind.CODE, fenced, start, piece.end(), code.page());
      first = false;
    }
  }

  private void prose(List<Block> prose, ChunkCollector out) {
    if (!prose.isEmpty()) {
      pack(ProseUnits.of(out.text(), prose, config.target()), out);
    }
  }

  /** Fills chunks evenly, so that none ends up with a lone last sentence. */
  private void pack(List<Unit> units, ChunkCollector out) {
    int total = units.stream().mapToInt(Unit::tokens).sum();
    int parts = Math.max(1, (int) Math.ceil(total / (config.target() * 1.15)));
    int share = Math.min(config.target(), (int) Math.ceil((double) total / parts * 1.1));
    int from = 0;
    int filled = 0;
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      if (filled > 0 && filled + unit.tokens() > Math.max(share, config.target() / 2)) {
        emit(units, from, i, out);
        from = i;
        filled = 0;
      }
      filled += unit.tokens();
    }
    emit(units, from, units.size(), out);
  }

  private void emit(List<Unit> units, int from, int to, ChunkCollector out) {
    Unit first = units.get(from);
    int start = first.start();
    int spent = 0;
    for (int i = from - 1; i >= 0 && first.lead() == null; i--) {
      Unit before = units.get(i);
      spent += before.tokens();
      if (!before.overlaps() || spent > config.overlap()) {
        break;
      }
      start = before.start();
    }
    int end = units.get(to - 1).end();
    Range lead = first.lead();
    boolean repeat = lead != null && lead.start() < start && from > 0;
    boolean follows = lead != null && out.slice(lead.end(), start).isBlank();
    String text = out.slice(start, end);
    if (repeat && follows) {
      start = lead == null ? start : lead.start();
      text = out.slice(start, end);
    } else if (repeat && lead != null) {
      text = lead.in(out.text()) + "\n\n" + text;
    }
    out.add(ChunkKind.PROSE, text, start, end, first.page());
  }

  private static void headingsAlone(ExtractedText document, ChunkCollector out) {
    out.heading("");
    for (Block block : document.blocks()) {
      out.add(ChunkKind.PROSE, document.textOf(block), block.start(), block.end(), block.page());
    }
  }
}
