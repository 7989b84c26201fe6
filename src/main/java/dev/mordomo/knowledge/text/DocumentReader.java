package dev.mordomo.knowledge.text;

import java.io.IOException;

/** Reads one kind of file into blocks. */
@FunctionalInterface
interface DocumentReader {
  /**
   * Writes the file's blocks in reading order.
   *
   * @throws IOException when the bytes are not a sound file of this kind
   */
  void read(byte[] bytes, BlockWriter out) throws IOException;
}
