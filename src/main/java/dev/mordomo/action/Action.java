package dev.mordomo.action;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that the assistant decided to do.
 *
 * @param type {@code iot_control}, {@code reminder} or {@code query}
 * @param name for instance {@code turn_on} or {@code create_reminder}
 * @param messageId the assistant's message that decided it
 * @param result a JSON object or array, once reported
 * @param errorCode of a failed one: a stable code, {@code timeout} when nobody reported in time, or
 *     {@code reported} when its executor said so
 * @param executedAt when its executor was done; empty for one that nobody executed
 */
public record Action(
    UUID id,
    Optional<UUID> conversationId,
    Optional<UUID> messageId,
    String type,
    String name,
    Map<String, Object> parameters,
    ActionStatus status,
    Optional<Object> result,
    Optional<String> errorCode,
    Optional<String> errorMessage,
    Optional<Instant> executedAt,
    Instant createdAt) {

  public Action {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * What a report makes of it; empty when it says what is known already.
   *
   * @throws Failure {@code conflict} when the report comes too late or contradicts an earlier one
   */
  Optional<Action> after(ActionReport report, Instant at) {
    if (says(report)) {
      return Optional.empty();
    }
    if (!status.mayBecome(report.status())) {
      throw Failure.of(
          FailureCode.CONFLICT,
          "the action is " + status.wire() + errorCode.map(c -> " (" + c + ")").orElse(""));
    }
    boolean ends = report.status().isFinal();
    return Optional.of(
        new Action(
            id,
            conversationId,
            messageId,
            type,
            name,
            parameters,
            report.status(),
            report.result(),
            report.errorCode(),
            report.errorMessage(),
            ends ? Optional.of(at) : Optional.empty(),
            createdAt));
  }

  private boolean says(ActionReport report) {
    return status == report.status()
        && result.map(Json::tree).equals(report.result().map(Json::tree))
        && errorCode.equals(report.errorCode())
        && errorMessage.equals(report.errorMessage());
  }
}
