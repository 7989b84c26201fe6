package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Originals in a folder: written beside their place, then moved to it. */
public final class FolderFileStore implements FileStore {
  private static final Pattern KEY = Pattern.compile("[0-9a-z-]+(?:/[0-9a-z-]+)*");

  private final Path root;

  public FolderFileStore(Path root) {
    this.root = root;
  }

  @Override
  public void put(String key, Buffer bytes) {
    if (!exists(key)) {
      replace(key, bytes);
    }
  }

  @Override
  public void replace(String key, Buffer bytes) {
    Path place = place(key);
    try {
      Path folder = Files.createDirectories(root.resolve(key).getParent());
      Path beside = Files.createTempFile(folder, ".new", "");
      try {
        Files.write(beside, bytes.getBytes());
        Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      throw failed("stored", e);
    }
  }

  @Override
  public Optional<Buffer> get(String key) {
    try {
      return Optional.of(Buffer.buffer(Files.readAllBytes(place(key))));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  @Override
  public boolean exists(String key) {
    return Files.exists(place(key));
  }

  @Override
  public void delete(String key) {
    try {
      Files.deleteIfExists(place(key));
    } catch (IOException e) {
      throw failed("deleted", e);
    }
  }

  @Override
  public void eachBefore(Instant time, Consumer<String> seen) {
    each(root, time, seen);
  }

  @Override
  public void eachUnder(String folder, Consumer<String> seen) {
    each(place(folder.substring(0, folder.length() - 1)), Instant.MAX, seen);
  }

  private void each(Path from, Instant before, Consumer<String> seen) {
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        String key = root.relativize(file).toString().replace('\\', '/');
        if (KEY.matcher(key).matches() && isOlder(file, before)) {
          seen.accept(key);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw failed("listed", e);
    }
  }

  private static boolean isOlder(Path file, Instant time) throws IOException {
    try {
      return Files.isRegularFile(file)
          && Files.getLastModifiedTime(file).toInstant().isBefore(time);
    } catch (NoSuchFileException justDeleted) {
      return false;
    }
  }

  @Override
  public void close() {}

  private Path place(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("not a key: " + key);
    }
    return root.resolve(key);
  }

  private static Failure failed(String what, Exception e) {
    return Failure.of(FailureCode.UNAVAILABLE, "the file could not be " + what + "; try again", e);
  }
}
