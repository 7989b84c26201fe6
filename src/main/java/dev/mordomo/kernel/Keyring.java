package dev.mordomo.kernel;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Seals what must not stand in the database in clear: AES-256-GCM under a Tink keyset, which every
 * node reads from PostgreSQL, where it is sealed under the installation's {@link Secret}. A sealed
 * value begins with the number of its key. One key is the primary and seals; the others only open,
 * until nothing is sealed under them any more. Safe for all threads.
 */
public final class Keyring {
  /** A new primary is known to every node by then: each looks each minute. */
  public static final Duration SETTLED = Duration.ofHours(1);

  private static final byte[] KEYSET_NAME = "sealing keyset".getBytes(StandardCharsets.UTF_8);

  /** Anybody can write a value of a key that is not there: such cost one look in this time. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private static final int PREFIX_BYTES = 5;
  private static final byte NUMBERED = 1;

  private static final Configuration TINK;

  static {
    try {
      AeadConfig.register();
      TINK = RegistryConfiguration.get();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Tink has no AEAD", e);
    }
  }

  /** Loads the classes that seal, which takes the better part of a second. */
  public static void load() {
    // Whoever calls this has loaded them.
  }

  private final KeyringStore store;
  private final Aead keysetKey;
  private final InstantSource clock;
  private final Lock reloading = new ReentrantLock();
  private volatile Keys keys;
  private Instant reloaded = Instant.MIN;

  /** What this node knows, and since when. */
  private record Keys(KeysetHandle handle, Aead aead, Instant changedAt, Instant readAt) {}

  private Keyring(KeyringStore store, Secret secret, InstantSource clock) {
    this.store = store;
    this.keysetKey = secret.keysetKey();
    this.clock = clock;
    KeyringStore.Stored stored =
        store
            .read()
            .orElseGet(() -> {
              store.insert(first(store.anySealed() ? Optional.of(secret) : Optional.empty()));
              return store.read().orElseThrow();
            });
    this.keys = keys(stored);
  }

  /**
   * Reads the keys, or makes the first: to be called where one may wait.
   *
   * @throws Failure {@code internal} when they were sealed under another secret
   */
  public static Keyring open(Database database, Secret secret, InstantSource clock) {
    return new Keyring(new KeyringStore(database), secret, clock);
  }

  /** A key of the ring. */
  public record Key(int id, boolean primary) {
    /** As it is told to people. */
    public String name() {
      return "%08x".formatted(id);
    }
  }

  /** Ciphertext bound to its name: it can't be opened under another one. */
  public byte[] seal(String name, byte[] plain) {
    try {
      return keys.aead().encrypt(plain, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal " + name, e);
    }
  }

  /**
   * As {@link #seal}, for what is kept in the database. Reads the keys again when that was long
   * ago, so it may wait: a node that no longer hears of new keys would seal under one that the
   * others have dropped.
   */
  public byte[] sealStored(String name, byte[] plain) {
    if (isReadLongAgo()) {
      reloading.lock();
      try {
        if (isReadLongAgo()) {
          store.read().ifPresent(found -> keys = keys(found));
        }
      } finally {
        reloading.unlock();
      }
    }
    return seal(name, plain);
  }

  private boolean isReadLongAgo() {
    return !keys.readAt().plus(SETTLED.dividedBy(2)).isAfter(clock.instant());
  }

  /**
   * Reads the keys again when it does not know the value's, at most once a second, so it may wait;
   * who may not calls {@link #refresh} first.
   *
   * @throws Failure {@code internal} when its key is not there, or it was sealed under another
   *     name; {@code unavailable} when the keys cannot be read
   */
  public byte[] open(String name, byte[] sealed) {
    if (!knows(sealed)) {
      reload(sealed);
    }
    try {
      return keys.aead().decrypt(sealed, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      String why =
          knows(sealed)
              ? "it was changed, or belongs elsewhere"
              : "its key "
                  + new Key(idOf(sealed), false).name()
                  + " is not in the keyring any more";
      throw Failure.of(FailureCode.INTERNAL, "cannot open " + name + ": " + why, e);
    }
  }

  /** All keys, the primary among them. */
  public List<Key> list() {
    KeysetHandle handle = keys.handle();
    return java.util.stream.IntStream.range(0, handle.size())
        .mapToObj(i -> new Key(handle.getAt(i).getId(), handle.getAt(i).isPrimary()))
        .toList();
  }

  /** How values that are sealed under the primary key begin. */
  public byte[] primaryPrefix() {
    return prefix(keys.handle().getPrimary().getId());
  }

  /** Whether the last change is so old that every node seals under the primary key. */
  public boolean isSettled() {
    return !keys.changedAt().plus(SETTLED).isAfter(clock.instant());
  }

  /** Reads the keys again, without waiting. */
  public Future<Void> refresh() {
    return store
        .readAsync()
        .map(stored -> {
          // Not in a handler of success: what that throws, nobody hears.
          stored.ifPresent(found -> keys = keys(found));
          return stored;
        })
        .mapEmpty();
  }

  private void reload(byte[] unknown) {
    reloading.lock();
    try {
      Instant now = clock.instant();
      boolean isDue = reloaded.equals(Instant.MIN) || !now.isBefore(reloaded.plus(BETWEEN_LOOKS));
      if (isDue && !knows(unknown)) {
        store.read().ifPresent(found -> keys = keys(found));
        reloaded = now;
      }
    } finally {
      reloading.unlock();
    }
  }

  /** A new primary key; the others still open. */
  public Key rotate() {
    keys =
        keys(
            store.change(before -> {
              KeysetHandle.Builder more = KeysetHandle.newBuilder(handle(before));
              return stored(more.addEntry(newKey()));
            }));
    return list().stream().filter(Key::primary).findFirst().orElseThrow();
  }

  /**
   * Removes all keys but the primary, unless the keys have changed meanwhile. To be called when all
   * is sealed under the primary, and {@link #isSettled}.
   *
   * @return how many went
   */
  int dropOthers() {
    Keys known = keys;
    int before = known.handle().size();
    keys =
        keys(
            store.change(there -> {
              if (!there.changedAt().equals(known.changedAt()) || before == 1) {
                return there;
              }
              KeysetHandle.Builder fewer = KeysetHandle.newBuilder(handle(there));
              for (int i = fewer.size() - 1; i >= 0; i--) {
                if (!fewer.getAt(i).isPrimary()) {
                  fewer.deleteAt(i);
                }
              }
              return stored(fewer);
            }));
    return Math.max(0, before - keys.handle().size());
  }

  private KeyringStore.Stored first(Optional<Secret> ofOldValues) {
    KeysetHandle.Builder builder = KeysetHandle.newBuilder().addEntry(newKey());
    ofOldValues.ifPresent(secret -> builder.addEntry(FirstSealingKey.of(secret)));
    return stored(builder);
  }

  private static KeysetHandle.Builder.Entry newKey() {
    try {
      return KeysetHandle.generateEntryFromParametersName("AES256_GCM")
          .withRandomId()
          .makePrimary();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Tink has no AES-256-GCM", e);
    }
  }

  private KeyringStore.Stored stored(KeysetHandle.Builder builder) {
    try {
      return new KeyringStore.Stored(
          Buffer.buffer(
              TinkProtoKeysetFormat.serializeEncryptedKeyset(
                  builder.build(), keysetKey, KEYSET_NAME, TINK)),
          clock.instant().truncatedTo(ChronoUnit.MICROS));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal the keyring", e);
    }
  }

  private KeysetHandle handle(KeyringStore.Stored stored) {
    try {
      return TinkProtoKeysetFormat.parseEncryptedKeyset(
          stored.keyset().getBytes(), keysetKey, KEYSET_NAME, TINK);
    } catch (GeneralSecurityException e) {
      throw Failure.of(
          FailureCode.INTERNAL,
          "cannot open the keyring: the database was written under another MORDOMO_SECRET (or"
              + " data/secret)",
          e);
    }
  }

  private Keys keys(KeyringStore.Stored stored) {
    KeysetHandle handle = handle(stored);
    try {
      return new Keys(
          handle, handle.getPrimitive(TINK, Aead.class), stored.changedAt(), clock.instant());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot use the keyring", e);
    }
  }

  /** Whether its key is there; a value from before there were numbers has none to ask for. */
  private boolean knows(byte[] sealed) {
    if (sealed.length < PREFIX_BYTES || sealed[0] != NUMBERED) {
      return true;
    }
    return list().stream()
        .anyMatch(key -> Arrays.equals(sealed, 0, PREFIX_BYTES, prefix(key.id()), 0, PREFIX_BYTES));
  }

  private static int idOf(byte[] sealed) {
    return ByteBuffer.wrap(sealed, 1, Integer.BYTES).getInt();
  }

  private static byte[] prefix(int id) {
    return ByteBuffer.allocate(PREFIX_BYTES).put(NUMBERED).putInt(id).array();
  }
}
