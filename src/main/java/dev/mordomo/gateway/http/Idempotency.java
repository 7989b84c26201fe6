package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The first answer to a creating POST, given again for the same key and body for 24 hours. What
 * failed is forgotten, so that it can be tried again. Answers are sealed: some hold a secret that
 * is shown once.
 */
final class Idempotency {
  static final Duration KEPT = Duration.ofHours(24);

  /** After which a request that never answered is taken for dead. */
  static final Duration ABANDONED = Duration.ofMinutes(2);

  private static final int LONGEST_KEY = 255;

  private final IdempotencyStore store;
  private final Secret secret;
  private final InstantSource clock;

  Idempotency(IdempotencyStore store, Secret secret, InstantSource clock) {
    this.store = store;
    this.secret = secret;
    this.clock = clock;
  }

  /**
   * @throws Failure {@code idempotency_mismatch} when the key was used for something else, {@code
   *     conflict} while the first request is still under way
   */
  Answer once(Exchange exchange, String key, Supplier<Answer> work) {
    if (key.length() > LONGEST_KEY || key.indexOf('\0') >= 0) {
      throw Failure.invalid("Idempotency-Key", "expected 1 to " + LONGEST_KEY + " characters");
    }
    Instant now = clock.instant();
    byte[] fingerprint = fingerprint(exchange);
    IdempotencyStore.Claim claim =
        store.claim(exchange.scope(), key, fingerprint, now, now.minus(KEPT), now.minus(ABANDONED));
    return switch (claim) {
      case IdempotencyStore.Claim.First first -> first(exchange, key, work);
      case IdempotencyStore.Claim.Known known -> {
        if (!MessageDigest.isEqual(known.fingerprint().getBytes(), fingerprint)) {
          throw Failure.of(
              FailureCode.IDEMPOTENCY_MISMATCH,
              "this key was used for another request; use a new key");
        }
        yield known
            .answer()
            .map(answer -> replay(key, answer))
            .orElseThrow(() ->
                Failure.of(
                        FailureCode.CONFLICT,
                        "the first request with this key is still under way; try again")
                    .retryAfter(Duration.ofSeconds(1)));
      }
    };
  }

  private Answer first(Exchange exchange, String key, Supplier<Answer> work) {
    boolean stored = false;
    try {
      Answer answer = work.get();
      if (answer instanceof Answer.Text text && text.status() < 300) {
        String sealed =
            Base64.getEncoder()
                .encodeToString(
                    secret.seal(
                        "idempotency " + key, text.body().getBytes(StandardCharsets.UTF_8)));
        store.finish(
            exchange.scope(),
            key,
            new IdempotencyStore.Stored(
                text.status(),
                text.headers().getOrDefault("Content-Type", "application/json"),
                sealed));
        stored = true;
      }
      return answer;
    } finally {
      if (!stored) {
        store.release(exchange.scope(), key);
      }
    }
  }

  private Answer replay(String key, IdempotencyStore.Stored stored) {
    byte[] body = secret.open("idempotency " + key, Base64.getDecoder().decode(stored.body()));
    return new Answer.Text(
        stored.status(),
        Map.of("Content-Type", stored.contentType(), "Idempotent-Replayed", "true"),
        new String(body, StandardCharsets.UTF_8));
  }

  private static byte[] fingerprint(Exchange exchange) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String head = exchange.request().method() + " " + exchange.request().path() + "\n";
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      return digest.digest(exchange.body().fingerprint());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
