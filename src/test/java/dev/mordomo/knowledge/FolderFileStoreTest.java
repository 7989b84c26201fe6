package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderFileStoreTest extends FileStoreContract {
  @TempDir private Path folder;

  @Override
  FileStore store() {
    return new FolderFileStore(folder);
  }

  @Test
  void aKeyNeverLeavesTheFolder() {
    for (String key : new String[] {"../x", "/etc/x", "a/../../x", "", "a//b", "a\\b"}) {
      assertThrows(IllegalArgumentException.class, () -> store().put(key, Buffer.buffer("x")));
    }
  }

  @Test
  void nothingButTheFileIsLeftBehind() throws IOException {
    store().put("a/b", Buffer.buffer("x"));
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(1, files.filter(Files::isRegularFile).count());
    }
  }
}
