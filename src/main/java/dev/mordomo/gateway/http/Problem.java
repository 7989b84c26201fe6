package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A failure as a problem document (RFC 9457). */
final class Problem {
  static final String MEDIA_TYPE = "application/problem+json";

  private Problem() {}

  static Answer.Text of(Failure failure, String requestId) {
    FailureCode code = failure.code();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "/docs#" + code.wire());
    body.put("title", HttpResponseStatus.valueOf(code.status()).reasonPhrase());
    body.put("status", code.status());
    body.put("detail", failure.detail());
    body.put("code", code.wire());
    body.put("request_id", requestId);
    if (!failure.errors().isEmpty()) {
      body.put("errors", failure.errors());
    }
    failure.extra().ifPresent(extra -> Json.map(Json.tree(extra)).forEach(body::putIfAbsent));
    return new Answer.Text(code.status(), headers(failure), Json.write(body));
  }

  private static Map<String, String> headers(Failure failure) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", MEDIA_TYPE);
    headers.put("Cache-Control", "no-store");
    switch (failure.code()) {
      case UNAUTHENTICATED -> headers.put("WWW-Authenticate", "Bearer");
      case TOKEN_EXPIRED ->
          headers.put(
              "WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"expired\"");
      default -> {
        // No header of its own.
      }
    }
    if (failure.code().status() == 429 || failure.retryAfter().isPresent()) {
      Duration wait = failure.retryAfter().orElse(usual(failure.code()));
      headers.put("Retry-After", String.valueOf(Math.max(1, wait.plusMillis(999).toSeconds())));
    }
    return headers;
  }

  /** A quota that nothing renews by itself is not larger in a second; by tomorrow it may be. */
  private static Duration usual(FailureCode code) {
    return code == FailureCode.QUOTA_EXCEEDED ? Duration.ofDays(1) : Duration.ofSeconds(1);
  }
}
