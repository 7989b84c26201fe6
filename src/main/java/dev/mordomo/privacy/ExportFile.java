package dev.mordomo.privacy;

import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** A file that was claimed, to be sent once. */
public interface ExportFile {
  /** In bytes. */
  long size();

  /**
   * Gives it part by part, and removes it when the last one was taken. When that throws, the file
   * can be claimed again.
   */
  void send(Consumer<Buffer> part);
}
