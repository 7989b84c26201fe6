package dev.mordomo.knowledge;

import dev.mordomo.kernel.Secret;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Another store in which some files stand sealed under the installation's secret, each bound to its
 * key. They are told by how they begin; a file that begins so by itself is sealed as well.
 */
final class SealingFileStore implements FileStore {
  private static final byte[] SEALED = "mordomo-sealed-1\n".getBytes(StandardCharsets.US_ASCII);

  private final FileStore store;
  private final Secret secret;

  SealingFileStore(FileStore store, Secret secret) {
    this.store = store;
    this.secret = secret;
  }

  @Override
  public void put(String key, Buffer bytes) {
    if (isSealed(bytes)) {
      putSealed(key, bytes);
    } else {
      store.put(key, bytes);
    }
  }

  @Override
  public void putSealed(String key, Buffer bytes) {
    Buffer sealed = sealed(key, bytes);
    if (store.get(key).filter(kept -> !isSealed(kept)).isPresent()) {
      store.replace(key, sealed);
    } else {
      store.put(key, sealed);
    }
  }

  @Override
  public void replace(String key, Buffer bytes) {
    store.replace(key, isSealed(bytes) ? sealed(key, bytes) : bytes);
  }

  private Buffer sealed(String key, Buffer bytes) {
    return Buffer.buffer(SEALED).appendBytes(secret.seal("file " + key, bytes.getBytes()));
  }

  @Override
  public Optional<Buffer> get(String key) {
    return store.get(key).map(bytes -> isSealed(bytes) ? opened(key, bytes) : bytes);
  }

  private Buffer opened(String key, Buffer sealed) {
    return Buffer.buffer(
        secret.open("file " + key, sealed.getBytes(SEALED.length, sealed.length())));
  }

  private static boolean isSealed(Buffer bytes) {
    return bytes.length() >= SEALED.length
        && Arrays.equals(bytes.getBytes(0, SEALED.length), SEALED);
  }

  @Override
  public boolean exists(String key) {
    return store.exists(key);
  }

  @Override
  public void delete(String key) {
    store.delete(key);
  }

  @Override
  public void eachBefore(Instant time, Consumer<String> seen) {
    store.eachBefore(time, seen);
  }

  @Override
  public void eachUnder(String folder, Consumer<String> seen) {
    store.eachUnder(folder, seen);
  }

  @Override
  public void close() {
    store.close();
  }
}
