package dev.mordomo.kernel;

import java.util.Locale;

/**
 * Every stable error code, in one place, with its HTTP status, its number on the WebSocket, and
 * whether the same request may succeed later. Clients match on {@link #wire()}; numbers and names
 * never change once released.
 */
public enum FailureCode {
  /** A field is missing, of the wrong type or out of range: mend the request. */
  INVALID(400, 400, false),
  /** The body or frame is not JSON: mend the request. */
  MALFORMED(400, 401, false),
  /** No credentials, or they are not valid: sign in. */
  UNAUTHENTICATED(401, 402, false),
  /** The access token has expired: refresh it. */
  TOKEN_EXPIRED(401, 403, false),
  /** One's own thing, but one's role may not do this: ask an administrator. */
  FORBIDDEN(403, 404, false),
  /** It does not exist, or it is not yours to see. */
  NOT_FOUND(404, 405, false),
  /** The method is not served at this path. */
  METHOD_NOT_ALLOWED(405, 406, false),
  /** It is in another state than the command needs: read it again. */
  CONFLICT(409, 407, false),
  /** A document like it exists: see {@code duplicate_of} and {@code reason}. */
  DUPLICATE(409, 408, false),
  /** Larger than its limit: send less. */
  TOO_LARGE(413, 409, false),
  /** Not a kind of file that can be read: convert it. */
  UNSUPPORTED_MEDIA_TYPE(415, 410, false),
  /** The file is broken, empty, or not what its name says. */
  UNREADABLE_FILE(422, 411, false),
  /** The idempotency key was used with another body: use a new key. */
  IDEMPOTENCY_MISMATCH(422, 412, false),
  /** The address is a WebSocket's: ask for an upgrade. */
  UPGRADE_REQUIRED(426, 416, false),
  /** Too many requests: wait for Retry-After. */
  RATE_LIMITED(429, 413, true),
  /** The tenant's tokens are spent. */
  QUOTA_EXCEEDED(429, 414, true),
  /** The conversation's queue of turns is full: wait for one to end. */
  QUEUE_FULL(429, 415, true),
  /** Our fault. The request id finds it in the log. */
  INTERNAL(500, 500, true),
  /** The model server refused the request or answered nonsense. */
  MODEL_ERROR(502, 501, true),
  /** The model server cannot be reached, or refused for load. */
  MODEL_UNAVAILABLE(503, 502, true),
  /** The model server was silent past its deadline. */
  MODEL_TIMEOUT(504, 503, true),
  /** The database cannot be reached: retry. */
  UNAVAILABLE(503, 504, true),
  /** The node that answered stopped in the middle: regenerate. */
  INTERRUPTED(503, 505, true),
  /** The server is shutting down: reconnect, another node will answer. */
  SHUTTING_DOWN(503, 506, true);

  private final int status;
  private final int number;
  private final boolean retryable;

  FailureCode(int status, int number, boolean retryable) {
    this.status = status;
    this.number = number;
    this.retryable = retryable;
  }

  /** The name on the wire, for instance {@code not_found}. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The error number in a WebSocket reply, 400 or more. */
  public int number() {
    return number;
  }

  /** Whether the same request may succeed later. */
  public boolean retryable() {
    return retryable;
  }
}
