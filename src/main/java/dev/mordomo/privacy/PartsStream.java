package dev.mordomo.privacy;

import dev.mordomo.knowledge.FileStore;
import io.vertx.core.buffer.Buffer;
import java.io.OutputStream;

/** Writes to a store of files, part by part, so that no file is in memory whole. */
final class PartsStream extends OutputStream {
  private static final int PART = 4 * 1024 * 1024;

  private final FileStore files;
  private final String folder;
  private Buffer part = Buffer.buffer();
  private int parts;
  private long size;

  PartsStream(FileStore files, String folder) {
    this.files = files;
    this.folder = folder;
  }

  static String key(String folder, int part) {
    return folder + "/" + part;
  }

  int parts() {
    return parts;
  }

  long size() {
    return size;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    part.appendBytes(bytes, from, length);
    size += length;
    if (part.length() >= PART) {
      store();
    }
  }

  @Override
  public void close() {
    if (part.length() > 0) {
      store();
    }
  }

  private void store() {
    files.put(key(folder, parts++), part);
    part = Buffer.buffer();
  }
}
