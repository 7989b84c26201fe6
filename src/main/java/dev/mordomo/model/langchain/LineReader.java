package dev.mordomo.model.langchain;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts a body into its lines, however it arrives in pieces. */
final class LineReader {
  private final int longest;
  private final Consumer<String> lines;
  private byte[] rest = new byte[0];

  /** A line is longer than it may be. */
  static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLong() {
      super("too long", null, false, false);
    }
  }

  /**
   * @param longest in bytes
   */
  LineReader(int longest, Consumer<String> lines) {
    this.longest = longest;
    this.lines = lines;
  }

  /**
   * @throws TooLong when what has come so far holds a line that is too long
   */
  void feed(Buffer piece) {
    byte[] bytes = piece.getBytes();
    int searched = rest.length;
    if (searched > 0) {
      byte[] joined = Arrays.copyOf(rest, searched + bytes.length);
      System.arraycopy(bytes, 0, joined, searched, bytes.length);
      bytes = joined;
    }
    int from = 0;
    for (int i = searched; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        emit(bytes, from, i);
        from = i + 1;
      }
    }
    if (bytes.length - from > longest) {
      throw new TooLong();
    }
    rest = Arrays.copyOfRange(bytes, from, bytes.length);
  }

  /** The last line, where the body did not end with a line end. */
  void end() {
    if (rest.length > 0) {
      emit(rest, 0, rest.length);
      rest = new byte[0];
    }
  }

  private void emit(byte[] bytes, int from, int to) {
    int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
    if (end - from > longest) {
      throw new TooLong();
    }
    lines.accept(new String(bytes, from, end - from, StandardCharsets.UTF_8));
  }
}
