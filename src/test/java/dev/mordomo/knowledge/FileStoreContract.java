package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every store of originals keeps to. */
abstract class FileStoreContract {
  abstract FileStore store();

  private static String key() {
    return UUID.randomUUID() + "/shared/ab/" + "ab".repeat(32);
  }

  @Test
  void whatIsStoredIsReadByteByByte() {
    byte[] bytes = new byte[300_000];
    new Random(7).nextBytes(bytes);
    String key = key();
    store().put(key, Buffer.buffer(bytes));
    assertTrue(store().exists(key));
    assertArrayEquals(bytes, store().get(key).orElseThrow().getBytes());
  }

  @Test
  void aKeyThatIsThereStandsForTheSameBytes() {
    String key = key();
    store().put(key, Buffer.buffer("first"));
    store().put(key, Buffer.buffer("first"));
    assertEquals("first", store().get(key).orElseThrow().toString());
  }

  @Test
  void whatIsReplacedIsOnlyTheNewOne() {
    String key = key();
    store().replace(key, Buffer.buffer("first"));
    store().replace(key, Buffer.buffer("second"));
    assertEquals("second", store().get(key).orElseThrow().toString());
  }

  @Test
  void anEmptyFileIsAFile() {
    String key = key();
    store().put(key, Buffer.buffer());
    assertEquals(0, store().get(key).orElseThrow().length());
  }

  @Test
  void whatIsNotThereIsEmptyAndMayBeDeleted() {
    String key = key();
    assertFalse(store().exists(key));
    assertEquals(Optional.empty(), store().get(key));
    store().delete(key);
    store().put(key, Buffer.buffer("x"));
    store().delete(key);
    assertFalse(store().exists(key));
    assertEquals(Optional.empty(), store().get(key));
  }

  @Test
  void keysAreListedByTheTimeAtWhichTheyWereStored() {
    String key = key();
    store().put(key, Buffer.buffer("x"));
    assertTrue(before(Instant.now().plus(Duration.ofHours(1))).contains(key));
    assertFalse(before(Instant.now().minus(Duration.ofHours(1))).contains(key));
  }

  @Test
  void whatIsSeenInAFolderMayBeDeletedAndNothingBesideIsSeen() {
    String folder = key();
    store().put(folder + "/a/1", Buffer.buffer("x"));
    store().put(folder + "/2", Buffer.buffer("x"));
    store().put(folder + "beside/3", Buffer.buffer("x"));
    List<String> seen = new ArrayList<>();
    store()
        .eachUnder(
            folder + "/",
            key -> {
              seen.add(key);
              store().delete(key);
            });
    assertEquals(List.of(folder + "/2", folder + "/a/1"), seen.stream().sorted().toList());
    store().eachUnder(folder + "/", seen::add);
    assertEquals(2, seen.size());
    assertTrue(store().exists(folder + "beside/3"));
    store().eachUnder("nobody/", seen::add);
    assertEquals(2, seen.size());
  }

  private List<String> before(Instant time) {
    List<String> keys = new ArrayList<>();
    store().eachBefore(time, keys::add);
    return keys;
  }
}
