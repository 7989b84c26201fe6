package dev.mordomo.knowledge.text;

import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The language of each chunk: its own where it can be told, else the document's. Code and tables
 * hold too few words of a language, so they take the document's.
 */
final class ChunkLanguages {
  private static final int SAMPLE = 6_000;

  /** Names of tables and functions are English in every language's documents. */
  private static final Pattern IDENTIFIER =
      Pattern.compile("[^\\s,;]*[_/\\\\(){}\\[\\]=<>\\d][^\\s,;]*");

  private static final int SHORTEST_TOLD = 80;

  private final UnaryOperator<String> languageOf;
  private final boolean given;
  private final String ofDocument;

  ChunkLanguages(ExtractedText document, String language, UnaryOperator<String> languageOf) {
    this.languageOf = languageOf;
    this.given = !language.isEmpty();
    this.ofDocument = given ? language : languageOf.apply(sample(document));
  }

  String ofDocument() {
    return ofDocument;
  }

  String of(ChunkKind kind, String text) {
    if (given || kind != ChunkKind.PROSE) {
      return ofDocument;
    }
    String words = IDENTIFIER.matcher(text).replaceAll(" ");
    String own = words.strip().length() < SHORTEST_TOLD ? "" : languageOf.apply(words);
    return own.isEmpty() ? ofDocument : own;
  }

  private static String sample(ExtractedText document) {
    StringBuilder prose = new StringBuilder();
    for (Block block : document.blocks()) {
      if (prose.length() > SAMPLE) {
        break;
      }
      if (!(block instanceof Block.Code)) {
        prose.append(document.textOf(block)).append('\n');
      }
    }
    return prose.toString();
  }
}
