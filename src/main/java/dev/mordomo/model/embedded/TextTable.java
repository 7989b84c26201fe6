package dev.mordomo.model.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads the tab-separated text resources of this package: {@code #} begins a comment line. */
final class TextTable {
  private TextTable() {}

  /** Hands over each row's cells; a resource that is not there has none. */
  static void read(String resource, Consumer<String[]> row) {
    String text = text(resource);
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      if (end > start && text.charAt(start) != '#') {
        row.accept(text.substring(start, end).split("\t", -1));
      }
      start = end + 1;
    }
  }

  /** All of a resource; "" when it is not there. */
  static String text(String resource) {
    try (InputStream in = TextTable.class.getResourceAsStream(resource)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
