package dev.mordomo.model.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final String TEXT = "data: olá 🌍\r\n\r\n: c\nfim";
  private static final List<String> LINES = List.of("data: olá 🌍", "", ": c", "fim");

  private final List<String> lines = new ArrayList<>();

  @Test
  void linesAreTheSameHoweverTheyArrive() {
    Buffer all = Buffer.buffer(TEXT);
    for (int size = 1; size <= all.length(); size++) {
      lines.clear();
      LineReader reader = new LineReader(100, lines::add);
      for (int from = 0; from < all.length(); from += size) {
        reader.feed(all.slice(from, Math.min(from + size, all.length())));
      }
      reader.end();
      assertEquals(LINES, lines, "in pieces of " + size);
    }
  }

  @Test
  void aLineMayNotGrowWithoutEnd() {
    LineReader reader = new LineReader(10, lines::add);
    reader.feed(Buffer.buffer("0123456789"));
    assertThrows(LineReader.TooLong.class, () -> reader.feed(Buffer.buffer("x")));
    LineReader whole = new LineReader(10, lines::add);
    assertThrows(LineReader.TooLong.class, () -> whole.feed(Buffer.buffer("01234567890\n")));
  }
}
