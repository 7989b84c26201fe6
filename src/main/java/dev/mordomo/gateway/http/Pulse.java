package dev.mordomo.gateway.http;

import dev.mordomo.gateway.socket.CloseCode;
import dev.mordomo.gateway.socket.Live;
import dev.mordomo.gateway.socket.SocketServices;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While a stream is open: now and then a comment, so that nothing between takes it for dead, and a
 * look whether its principal may still go on. A token's end cuts it after the same grace as on a
 * socket, an API key's at once.
 */
final class Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
  static final String COMMENT = ":\n\n";

  private Pulse() {}

  static void start(Vertx vertx, SocketServices services, Principal principal, EventStream stream) {
    long timer =
        vertx.setPeriodic(
            services.config().ping().toMillis(), id -> beat(services, principal, stream));
    stream.over().onComplete(ended -> vertx.cancelTimer(timer));
    attend(services, principal, stream);
    end(services, principal).ifPresent(end -> cutAt(end, vertx, services, stream));
  }

  /** A client may bring another token meanwhile; nothing comes in the place of an API key. */
  private static Optional<Instant> end(SocketServices services, Principal principal) {
    Duration grace =
        principal.kind() == CredentialKind.JWT ? services.config().expiryGrace() : Duration.ZERO;
    return principal.expiresAt().map(at -> at.plus(grace));
  }

  private static void cutAt(Instant end, Vertx vertx, SocketServices services, EventStream stream) {
    long left = Duration.between(services.clock().instant(), end).toMillis();
    if (left < 0) {
      stream.cut();
      return;
    }
    long timer = vertx.setTimer(left + 1, ignored -> cutAt(end, vertx, services, stream));
    stream.over().onComplete(over -> vertx.cancelTimer(timer));
  }

  /** Cuts a stream as soon as its principal is out. */
  static void attend(SocketServices services, Principal principal, EventStream stream) {
    Live live =
        new Live() {
          @Override
          public Optional<Principal> principal() {
            return Optional.of(principal);
          }

          @Override
          public void close(CloseCode code) {
            stream.cut();
          }
        };
    Runnable leave = services.sessions().attend(live, principal);
    stream.over().onComplete(ended -> leave.run());
    // Who was switched off between their request and this is found by looking once more.
    look(services, principal, stream);
  }

  private static void beat(SocketServices services, Principal principal, EventStream stream) {
    stream.send(COMMENT);
    look(services, principal, stream);
  }

  private static void look(SocketServices services, Principal principal, EventStream stream) {
    services
        .authenticator()
        .isLive(principal)
        .onSuccess(live -> {
          if (!live) {
            stream.cut();
          }
        })
        .onFailure(e -> LOG.warn("whether a stream may go on is not known; asked again", e));
  }
}
