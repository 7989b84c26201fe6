package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Keyring;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
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

  /** How often it is looked whether the first request has its answer: for five seconds. */
  private static final int LOOKS = 100;

  private static final Duration LOOK = Duration.ofMillis(50);

  private static final int LONGEST_KEY = 255;

  private final Vertx vertx;
  private final IdempotencyStore store;
  private final Keyring keyring;
  private final InstantSource clock;

  Idempotency(Vertx vertx, IdempotencyStore store, Keyring keyring, InstantSource clock) {
    this.vertx = vertx;
    this.store = store;
    this.keyring = keyring;
    this.clock = clock;
  }

  /**
   * Waits a while for the first request, when that is still under way.
   *
   * @throws Failure {@code idempotency_mismatch} when the key was used for something else, {@code
   *     conflict} when the first request takes long
   */
  Answer once(Exchange exchange, String key, Supplier<Answer> work) {
    if (key.length() > LONGEST_KEY || key.indexOf('\0') >= 0) {
      throw Failure.invalid("Idempotency-Key", "expected 1 to " + LONGEST_KEY + " characters");
    }
    byte[] fingerprint = fingerprint(exchange);
    for (int look = 0; look < LOOKS; look++) {
      switch (claim(exchange, key, fingerprint)) {
        case IdempotencyStore.Claim.First first -> {
          return first(exchange, key, work);
        }
        case IdempotencyStore.Claim.Known known -> {
          if (!MessageDigest.isEqual(known.fingerprint().getBytes(), fingerprint)) {
            throw Failure.of(
                FailureCode.IDEMPOTENCY_MISMATCH,
                "this key was used for another request; use a new key");
          }
          if (known.answer().isPresent()) {
            return replay(key, known.answer().get());
          }
        }
      }
      pause();
    }
    throw Failure.of(
            FailureCode.CONFLICT, "the first request with this key is still under way; try again")
        .retryAfter(Duration.ofSeconds(1));
  }

  private IdempotencyStore.Claim claim(Exchange exchange, String key, byte[] fingerprint) {
    Instant now = clock.instant();
    return store.claim(
        exchange.scope(), key, fingerprint, now, now.minus(KEPT), now.minus(ABANDONED));
  }

  private void pause() {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(LOOK.toMillis(), ignored -> over.complete());
    over.future().await();
  }

  private Answer first(Exchange exchange, String key, Supplier<Answer> work) {
    boolean stored = false;
    try {
      Answer answer = work.get();
      if (answer instanceof Answer.Text text && text.status() < 300) {
        String sealed =
            Base64.getEncoder()
                .encodeToString(
                    keyring.sealStored(
                        SealedAnswerStore.nameOf(key),
                        text.body().getBytes(StandardCharsets.UTF_8)));
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
    byte[] body =
        keyring.open(SealedAnswerStore.nameOf(key), Base64.getDecoder().decode(stored.body()));
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
