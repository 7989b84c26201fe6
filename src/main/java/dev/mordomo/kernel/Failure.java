package dev.mordomo.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What went wrong, said once, with a stable code that every face (HTTP, WebSocket, OpenAI) maps to
 * its own form. The gateway alone does that mapping.
 *
 * <p>The detail is written for the caller: it says what to do, and never holds a secret, a stack
 * trace, or anything of another tenant.
 */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * One bad field: a path such as {@code content} or {@code filter.and[0]}, and what it should be.
   */
  public record FieldError(String field, String detail) {}

  private final FailureCode code;
  private final transient List<FieldError> errors;
  private final transient Optional<Duration> retryAfter;
  private final transient Optional<Object> extra;

  private Failure(
      FailureCode code,
      String detail,
      List<FieldError> errors,
      Optional<Duration> retryAfter,
      Optional<Object> extra,
      Optional<Throwable> cause) {
    super(detail, cause.orElse(null), false, cause.isPresent());
    this.code = code;
    this.errors = List.copyOf(errors);
    this.retryAfter = retryAfter;
    this.extra = extra;
  }

  public static Failure of(FailureCode code, String detail) {
    return new Failure(
        code, detail, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  public static Failure of(FailureCode code, String detail, Throwable cause) {
    return new Failure(
        code, detail, List.of(), Optional.empty(), Optional.empty(), Optional.of(cause));
  }

  /** What does not exist, or is not the caller's to know of: the two are the same answer. */
  public static Failure notFound(String what) {
    return of(FailureCode.NOT_FOUND, what + " was not found");
  }

  /** One bad field. */
  public static Failure invalid(String field, String detail) {
    return invalid(List.of(new FieldError(field, detail)));
  }

  /** One field that is larger than its limit. */
  public static Failure tooLarge(String field, String detail) {
    return new Failure(
        FailureCode.TOO_LARGE,
        field + ": " + detail,
        List.of(new FieldError(field, detail)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** All bad fields at once; {@code errors} is not empty. */
  public static Failure invalid(List<FieldError> errors) {
    String detail =
        String.join("; ", errors.stream().map(e -> e.field() + ": " + e.detail()).toList());
    return new Failure(
        FailureCode.INVALID, detail, errors, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * As it may be kept for clients to read: of what broke inside, these words alone. Whoever says it
   * logs the rest.
   */
  public Failure told(String ourFault) {
    return code == FailureCode.INTERNAL ? of(code, ourFault, this) : this;
  }

  /** The same failure, saying when a retry may help. */
  public Failure retryAfter(Duration wait) {
    return new Failure(
        code, detail(), errors, Optional.of(wait), extra, Optional.ofNullable(getCause()));
  }

  /** The same failure with members of its own for the problem document, a record or a map. */
  public Failure with(Object members) {
    return new Failure(
        code, detail(), errors, retryAfter, Optional.of(members), Optional.ofNullable(getCause()));
  }

  public FailureCode code() {
    return code;
  }

  /** A sentence for the caller. */
  public String detail() {
    String message = getMessage();
    return message == null ? code.wire() : message;
  }

  public List<FieldError> errors() {
    return errors;
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Extra members of the problem document, for instance {@code duplicate_of}. */
  public Optional<Object> extra() {
    return extra;
  }
}
