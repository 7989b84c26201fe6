package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What no answer may be, whatever was asked. */
final class Verdicts {
  /** Of the OpenAI interface. */
  private static final String NO_SUCH_MODEL = "model_not_found";

  private static final Set<String> CODES =
      Stream.concat(
              Arrays.stream(FailureCode.values()).map(FailureCode::wire), Stream.of(NO_SUCH_MODEL))
          .collect(Collectors.toUnmodifiableSet());

  private static final List<String> INSIDE =
      List.of(
          "Exception",
          "\tat ",
          "dev.mordomo.",
          "java.lang",
          "io.vertx",
          "com.fasterxml",
          "SQLSTATE",
          "ERROR:",
          "$1",
          "pg_catalog",
          "SELECT ",
          "INSERT INTO");

  private static final int SLOWEST_MILLIS = 10_000;

  private Verdicts() {}

  /** What is wrong with an answer over HTTP; empty when nothing is. */
  static Optional<String> ofHttp(int status, String type, String body, long millis) {
    if (status >= 500) {
      return Optional.of("the status " + status);
    }
    if (millis > SLOWEST_MILLIS) {
      return Optional.of("it took " + millis + " ms");
    }
    return status < 400 ? Optional.empty() : ofError(type, body);
  }

  private static Optional<String> ofError(String type, String body) {
    for (String inside : INSIDE) {
      if (body.contains(inside)) {
        return Optional.of("it tells of the inside: " + inside);
      }
    }
    try {
      JsonNode json = Json.read(body);
      String code =
          json.has("error") ? json.at("/error/code").asText() : json.path("code").asText();
      if (!json.has("error") && !type.startsWith("application/problem+json")) {
        return Optional.of("an error of the type " + type);
      }
      return CODES.contains(code) ? Optional.empty() : Optional.of("the code '" + code + "'");
    } catch (Failure noJson) {
      return Optional.of("an error that is no JSON, of the type " + type);
    }
  }

  /** What is wrong with a line of the socket. */
  static Optional<String> ofLine(JsonNode line) {
    JsonNode error = line.path("error");
    int code = error.path("code").asInt();
    if (code == 100 || code >= 500) {
      return Optional.of("the error " + code);
    }
    String message = error.path("message").asText();
    return INSIDE.stream()
        .filter(message::contains)
        .findFirst()
        .map(inside -> "it tells of the inside: " + inside);
  }
}
