package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A failure in the envelope that OpenAI's clients read: {@code {"error": {…}}}. */
final class OpenAiError {
  private OpenAiError() {}

  /** A model that nobody serves is told as OpenAI tells it. */
  static Failure noSuchModel(Failure invalid) {
    return Failure.of(FailureCode.NOT_FOUND, invalid.detail())
        .with(Map.of("param", "model", "code", "model_not_found"));
  }

  /** The answer, with the status and the headers that a problem document has. */
  static Answer.Text of(Failure failure, String requestId) {
    Map<String, String> headers = new HashMap<>(Problem.of(failure, requestId).headers());
    headers.put("Content-Type", "application/json");
    // The official clients ask again by themselves, also where that cannot help.
    boolean again = failure.code().retryable() && failure.code() != FailureCode.QUOTA_EXCEEDED;
    headers.put("x-should-retry", String.valueOf(again));
    return new Answer.Text(failure.code().status(), headers, body(failure));
  }

  /** Also the data of a chunk, where it goes wrong in the middle. */
  static String body(Failure failure) {
    return Json.write(Map.of("error", error(failure)));
  }

  static Map<String, Object> error(Failure failure) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", failure.detail());
    error.put("type", type(failure.code()));
    error.put("param", failure.errors().isEmpty() ? null : failure.errors().getFirst().field());
    error.put("code", failure.code().wire());
    failure.extra().ifPresent(extra -> error.putAll(Json.map(Json.tree(extra))));
    return error;
  }

  private static String type(FailureCode code) {
    return switch (code) {
      case INVALID,
          MALFORMED,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          CONFLICT,
          DUPLICATE,
          TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          UNREADABLE_FILE,
          IDEMPOTENCY_MISMATCH,
          UPGRADE_REQUIRED ->
          "invalid_request_error";
      case UNAUTHENTICATED, TOKEN_EXPIRED -> "authentication_error";
      case FORBIDDEN -> "permission_error";
      case RATE_LIMITED, QUEUE_FULL -> "rate_limit_error";
      case QUOTA_EXCEEDED -> "insufficient_quota";
      case INTERNAL,
          MODEL_ERROR,
          MODEL_UNAVAILABLE,
          MODEL_TIMEOUT,
          UNAVAILABLE,
          INTERRUPTED,
          SHUTTING_DOWN ->
          "server_error";
    };
  }
}
