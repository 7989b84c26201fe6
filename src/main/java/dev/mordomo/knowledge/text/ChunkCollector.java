package dev.mordomo.knowledge.text;

import java.util.ArrayList;
import java.util.List;

/** Numbers the chunks of one document and gives them what they share. */
final class ChunkCollector {
  private final ExtractedText document;
  private final String title;
  private final ChunkLanguages languages;
  private final List<TextChunk> chunks = new ArrayList<>();
  private String heading = "";

  ChunkCollector(ExtractedText document, String title, ChunkLanguages languages) {
    this.document = document;
    this.title = title;
    this.languages = languages;
  }

  void heading(String path) {
    heading = path;
  }

  void add(ChunkKind kind, String text, int start, int end, int page) {
    String language = languages.of(kind, text);
    chunks.add(
        new TextChunk(chunks.size(), title, heading, text, start, end, page, language, kind));
  }

  String text() {
    return document.text();
  }

  String slice(int start, int end) {
    return document.text().substring(start, end);
  }

  int tokens(int start, int end) {
    return TokenCount.of(document.text(), start, end);
  }

  List<TextChunk> chunks() {
    return List.copyOf(chunks);
  }
}
