package dev.mordomo.gateway.http;

import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Authenticator;
import dev.mordomo.gateway.Proxies;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.privacy.Placeholders;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of every request: who may, its body, its idempotency key, its handler, its answer. */
final class RouteRunner {
  private static final Logger LOG = LoggerFactory.getLogger(RouteRunner.class);
  private static final long DISCARD_MILLIS = 2_000;
  private static final String LIMITED = "/v1/";

  private final Vertx vertx;
  private final Context work;
  private final Authenticator authenticator;
  private final RateLimits limits;
  private final Proxies proxies;
  private final BodyReader bodies;
  private final Idempotency idempotency;
  private final Auditing auditing;
  private final Placeholders placeholders;

  RouteRunner(
      Vertx vertx,
      Context work,
      Authenticator authenticator,
      RateLimits limits,
      Proxies proxies,
      BodyReader bodies,
      Idempotency idempotency,
      Auditing auditing,
      Placeholders placeholders) {
    this.vertx = vertx;
    this.work = work;
    this.authenticator = authenticator;
    this.limits = limits;
    this.proxies = proxies;
    this.bodies = bodies;
    this.idempotency = idempotency;
    this.auditing = auditing;
    this.placeholders = placeholders;
  }

  /** Takes a request from the event loop; it is answered from a virtual thread. */
  void run(Route route, RoutingContext routing) {
    Context loop = vertx.getOrCreateContext();
    if (bodies.isShort(routing.request(), route.body())) {
      bodies.arrive(routing, () -> work.runOnContext(ignored -> serve(route, routing, loop)));
    } else {
      routing.request().pause();
      work.runOnContext(ignored -> serve(route, routing, loop));
    }
  }

  private void serve(Route route, RoutingContext routing, Context loop) {
    HttpServerRequest request = routing.request();
    String requestId = Headers.requestId(request);
    Answer answer;
    try {
      answer = answer(route, routing, requestId);
    } catch (Throwable e) {
      answer = route.failed(told(e, route, requestId), requestId);
    }
    if (answer instanceof Answer.Stream stream) {
      stream(route, request, stream, requestId, loop);
    } else {
      Answer whole = answer;
      loop.runOnContext(ignored -> write(request, whole));
    }
  }

  private Answer answer(Route route, RoutingContext routing, String requestId) {
    HttpServerRequest request = routing.request();
    Optional<Principal> principal = principal(route, request);
    Answer answer = recorded(route, routing, requestId, principal);
    return answer instanceof Answer.Text text && principal.isPresent()
        ? new Answer.Text(
            text.status(),
            text.headers(),
            placeholders.restored(principal.get().scope(), text.body()))
        : answer;
  }

  private Answer recorded(
      Route route, RoutingContext routing, String requestId, Optional<Principal> principal) {
    return switch (route.audit()) {
      case Route.Audit.Recorded recorded ->
          auditing.audited(
              route,
              recorded,
              routing,
              principal,
              deed -> handled(route, routing, requestId, principal, deed));
      case Route.Audit.Elsewhere elsewhere ->
          handled(route, routing, requestId, principal, (body, handler) -> handler.get());
      case Route.Audit.None none ->
          handled(route, routing, requestId, principal, (body, handler) -> handler.get());
    };
  }

  private Answer handled(
      Route route,
      RoutingContext routing,
      String requestId,
      Optional<Principal> principal,
      Auditing.Around deed) {
    principal.ifPresent(p -> requireMay(route, p));
    HttpServerRequest request = routing.request();
    try (RequestBody body =
        route.body() == Route.Body.NONE
            ? new RequestBody.None()
            : bodies.read(routing, route.body())) {
      Exchange exchange =
          new Exchange(request, routing.pathParams(), requestId, principal, address(request), body);
      Supplier<Answer> asked = () -> deed.call(body, () -> route.handler().handle(exchange));
      Supplier<Answer> work =
          principal
              .map(who -> AuditTrail.caller(who, exchange.address()))
              .<Supplier<Answer>>map(caller -> () -> caller.during(asked))
              .orElse(asked);
      Optional<String> key = exchange.header("Idempotency-Key");
      Answer first =
          route.creates() && key.isPresent()
              ? idempotency.once(exchange, key.get(), route.told(), work)
              : work.get();
      return first instanceof Answer.Text text && route.follow().isPresent()
          ? route.follow().get().follow(exchange, text)
          : first;
    }
  }

  /** Who asks; empty where anyone may. */
  private Optional<Principal> principal(Route route, HttpServerRequest request) {
    // Probes of health are never refused.
    if (route.path().startsWith(LIMITED)) {
      address(request).ifPresent(limits::fromAddress);
    }
    Optional<Principal> principal = known(route, request);
    principal.ifPresent(limits::by);
    return principal;
  }

  private Optional<String> address(HttpServerRequest request) {
    return proxies.client(request.remoteAddress(), request.headers());
  }

  private Optional<Principal> known(Route route, HttpServerRequest request) {
    if (route.access() == Access.ANYONE) {
      return Optional.empty();
    }
    String token =
        bearer(request)
            .orElseThrow(() ->
                Failure.of(FailureCode.UNAUTHENTICATED, "sign in, and send the token as a bearer"));
    return Optional.of(Database.await(authenticator.authenticate(token)));
  }

  private static void requireMay(Route route, Principal principal) {
    if (!principal.uses().contains(route.needs())) {
      throw Failure.of(FailureCode.FORBIDDEN, route.needs().refusal());
    }
    if (!route.access().admits(principal.scope())) {
      throw Failure.of(
          FailureCode.FORBIDDEN,
          "only for the role " + route.access().name().toLowerCase(Locale.ROOT));
    }
  }

  static Optional<String> bearer(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return Optional.empty();
    }
    return Optional.of(header.substring(7).strip()).filter(token -> !token.isEmpty());
  }

  /** What may be told of what went wrong; the rest is logged. */
  private static Failure told(Throwable e, Route route, String requestId) {
    if (e instanceof Failure failure && failure.code() != FailureCode.INTERNAL) {
      return failure;
    }
    if (e instanceof HttpClosedException) {
      return Failure.of(FailureCode.MALFORMED, "the request broke off");
    }
    if (e instanceof Failure failure && failure.getCause() instanceof HttpClosedException) {
      return Failure.of(FailureCode.MALFORMED, "the request broke off");
    }
    LOG.error("{} {} failed (request {})", route.method(), route.path(), requestId, e);
    return Failure.of(
        FailureCode.INTERNAL,
        "our fault; the request id finds it in the log, and it may be retried");
  }

  /** Writes an answer, on the event loop of its request. */
  void write(HttpServerRequest request, Answer answer) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    discardRest(request);
    switch (answer) {
      case Answer.Text text -> {
        Headers.put(response, text.headers(), "application/json");
        end(response.setStatusCode(text.status()).end(text.body()));
      }
      case Answer.Bytes bytes -> {
        Headers.put(response, bytes.headers(), "application/octet-stream");
        end(response.setStatusCode(bytes.status()).end(bytes.body()));
      }
      case Answer.Empty empty -> {
        empty.headers().forEach(response::putHeader);
        end(response.setStatusCode(empty.status()).end());
      }
      case Answer.File file -> {
        Headers.put(response, file.headers(), "application/octet-stream");
        end(response.sendFile(file.path().toString()));
      }
      case Answer.Stream stream -> throw new IllegalStateException("a stream writes itself");
    }
  }

  private void stream(
      Route route,
      HttpServerRequest request,
      Answer.Stream stream,
      String requestId,
      Context loop) {
    loop.runOnContext(ignored -> discardRest(request));
    try {
      stream.writer().write(request, loop);
    } catch (Throwable e) {
      Failure failure = told(e, route, requestId);
      loop.runOnContext(ignored -> {
        if (request.response().headWritten()) {
          request.connection().close();
        } else {
          write(request, route.failed(failure, requestId));
        }
      });
    }
  }

  /** A body that nobody read: thrown away for a while, then the connection is closed. */
  private void discardRest(HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    request.handler(part -> {});
    request.exceptionHandler(e -> LOG.debug("a request broke off after its answer", e));
    request.resume();
    String length = request.getHeader("Content-Length");
    boolean hasBody = length != null && !"0".equals(length);
    if (hasBody || request.getHeader("Transfer-Encoding") != null) {
      request.response().putHeader("Connection", "close");
      long timer = vertx.setTimer(DISCARD_MILLIS, id -> request.connection().close());
      request.endHandler(end -> vertx.cancelTimer(timer));
    }
  }

  private static void end(io.vertx.core.Future<Void> written) {
    written.onFailure(e -> LOG.debug("the client left before its answer", e));
  }
}
