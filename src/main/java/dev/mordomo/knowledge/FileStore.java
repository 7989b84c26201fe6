package dev.mordomo.knowledge;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Keeps originals by their keys. To be called from threads that may wait. Fails with {@code
 * unavailable} when the store does.
 */
public interface FileStore {
  /** Stored whole or not at all. A key that is there already stands for the same bytes. */
  void put(String key, Buffer bytes);

  Optional<Buffer> get(String key);

  boolean exists(String key);

  /** Nothing happens where there is none. */
  void delete(String key);
}
