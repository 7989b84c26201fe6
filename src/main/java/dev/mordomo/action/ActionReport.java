package dev.mordomo.action;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.JsonTexts;
import dev.mordomo.kernel.Masking;
import java.util.Optional;

/**
 * What an executor says of an action.
 *
 * @param status not pending
 * @param result a JSON value; with {@code executing} there is none yet
 * @param errorCode of a failed one
 * @param errorMessage of a failed one, a sentence for the user
 */
public record ActionReport(
    ActionStatus status,
    Optional<Object> result,
    Optional<String> errorCode,
    Optional<String> errorMessage) {
  private static final int LONGEST_MESSAGE = 2000;

  public ActionReport {
    if (status == ActionStatus.PENDING) {
      throw Failure.invalid("status", "expected one of executing, success, failed");
    }
    if (status != ActionStatus.FAILED && errorMessage.isPresent()) {
      throw Failure.invalid("error_message", "comes with failed only");
    }
    if (status == ActionStatus.EXECUTING && result.isPresent()) {
      throw Failure.invalid("result", "comes with success or failed");
    }
    if (errorMessage.filter(m -> m.length() > LONGEST_MESSAGE).isPresent()) {
      throw Failure.invalid("error_message", "at most " + LONGEST_MESSAGE + " characters");
    }
  }

  /** From a device or a front end. */
  public static ActionReport of(
      ActionStatus status, Optional<Object> result, Optional<String> errorMessage) {
    return new ActionReport(
        status,
        result,
        status == ActionStatus.FAILED ? Optional.of("reported") : Optional.empty(),
        errorMessage);
  }

  /** The same, hiding what is personal. */
  ActionReport masked(Masking.Pass pass) {
    return new ActionReport(
        status,
        result.flatMap(value -> Optional.ofNullable(JsonTexts.value(value, pass::masked))),
        errorCode,
        errorMessage.map(pass::masked));
  }

  static ActionReport success(Object result) {
    return of(ActionStatus.SUCCESS, Optional.of(result), Optional.empty());
  }

  static ActionReport failed(Failure failure) {
    String detail = failure.detail();
    return new ActionReport(
        ActionStatus.FAILED,
        Optional.empty(),
        Optional.of(failure.code().wire()),
        Optional.of(detail.substring(0, Math.min(detail.length(), LONGEST_MESSAGE))));
  }
}
