package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Which turn a request began, by its body and conversation, for clients that count their attempts
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

  /** The turn that an earlier attempt began. */
  Optional<UUID> find(Exchange exchange) {
    Instant oldest = services.clock().instant().minus(KEPT);
    return store().known(exchange.scope(), key(exchange), oldest).flatMap(Fields::parseId);
  }

  /** The same request is said anew: an earlier turn of the same words is another one. */
  void forget(Exchange exchange) {
    store().forget(exchange.scope(), key(exchange));
  }

  void remember(Exchange exchange, UUID turn) {
    Scope scope = exchange.scope();
    store().remember(scope, key(exchange), turn.toString(), services.clock().instant());
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
