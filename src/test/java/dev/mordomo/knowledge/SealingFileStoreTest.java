package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Secret;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingFileStoreTest {
  private static final Buffer TEXT = Buffer.buffer("the number is 529.982.247-25");

  private static SealingFileStore store(FileStore below) {
    return new SealingFileStore(below, Secret.of("a secret of more than thirty-two characters"));
  }

  @Test
  void whoHasTheFolderAloneReadsNothing(@TempDir Path folder) {
    FileStore below = new FolderFileStore(folder);
    store(below).putSealed("a/b", TEXT);
    assertFalse(below.get("a/b").orElseThrow().toString().contains("529"));
    assertEquals(Optional.of(TEXT), store(below).get("a/b"));
    SealingFileStore other =
        new SealingFileStore(below, Secret.of("another secret of thirty-two characters"));
    assertThrows(Failure.class, () -> other.get("a/b"));
  }

  @Test
  void whatLayOpenIsSealedWhenItIsToBe(@TempDir Path folder) {
    FileStore below = new FolderFileStore(folder);
    store(below).put("a/b", TEXT);
    assertEquals(Optional.of(TEXT), below.get("a/b"));
    store(below).putSealed("a/b", TEXT);
    assertFalse(below.get("a/b").orElseThrow().toString().contains("529"));
    assertEquals(Optional.of(TEXT), store(below).get("a/b"));
  }

  @Test
  void whatLayOpenIsNeverGoneMeanwhile(@TempDir Path folder) {
    FileStore kept = new FolderFileStore(folder);
    FileStore below =
        (FileStore)
            Proxy.newProxyInstance(
                FileStore.class.getClassLoader(),
                new Class<?>[] {FileStore.class},
                (proxy, method, arguments) -> {
                  assertNotEquals("delete", method.getName(), "a crash now would lose it");
                  return method.invoke(kept, arguments);
                });
    store(below).put("a/b", TEXT);
    store(below).putSealed("a/b", TEXT);
    assertFalse(below.get("a/b").orElseThrow().toString().contains("529"));
  }

  @Test
  void aFileThatLooksSealedIsGivenBackAsItCame(@TempDir Path folder) {
    FileStore below = new FolderFileStore(folder);
    Buffer like = Buffer.buffer("mordomo-sealed-1\nand nothing of the kind");
    store(below).put("a/b", like);
    assertEquals(Optional.of(like), store(below).get("a/b"));
  }
}
