package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installation's secret is whole, and one. */
class SecretTest {
  @TempDir Path folder;

  private byte[] key() {
    return Secret.load(Optional.empty(), folder.resolve("data/secret")).derive("test");
  }

  @Test
  void itIsMadeOnceAndForItsOwnerAlone() throws Exception {
    assertArrayEquals(key(), key());
    Path file = folder.resolve("data/secret");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (Stream<Path> all = Files.list(folder.resolve("data"))) {
      assertEquals(List.of(file), all.toList());
    }
  }

  @Test
  void oneThatWasCutShortIsRefused() throws Exception {
    Path file = Files.createDirectories(folder.resolve("data")).resolve("secret");
    for (String cut : List.of("", "\n", "oZ9vQ2")) {
      Files.writeString(file, cut);
      Failure refused = assertThrows(Failure.class, this::key);
      assertEquals(FailureCode.INVALID, refused.code());
      assertTrue(refused.detail().contains("from a backup"), refused.detail());
    }
  }

  @Test
  void thoseWhoBeginAtOnceHaveTheSame() throws Exception {
    int many = 8;
    CyclicBarrier together = new CyclicBarrier(many);
    try (var threads = Executors.newFixedThreadPool(many)) {
      List<Future<byte[]>> keys =
          Stream.generate(() ->
                  threads.submit(() -> {
                    together.await();
                    return key();
                  }))
              .limit(many)
              .toList();
      for (Future<byte[]> key : keys) {
        assertArrayEquals(keys.getFirst().get(), key.get());
      }
    }
  }
}
