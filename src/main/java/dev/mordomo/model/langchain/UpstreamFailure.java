package dev.mordomo.model.langchain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ProviderConfig;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What went wrong at a model server, in words for the caller that never hold its key. */
final class UpstreamFailure {
  private static final int LONGEST_DETAIL = 300;
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final ProviderConfig provider;
  private final InstantSource clock;

  UpstreamFailure(ProviderConfig provider, InstantSource clock) {
    this.provider = provider;
    this.clock = clock;
  }

  Failure unreachable(Throwable cause) {
    URI address = URI.create(provider.baseUrl());
    return Failure.of(
        FailureCode.MODEL_UNAVAILABLE,
        provider.name()
            + " cannot be reached at "
            + address.getHost()
            + (address.getPort() < 0 ? "" : ":" + address.getPort())
            + "; see "
            + provider.urlSetting(),
        cause);
  }

  /**
   * The connection closed before anything was answered: a restart, or an idle one that was shut.
   */
  Failure closed(Throwable cause) {
    return Failure.of(
        FailureCode.MODEL_UNAVAILABLE,
        provider.name() + " closed the connection before it answered",
        cause);
  }

  Failure silent(Duration deadline, boolean begun) {
    return Failure.of(
        FailureCode.MODEL_TIMEOUT,
        provider.name()
            + (begun ? " fell silent for " : " said nothing for ")
            + deadline.toMillis()
            + " ms");
  }

  /** The request was closed on this side. */
  Failure unwanted(Throwable cause) {
    return Failure.of(
        FailureCode.INTERRUPTED, "nobody waits for " + provider.name() + " any more", cause);
  }

  Failure cut() {
    return Failure.of(
        FailureCode.MODEL_ERROR, provider.name() + " ended the answer before it was whole");
  }

  Failure unreadable(String what) {
    return Failure.of(FailureCode.MODEL_ERROR, provider.name() + " sent " + what);
  }

  Failure unreadable(String what, Throwable cause) {
    return Failure.of(FailureCode.MODEL_ERROR, provider.name() + " sent " + what, cause);
  }

  /** An answer with another status than 200. */
  Failure status(int status, Optional<String> retryAfter, String body) {
    if (status == 401 || status == 403) {
      return Failure.of(
          FailureCode.MODEL_ERROR,
          provider.name()
              + (provider.apiKey().isPresent() ? " refused the key in " : " wants a key: set ")
              + provider.keySetting());
    }
    if (status == 408 || status == 429 || status >= 500) {
      String how = status >= 500 ? " failed (" : " refused for load (";
      Failure failure =
          Failure.of(FailureCode.MODEL_UNAVAILABLE, provider.name() + how + status + ")");
      return retryAfter.flatMap(this::wait).map(failure::retryAfter).orElse(failure);
    }
    return refused(" refused the request (" + status + ")", body);
  }

  Failure unknownModel(String model) {
    return Failure.of(
        FailureCode.MODEL_ERROR,
        provider.name()
            + " does not know the model "
            + model
            + " (404), or does not listen at "
            + provider.urlSetting());
  }

  /** An error object where a piece of the answer was due. */
  Failure said(String body) {
    return refused(" failed", body);
  }

  private Failure refused(String how, String body) {
    String reason = reason(body);
    return Failure.of(
        FailureCode.MODEL_ERROR, provider.name() + how + (reason.isEmpty() ? "" : ": " + reason));
  }

  /** RFC 9110, 10.2.3: seconds, or a date. */
  private Optional<Duration> wait(String header) {
    try {
      Duration wait =
          header.matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(header))
              : Duration.between(
                  clock.instant(),
                  ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return Optional.of(wait)
          .filter(w -> !w.isNegative())
          .map(w -> w.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : w);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** {@code error.message}, {@code error} or {@code message}, without the key. */
  private String reason(String body) {
    String reason;
    try {
      JsonNode node = Json.read(body);
      JsonNode error = node.path("error");
      reason =
          error.isTextual()
              ? error.asText()
              : error.path("message").asText(node.path("message").asText(""));
    } catch (Failure e) {
      return "";
    }
    String safe = provider.apiKey().map(key -> reason.replace(key, "…")).orElse(reason).strip();
    return safe.length() > LONGEST_DETAIL ? safe.substring(0, LONGEST_DETAIL) + "…" : safe;
  }
}
