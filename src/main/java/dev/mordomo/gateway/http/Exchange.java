package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.UUID;

/** One request on its way through a handler: who asks, and what. */
final class Exchange {
  private final HttpServerRequest request;
  private final java.util.Map<String, String> path;
  private final String requestId;
  private final Optional<Principal> principal;
  private final Optional<String> address;
  private final RequestBody body;

  Exchange(
      HttpServerRequest request,
      java.util.Map<String, String> path,
      String requestId,
      Optional<Principal> principal,
      Optional<String> address,
      RequestBody body) {
    this.request = request;
    this.path = path;
    this.requestId = requestId;
    this.principal = principal;
    this.address = address;
    this.body = body;
  }

  String requestId() {
    return requestId;
  }

  /** Who asks; there on every route that is not for anyone. */
  Principal principal() {
    return principal.orElseThrow(
        () -> Failure.of(FailureCode.UNAUTHENTICATED, "sign in, and send the token as a bearer"));
  }

  Scope scope() {
    return principal().scope();
  }

  /** From where it comes; empty where the connection has no address. */
  Optional<String> address() {
    return address;
  }

  HttpServerRequest request() {
    return request;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name)).filter(v -> !v.isBlank());
  }

  /** Whether the client wants its answer as a stream of events. */
  boolean wantsEvents() {
    return header("Accept").map(v -> v.contains("text/event-stream")).orElse(false);
  }

  Query query() {
    try {
      return new Query(request.params());
    } catch (IllegalArgumentException e) {
      throw RequestBody.malformed("the query of the address is not percent-encoded");
    }
  }

  /** A parameter of the path. */
  String path(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no parameter " + name);
    }
    return value;
  }

  /**
   * An id in the path.
   *
   * @throws Failure {@code not_found} when it is no UUID: such a thing does not exist either
   */
  UUID id(String name, String what) {
    return Fields.parseId(path(name)).orElseThrow(() -> Failure.notFound(what));
  }

  /** The members of the JSON body; none when there is no body. */
  Fields fields() {
    return switch (body) {
      case RequestBody.Json json -> Fields.of(json.node());
      case RequestBody.None none -> Fields.empty();
      case RequestBody.Form form ->
          throw Failure.of(FailureCode.UNSUPPORTED_MEDIA_TYPE, "expected application/json");
    };
  }

  /** The file that came in a form, if the body is one. */
  Optional<Upload> upload() {
    return switch (body) {
      case RequestBody.Form form -> Optional.of(form.upload());
      case RequestBody.Json json -> Optional.empty();
      case RequestBody.None none -> Optional.empty();
    };
  }

  RequestBody body() {
    return body;
  }
}
