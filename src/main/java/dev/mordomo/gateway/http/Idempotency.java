package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first answer to a creating POST, given again for the same key and body for 24 hours. What
 * failed is forgotten, so that it can be tried again. Answers are sealed: some hold a secret that
 * is shown once.
 *
 * <p>An answer is kept in the transaction of what it tells, or what was made is found again by its
 * id: a request whose node died is taken up by the same request, and makes nothing twice.
 */
final class Idempotency {
  private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);

  static final Duration KEPT = Duration.ofHours(24);

  /** After which a request that never answered, nor said that it is at it, is taken for dead. */
  static final Duration ABANDONED = Duration.ofSeconds(30);

  /** How often a request says that it is at it. */
  private static final Duration BEAT = Duration.ofSeconds(8);

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
   * @param told how the work answers what it has {@link Once#made}; empty: it finds what it made by
   *     the id that it has from there
   * @throws Failure {@code idempotency_mismatch} when the key was used for something else, {@code
   *     conflict} when the first request takes long
   */
  Answer once(
      Exchange exchange,
      String key,
      Optional<Function<Object, Answer>> told,
      Supplier<Answer> work) {
    if (key.length() > LONGEST_KEY || key.indexOf('\0') >= 0) {
      throw Failure.invalid("Idempotency-Key", "expected 1 to " + LONGEST_KEY + " characters");
    }
    byte[] fingerprint = fingerprint(exchange);
    for (int look = 0; look < LOOKS; look++) {
      switch (claim(exchange, key, fingerprint)) {
        case IdempotencyStore.Claim.First first -> {
          return first(exchange, key, first, told, work);
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

  private Answer first(
      Exchange exchange,
      String key,
      IdempotencyStore.Claim.First claim,
      Optional<Function<Object, Answer>> told,
      Supplier<Answer> work) {
    Scope scope = exchange.scope();
    AtomicReference<Answer> kept = new AtomicReference<>();
    Once.Keeper keeper =
        (connection, made) ->
            told.map(how -> how.apply(made))
                .ifPresent(answer -> {
                  if (!IdempotencyStore.finish(
                      connection, scope, key, claim.holder(), stored(key, text(answer)))) {
                    throw Failure.of(
                        FailureCode.CONFLICT, "this request took long, and was asked again");
                  }
                  kept.set(answer);
                });
    long beat =
        vertx.setPeriodic(
            BEAT.toMillis(),
            ignored ->
                Thread.ofVirtual()
                    .name("key of a request")
                    .start(() -> renew(scope, key, claim.holder())));
    try {
      Answer answer = new Once(claim.seed(), keeper).during(work);
      if (answer instanceof Answer.Text text && text.status() < 300) {
        if (!answer.equals(kept.get())) {
          store.finish(scope, key, claim.holder(), stored(key, text));
        }
      } else {
        store.forget(scope, key, claim.holder());
      }
      return answer;
    } catch (Throwable e) {
      giveBack(scope, key, claim.holder(), e);
      throw e;
    } finally {
      vertx.cancelTimer(beat);
    }
  }

  /** What is kept with something that was made stays, whatever failed after it. */
  private void giveBack(Scope scope, String key, UUID holder, Throwable why) {
    try {
      if (why instanceof Failure failure && isRefusal(failure)) {
        store.forget(scope, key, holder);
      } else {
        store.leave(scope, key, holder);
      }
    } catch (Failure e) {
      // It is free when it has not been renewed for a while.
      why.addSuppressed(e);
    }
  }

  /** Whether nothing was done, and not merely nothing heard of it. */
  private static boolean isRefusal(Failure failure) {
    return failure.code() != FailureCode.UNAVAILABLE && failure.code() != FailureCode.INTERNAL;
  }

  private void renew(Scope scope, String key, UUID holder) {
    try {
      store.renew(scope, key, holder, clock.instant());
    } catch (Failure e) {
      LOG.warn("a request cannot say that it is at it; its key may be taken up: {}", e.detail());
    }
  }

  private static Answer.Text text(Answer answer) {
    if (answer instanceof Answer.Text text) {
      return text;
    }
    throw new IllegalStateException("what is made is told in a text");
  }

  private IdempotencyStore.Stored stored(String key, Answer.Text answer) {
    byte[] sealed =
        keyring.sealStored(
            SealedAnswerStore.nameOf(key), answer.body().getBytes(StandardCharsets.UTF_8));
    return new IdempotencyStore.Stored(
        answer.status(),
        answer.headers().getOrDefault("Content-Type", "application/json"),
        Base64.getEncoder().encodeToString(sealed));
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
