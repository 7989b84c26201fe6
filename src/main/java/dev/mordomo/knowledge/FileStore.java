package dev.mordomo.knowledge;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps originals by their keys. To be called from threads that may wait. Fails with {@code
 * unavailable} when the store does.
 */
public interface FileStore extends AutoCloseable {
  /** Stored whole or not at all. A key that is there already stands for the same bytes. */
  void put(String key, Buffer bytes);

  /** The same where there may be other bytes: until these are there whole, those are. */
  void replace(String key, Buffer bytes);

  /**
   * As {@link #put}, but so that nobody reads it who has the store alone; {@link #get} gives what
   * was put.
   */
  default void putSealed(String key, Buffer bytes) {
    throw new IllegalStateException("this store seals nothing");
  }

  Optional<Buffer> get(String key);

  boolean exists(String key);

  /** Nothing happens where there is none. */
  void delete(String key);

  /** Every key that was stored before a time, in any order. */
  void eachBefore(Instant time, Consumer<String> seen);

  /**
   * Every key in a folder, in any order; what is seen may be deleted at once.
   *
   * @param folder how the keys begin, up to a slash
   */
  void eachUnder(String folder, Consumer<String> seen);

  @Override
  void close();
}
