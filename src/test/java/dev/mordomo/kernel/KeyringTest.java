package dev.mordomo.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.crypto.tink.subtle.AesGcmJce;
import dev.mordomo.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that seal change while nodes run, and nothing sealed is ever lost by it. */
class KeyringTest {
  private static final byte[] PLAIN = "the wifi password".getBytes(UTF_8);
  private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private TestDatabase db;

  @BeforeEach
  void open() {
    db = TestDatabase.create();
  }

  @AfterEach
  void close() {
    db.close();
  }

  private Keyring node() {
    return Keyring.open(db.database(), TestDatabase.SECRET, clock);
  }

  private Resealing resealing(Keyring node) {
    return new Resealing(db.database(), node, List.of(new SealedSecrets(db.database())));
  }

  private void store(String name, byte[] sealed) {
    db.database()
        .callSystem(
            "INSERT INTO sealed_secret (name, value) VALUES ($1, $2)",
            Tuple.of(name, Buffer.buffer(sealed)));
  }

  private byte[] stored(String name) {
    return db.database()
        .callSystem("SELECT value FROM sealed_secret WHERE name = $1", Tuple.of(name))
        .iterator()
        .next()
        .getBuffer(0)
        .getBytes();
  }

  private static byte[] asBefore(String name) throws GeneralSecurityException {
    return new AesGcmJce(TestDatabase.SECRET.derive("seal")).encrypt(PLAIN, name.getBytes(UTF_8));
  }

  @Test
  void everyNodeOpensWhatAnySealed() {
    Keyring one = node();
    assertArrayEquals(PLAIN, node().open("a", one.seal("a", PLAIN)));
  }

  @Test
  void aNodeThatHasNotHeardOfANewKeyOpensWhatItSealed() {
    Keyring one = node();
    Keyring other = node();
    byte[] old = other.seal("a", PLAIN);
    one.rotate();
    assertArrayEquals(PLAIN, other.open("a", one.seal("a", PLAIN)));
    assertArrayEquals(PLAIN, one.open("a", old));
    assertEquals(2, one.list().size());
  }

  @Test
  void whatWasSealedBeforeThereWasAKeyringStaysReadableAndIsSealedAnew() throws Exception {
    store("old", asBefore("old"));
    Keyring node = node();
    assertArrayEquals(PLAIN, node.open("old", stored("old")));
    assertEquals(1, resealing(node).left());
    assertEquals(1, resealing(node).run().orElseThrow().done());
    assertEquals(0, resealing(node).left());
    assertArrayEquals(PLAIN, node.open("old", stored("old")));
    clock.advance(Keyring.SETTLED);
    assertEquals(1, resealing(node).dropUnusedKeys());
    byte[] anotherOld = asBefore("old");
    assertThrows(Failure.class, () -> node.open("old", anotherOld));
  }

  @Test
  void aNewInstallationHasOneKey() {
    assertEquals(1, node().list().size());
  }

  @Test
  void aRotationThatWasBrokenOffIsEndedByAnotherNode() {
    Keyring one = node();
    int values = 250;
    for (int i = 0; i < values; i++) {
      store("v" + i, one.seal("v" + i, PLAIN));
    }
    one.rotate();
    // Broken off after one value.
    SealedRows table = new SealedSecrets(db.database());
    SealedRows.SealedRow first = table.page(table.start(), one.primaryPrefix(), 1).getFirst();
    table.replace(first, one.seal(first.name(), one.open(first.name(), first.value().getBytes())));

    Keyring other = node();
    assertEquals(values - 1, resealing(other).left());
    assertEquals(values - 1, resealing(other).run().orElseThrow().done());
    assertArrayEquals(PLAIN, one.open("v7", stored("v7")));
  }

  @Test
  void anOldKeyStaysWhileAnythingIsSealedUnderIt() {
    Keyring node = node();
    byte[] old = node.seal("a", PLAIN);
    node.rotate();
    clock.advance(Keyring.SETTLED);
    store("a", old);
    assertEquals(0, resealing(node).dropUnusedKeys());
    assertArrayEquals(PLAIN, node.open("a", stored("a")));
    assertEquals(1, resealing(node).run().orElseThrow().done());
    assertEquals(1, resealing(node).dropUnusedKeys());
    assertArrayEquals(PLAIN, node.open("a", stored("a")));
  }

  @Test
  void aNodeThatHeardNothingForLongAsksBeforeItSealsWhatIsStored() {
    Keyring deaf = node();
    Keyring other = node();
    other.rotate();
    clock.advance(Keyring.SETTLED);
    assertEquals(1, resealing(other).dropUnusedKeys());
    byte[] sealed = deaf.sealStored("a", PLAIN);
    assertArrayEquals(PLAIN, node().open("a", sealed));
  }

  @Test
  void aRoundThatFailsAsNobodyThoughtOfIsNotTheLast() {
    AtomicBoolean broken = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch failed = new CountDownLatch(1);
    node().rotate();
    Keyring node =
        Keyring.open(
            db.database(),
            TestDatabase.SECRET,
            () -> {
              // The first is within a query, whose failures are told as such.
              if (broken.get() && asked.incrementAndGet() % 2 == 0) {
                failed.countDown();
                throw new IllegalStateException("no time");
              }
              return clock.instant();
            });
    broken.set(true);
    KeyringVerticle verticle = new KeyringVerticle(node, resealing(node), Duration.ofMillis(5));
    db.vertx()
        .deployVerticle(
            verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
    Await.until("it fails", () -> failed.getCount() == 0, Duration.ofSeconds(30));
    broken.set(false);
    node().rotate();
    Await.until("it hears of the new key", () -> node.list().size() == 3, Duration.ofSeconds(30));
  }

  @Test
  void aServerHearsOfARotationAndEndsItByItself() {
    Keyring node = node();
    KeyringVerticle verticle = new KeyringVerticle(node, resealing(node));
    store("a", node.seal("a", PLAIN));
    Keyring command = node();
    Keyring.Key newest = command.rotate();
    verticle.round();
    assertEquals(2, node.list().size(), "it knows both, and may not end it yet");
    assertEquals(1, resealing(node).left());
    clock.advance(Keyring.SETTLED);
    verticle.round();
    assertEquals(List.of(newest), node.list());
    assertArrayEquals(PLAIN, node().open("a", stored("a")));
  }

  @Test
  void anOldKeyStaysUntilEveryNodeMustHaveTheNewOne() {
    Keyring node = node();
    node.rotate();
    clock.advance(Keyring.SETTLED.minusSeconds(1));
    assertEquals(0, resealing(node).dropUnusedKeys());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(1, resealing(node).dropUnusedKeys());
  }

  @Test
  void theKeysAreNotDroppedWhenAnotherNodeChangedThem() {
    Keyring one = node();
    one.rotate();
    Keyring other = node();
    clock.advance(Keyring.SETTLED);
    other.rotate();
    assertEquals(0, one.dropOthers());
    assertEquals(3, node().list().size());
  }

  @Test
  void aMissingKeyIsNamed() {
    Keyring node = node();
    String old = node.list().getFirst().name();
    byte[] sealed = node.seal("a", PLAIN);
    node.rotate();
    clock.advance(Keyring.SETTLED);
    assertEquals(1, resealing(node).dropUnusedKeys());
    String said = assertThrows(Failure.class, () -> node.open("a", sealed)).detail();
    assertTrue(said.contains("key " + old + " is not in the keyring"), said);
    store("a", sealed);
    List<String> unreadable = resealing(node).run().orElseThrow().unreadable();
    assertTrue(unreadable.getFirst().contains(old), unreadable::toString);
    assertArrayEquals(sealed, stored("a"));
  }

  @Test
  void valuesOfUnknownKeysCostOneLookASecond() {
    Keyring node = node();
    byte[] forged = node.seal("a", PLAIN);
    forged[1] ^= 1;
    assertThrows(Failure.class, () -> node.open("a", forged));
    Keyring other = node();
    other.rotate();
    byte[] sealed = other.seal("a", PLAIN);
    assertThrows(Failure.class, () -> node.open("a", sealed));
    assertEquals(1, node.list().size(), "it did not look");
    clock.advance(Duration.ofSeconds(1));
    assertArrayEquals(PLAIN, node.open("a", sealed));
  }

  @Test
  void aValueOpensUnderItsOwnNameAlone() {
    Keyring node = node();
    byte[] sealed = node.seal("a", PLAIN);
    assertThrows(Failure.class, () -> node.open("b", sealed));
    sealed[sealed.length - 1] ^= 1;
    assertThrows(Failure.class, () -> node.open("a", sealed));
    assertThrows(Failure.class, () -> node.open("a", new byte[0]));
  }

  @Test
  void anotherSecretOpensNothing() {
    node();
    Secret another = Secret.of("the secret of another installation");
    String said =
        assertThrows(Failure.class, () -> Keyring.open(db.database(), another, clock)).detail();
    assertTrue(said.contains("MORDOMO_SECRET"), said);
  }

  @Test
  void theSameIsNeverSealedTheSame() {
    Keyring node = node();
    assertFalse(Arrays.equals(node.seal("a", PLAIN), node.seal("a", PLAIN)));
    assertNotEquals(new String(PLAIN, UTF_8), new String(node.seal("a", PLAIN), UTF_8));
  }
}
