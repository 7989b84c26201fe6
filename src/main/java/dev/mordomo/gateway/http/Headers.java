package dev.mordomo.gateway.http;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.kernel.Ids;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.regex.Pattern;

/** The headers that every answer has. */
final class Headers {
  static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern GOOD_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private static final Pattern HEADER_NAMES =
      Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:\\s*,\\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*+");
  private static final String USUAL_HEADERS =
      "Authorization, Content-Type, Accept, Idempotency-Key, Last-Event-ID, X-Request-Id, "
          + "X-Conversation-Id";

  private static final String CONTENT_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
          + "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
          + "form-action 'self'; frame-ancestors 'none'";
  private static final String PERMISSIONS =
      "accelerometer=(), autoplay=(self), camera=(), display-capture=(), geolocation=(), "
          + "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

  private Headers() {}

  /** Puts them, once, when a request comes in. */
  static void preface(HttpServerRequest request, GatewayConfig config) {
    HttpServerResponse response = request.response();
    String given = request.getHeader(REQUEST_ID);
    response.putHeader(
        REQUEST_ID,
        given != null && GOOD_ID.matcher(given).matches() ? given : Ids.next().toString());
    response.putHeader("Content-Security-Policy", CONTENT_POLICY);
    response.putHeader("X-Content-Type-Options", "nosniff");
    response.putHeader("X-Frame-Options", "DENY");
    response.putHeader("Referrer-Policy", "no-referrer");
    response.putHeader("Permissions-Policy", PERMISSIONS);
    response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (!config.origins().isEmpty()) {
      response.putHeader(HttpHeaders.VARY, "Origin");
    }
    if (origin != null && config.allows(origin)) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      response.putHeader(
          HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
          "X-Request-Id, X-Conversation-Id, X-Turn-Id, Retry-After, ETag, Location");
    }
  }

  /** What a preflight asks for. */
  static void preflight(HttpServerRequest request, String allow) {
    HttpServerResponse response = request.response().putHeader(HttpHeaders.ALLOW, allow);
    if (response.headers().contains(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, allow);
      // Clients put headers of their own, such as X-Stainless-Lang; none is a danger from an origin
      // that may call at all.
      String asked = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
      response.putHeader(
          HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
          asked != null && HEADER_NAMES.matcher(asked).matches() ? asked : USUAL_HEADERS);
      response.putHeader(HttpHeaders.VARY, "Origin, Access-Control-Request-Headers");
      response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
    }
    response.setStatusCode(204).end();
  }

  /** The id that {@link #preface} gave. */
  static String requestId(HttpServerRequest request) {
    return request.response().headers().get(REQUEST_ID);
  }

  /** An answer's own headers; private and fresh unless they say otherwise. */
  static void put(HttpServerResponse response, Map<String, String> headers, String mediaType) {
    headers.forEach(response::putHeader);
    if (!headers.containsKey("Content-Type")) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, mediaType);
    }
    if (!headers.containsKey("Cache-Control")) {
      response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
  }
}
