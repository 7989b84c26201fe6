package dev.mordomo.gateway.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Which turn a request begins, by its body and conversation, for clients that count their attempts
 * and send no key of their own.
 */
final class Repeats {
  /** After which nobody tries the same request again by itself. */
  private static final Duration KEPT = Duration.ofMinutes(15);

  /** No header's value begins with a space, so no key of a client's is like it. */
  private static final String PREFIX = " attempt ";

  private final HttpGateway.Services services;

  Repeats(HttpGateway.Services services) {
    this.services = services;
  }

  /**
   * What all attempts at one request have in common, known before the turn begins: whichever of
   * them begins it, it is the same one.
   *
   * @param isRetry otherwise the words are said anew, and an earlier turn of the same words is
   *     another one
   */
  UUID seed(Exchange exchange, boolean isRetry) {
    Instant now = services.clock().instant();
    return store().seed(exchange.scope(), key(exchange), !isRetry, now, now.minus(KEPT));
  }

  private IdempotencyStore store() {
    return new IdempotencyStore(services.database());
  }

  private static String key(Exchange exchange) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      exchange
          .header(CompletionFields.CONVERSATION)
          .ifPresent(id -> digest.update(id.getBytes(StandardCharsets.UTF_8)));
      return PREFIX + HexFormat.of().formatHex(digest.digest(exchange.body().fingerprint()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
