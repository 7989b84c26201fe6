package dev.mordomo.knowledge.text;

import dev.mordomo.model.embedded.LanguageDetector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Five real documents, in Portuguese and Spanish. */
final class Seeds {
  static final List<String> NAMES =
      List.of("evosense.md", "mordomo.md", "orquix.md", "polaris.md", "prefeitura-adr-001.md");

  private Seeds() {}

  static byte[] bytes(String name) {
    try (InputStream in = Seeds.class.getResourceAsStream("/seeds/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TextExtractor extractor() {
    return new TextExtractor(ExtractionLimits.DEFAULT, 2);
  }

  static Chunker chunker() {
    return new Chunker(ChunkingConfig.DEFAULT, LanguageDetector::detect);
  }

  static List<TextChunk> chunks(String name) {
    ExtractedText text = extractor().extract(name, bytes(name));
    return chunker().chunk(text, text.title().orElse(name), "");
  }
}
