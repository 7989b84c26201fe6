package dev.mordomo.knowledge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The answers that people will ask for stand in chunks that can be found and cited. */
final class SeedChunksTest {

  @Test
  void aLineOfSqlStandsUnderItsHeading() {
    TextChunk chunk = only("evosense.md", "WHEN 'pro' THEN");
    assertEquals("🗄️ EvoSense - Database Schema", chunk.title());
    assertEquals("Políticas de Retenção › Limpeza Automática por Plano", chunk.heading());
    assertTrue(chunk.text().contains("cutoff_date := CURRENT_DATE - INTERVAL '180 days';"));
    assertEquals(ChunkKind.CODE, chunk.kind());
    assertEquals("pt", chunk.language());
  }

  @Test
  void aTableDefinitionStandsAloneInALargeBlock() {
    TextChunk chunk = only("prefeitura-adr-001.md", "quota_tokens INT NOT NULL DEFAULT 10000");
    assertEquals("Esquema PostgreSQL + Clean Architecture", chunk.heading());
    assertTrue(chunk.text().contains("CREATE TABLE prefeitura ("));
    assertFalse(chunk.text().contains("CREATE TABLE documento_chunk"));
  }

  @Test
  void aListStaysTogetherAndKeepsItsWords() {
    List<TextChunk> chunks = having("orquix.md", "cada 6 horas (datos");
    assertEquals(1, chunks.size());
    TextChunk chunk = chunks.getFirst();
    assertEquals("💾 Estrategia de Backup › Resumen de Estrategia", chunk.heading());
    assertTrue(chunk.text().contains("2. Backup Incremental cada 6 horas"));
    assertTrue(chunk.text().contains("retención 30 días"));
    assertEquals("es", chunk.language());
  }

  @Test
  void everyChunkIsOfItsDocumentAndOfASensibleSize() {
    for (String name : Seeds.NAMES) {
      ExtractedText text = Seeds.extractor().extract(name, Seeds.bytes(name));
      List<TextChunk> chunks = Seeds.chunks(name);
      for (int i = 0; i < chunks.size(); i++) {
        TextChunk chunk = chunks.get(i);
        assertEquals(i, chunk.index());
        assertTrue(chunk.start() < chunk.end() && chunk.end() <= text.text().length(), name);
        assertTrue(TokenCount.of(chunk.text()) <= 400, chunk.text());
        assertFalse(chunk.text().isBlank());
      }
    }
  }

  @Test
  void nothingIsLost() {
    for (String name : Seeds.NAMES) {
      ExtractedText text = Seeds.extractor().extract(name, Seeds.bytes(name));
      boolean[] covered = new boolean[text.text().length()];
      for (TextChunk chunk : Seeds.chunks(name)) {
        java.util.Arrays.fill(covered, chunk.start(), chunk.end(), true);
      }
      for (Block block : text.blocks()) {
        for (int i = block.start(); i < block.end(); i++) {
          boolean needed = !(block instanceof Block.Heading);
          boolean blank = Character.isWhitespace(text.text().charAt(i));
          assertTrue(covered[i] || blank || !needed, name + ": lost " + text.textOf(block));
        }
      }
    }
  }

  @Test
  void theSameTextHasTheSameFingerprint() {
    TextChunk chunk = only("evosense.md", "WHEN 'pro' THEN");
    TextChunk again = only("evosense.md", "WHEN 'pro' THEN");
    assertEquals(
        java.util.HexFormat.of().formatHex(chunk.fingerprint()),
        java.util.HexFormat.of().formatHex(again.fingerprint()));
    assertTrue(chunk.embeddingText().startsWith("EvoSense - Database Schema\nPolíticas de Ret"));
  }

  private static TextChunk only(String name, String words) {
    List<TextChunk> found = having(name, words);
    assertEquals(1, found.size(), words);
    return found.getFirst();
  }

  private static List<TextChunk> having(String name, String words) {
    return Seeds.chunks(name).stream().filter(c -> c.text().contains(words)).toList();
  }
}
