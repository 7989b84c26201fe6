package dev.mordomo.gateway.http;

import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.Proxies;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Deed;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** Leaves one record of a request in the audit. */
final class Auditing {
  private final AuditTrail trail;
  private final Proxies proxies;

  Auditing(AuditTrail trail, Proxies proxies) {
    this.trail = trail;
    this.proxies = proxies;
  }

  /** Calls the handler as a part of something. */
  @FunctionalInterface
  interface Around {
    Answer call(RequestBody body, Supplier<Answer> handler);
  }

  Answer audited(
      Route route,
      Route.Audit.Recorded what,
      RoutingContext routing,
      Optional<Principal> principal,
      Function<Around, Answer> work) {
    Deed deed = trail.deed(what.action(), principal, origin(routing.request()));
    // What is made has an id of its own; that in the path is of what it is made in.
    if (!route.creates()) {
      Optional.ofNullable(routing.pathParams().get("id"))
          .flatMap(Fields::parseId)
          .ifPresent(deed::on);
    }
    AtomicBoolean called = new AtomicBoolean();
    Around around =
        (body, handler) -> {
          called.set(true);
          deed.with(names(body));
          return deed.during(handler);
        };
    boolean reads = route.method().equals(HttpMethod.GET);
    return trail.follow(deed, reads, called::get, () -> work.apply(around));
  }

  private Deed.Origin origin(HttpServerRequest request) {
    return new Deed.Origin(
        Optional.of(Headers.requestId(request)),
        proxies.client(request.remoteAddress(), request.headers()),
        Optional.ofNullable(request.getHeader("User-Agent")));
  }

  private static List<String> names(RequestBody body) {
    return body instanceof RequestBody.Json json && json.node().isObject()
        ? AuditTrail.names(json.node())
        : List.of();
  }
}
