package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves one record of a request in the audit, whatever became of it. That of a change is in its
 * own transaction. What was read is not shown unless that it was can be written down.
 */
final class Auditing {
  private static final Logger LOG = LoggerFactory.getLogger(Auditing.class);
  private static final Set<FailureCode> DENIALS =
      Set.of(
          FailureCode.UNAUTHENTICATED,
          FailureCode.TOKEN_EXPIRED,
          FailureCode.FORBIDDEN,
          FailureCode.NOT_FOUND);

  private static final Pattern NAME = Pattern.compile("[a-z][a-z_]{0,39}");
  private static final int MOST_NAMES = 30;

  private final Database database;
  private final InstantSource clock;

  Auditing(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
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
    Deed deed = deed(route, what, routing, principal);
    boolean[] called = {false};
    Answer answer;
    try {
      answer =
          work.apply((body, handler) -> {
            called[0] = true;
            deed.with(names(body));
            return deed.during(handler);
          });
    } catch (Failure e) {
      failed(deed, e.code());
      throw e;
    } catch (RuntimeException | Error e) {
      failed(deed, FailureCode.INTERNAL);
      throw e;
    }
    // An answer that is given again did nothing.
    if (called[0] && !deed.isKept()) {
      over(deed, route.method().equals(HttpMethod.GET));
    }
    return answer;
  }

  private void over(Deed deed, boolean reads) {
    try {
      database.record(deed, Deed.Result.OK, Optional.empty());
    } catch (Failure e) {
      if (reads) {
        throw e;
      }
      LOG.error("a change was made, and its record could not be written: {}", deed, e);
    }
  }

  /** Of those who guess, the guard writes down enough by refusing them. */
  private void failed(Deed deed, FailureCode code) {
    if (code == FailureCode.RATE_LIMITED) {
      return;
    }
    Deed.Result result = DENIALS.contains(code) ? Deed.Result.DENIED : Deed.Result.FAILED;
    try {
      database.record(deed, result, Optional.of(code));
    } catch (Failure e) {
      LOG.error("a refusal could not be written down: {} {}", deed, code, e);
    }
  }

  private Deed deed(
      Route route,
      Route.Audit.Recorded what,
      RoutingContext routing,
      Optional<Principal> principal) {
    HttpServerRequest request = routing.request();
    Deed.Origin origin =
        new Deed.Origin(
            Optional.of(Headers.requestId(request)),
            Optional.ofNullable(request.remoteAddress()).map(SocketAddress::hostAddress),
            Optional.ofNullable(request.getHeader("User-Agent")));
    Deed deed =
        new Deed(
            what.action(),
            what.target(),
            principal.map(Auditing::actor).orElse(Deed.Actor.UNKNOWN),
            origin,
            clock.instant());
    // What is made has an id of its own; that in the path is of what it is made in.
    if (!route.creates()) {
      Optional.ofNullable(routing.pathParams().get("id"))
          .flatMap(Fields::parseId)
          .ifPresent(deed::on);
    }
    return deed;
  }

  private static Deed.Actor actor(Principal principal) {
    return Deed.Actor.of(
        principal.kind() == CredentialKind.API_KEY ? Deed.Kind.KEY : Deed.Kind.USER,
        principal.scope(),
        principal.sessionId());
  }

  /** Which members the body has: theirs are few words, and what is none of them is left out. */
  private static List<String> names(RequestBody body) {
    return body instanceof RequestBody.Json json && json.node().isObject()
        ? json.node().properties().stream()
            .map(Map.Entry::getKey)
            .filter(name -> NAME.matcher(name).matches())
            .sorted()
            .limit(MOST_NAMES)
            .toList()
        : List.of();
  }
}
