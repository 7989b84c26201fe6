package dev.mordomo.gateway.http;

import io.vertx.core.http.HttpMethod;

/**
 * One line of the route table.
 *
 * @param path with its parameters as {@code :name}
 * @param creates whether an {@code Idempotency-Key} is honoured
 */
record Route(
    HttpMethod method, String path, Access access, Body body, boolean creates, Handler handler) {

  /** What a route reads of its request. */
  enum Body {
    NONE,
    JSON,
    /** A JSON object, or a form with a file. */
    UPLOAD
  }

  /** Decodes, validates, calls, responds; on a virtual thread. */
  @FunctionalInterface
  interface Handler {
    Answer handle(Exchange exchange);
  }

  static Route get(String path, Access access, Handler handler) {
    return new Route(HttpMethod.GET, path, access, Body.NONE, false, handler);
  }

  static Route post(String path, Access access, Handler handler) {
    return new Route(HttpMethod.POST, path, access, Body.JSON, false, handler);
  }

  static Route put(String path, Access access, Handler handler) {
    return new Route(HttpMethod.PUT, path, access, Body.JSON, false, handler);
  }

  static Route patch(String path, Access access, Handler handler) {
    return new Route(HttpMethod.PATCH, path, access, Body.JSON, false, handler);
  }

  static Route delete(String path, Access access, Handler handler) {
    return new Route(HttpMethod.DELETE, path, access, Body.NONE, false, handler);
  }

  /** The same route, making something: an {@code Idempotency-Key} is honoured. */
  Route creating() {
    return new Route(method, path, access, body, true, handler);
  }

  /** The same route, taking files too. */
  Route uploading() {
    return new Route(method, path, access, Body.UPLOAD, creates, handler);
  }
}
