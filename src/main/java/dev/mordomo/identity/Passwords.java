package dev.mordomo.identity;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passwords as Argon2id hashes (RFC 9106) in the PHC string form, on a few threads of their own,
 * since each takes about 20 MB and 0.1 to 0.2 s of a core.
 */
final class Passwords {
  private static final int SHORTEST = 8;
  private static final int LONGEST = 1024;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int MOST_WAITING = 128;

  private final WorkerExecutor workers;
  private final Argon2Function function;
  private final SecureRandom random = new SecureRandom();
  private final String nobodys;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong computed = new AtomicLong();

  Passwords(Vertx vertx, IdentityConfig config) {
    this.workers = vertx.createSharedWorkerExecutor("identity-passwords", config.hashingThreads());
    this.function =
        Argon2Function.getInstance(
            config.argon2MemoryKib(), config.argon2Iterations(), 1, HASH_BYTES, Argon2.ID);
    this.nobodys = nobodys(config);
  }

  /** The form of a hash around random bytes: it costs as much to check, and nothing matches it. */
  private String nobodys(IdentityConfig config) {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"
        .formatted(
            config.argon2MemoryKib(),
            config.argon2Iterations(),
            base64.encodeToString(bytes(SALT_BYTES)),
            base64.encodeToString(bytes(HASH_BYTES)));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /**
   * @throws Failure {@code invalid} when it is too short or too long
   */
  static void check(String field, String password) {
    int length = normalised(password).length();
    if (length < SHORTEST || length > LONGEST) {
      throw Failure.invalid(field, "expected " + SHORTEST + " to " + LONGEST + " characters");
    }
  }

  String hash(String password) {
    return onWorker(() ->
        Password.hash(normalised(password)).addSalt(bytes(SALT_BYTES)).with(function).getResult());
  }

  /** Takes the same time whether there is a hash or not. */
  boolean matches(String password, Optional<String> hash) {
    String text = password.length() > LONGEST ? "" : normalised(password);
    String against = hash.orElse(nobodys);
    boolean same =
        onWorker(
            () -> Password.check(text, against).with(Argon2Function.getInstanceFromHash(against)));
    return same && hash.isPresent() && !text.isEmpty();
  }

  /** Whether a hash was made with other parameters than today's. */
  boolean isOutdated(String hash) {
    return !function.equals(Argon2Function.getInstanceFromHash(hash));
  }

  /** How many hashes were computed so far. */
  long computed() {
    return computed.get();
  }

  Future<Void> close() {
    return workers.close();
  }

  private <T> T onWorker(Callable<T> work) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      throw Failure.of(FailureCode.UNAVAILABLE, "too many sign-ins at once; try again")
          .retryAfter(Duration.ofSeconds(2));
    }
    try {
      return Database.await(
          workers.executeBlocking(
              () -> {
                computed.incrementAndGet();
                return work.call();
              },
              false));
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** The same password, however a keyboard composes its accents (NIST SP 800-63B, 3.1.1.2). */
  private static String normalised(String password) {
    return Normalizer.normalize(password, Normalizer.Form.NFKC);
  }
}
