package dev.mordomo.gateway.socket;

/**
 * The Centrifugo protocol's own error codes that this server answers a command with. Failures of a
 * service come with their {@code FailureCode}'s number, 400 or more, instead.
 */
public enum ReplyError {
  /** Our fault, or the database cannot be reached: try again later. */
  INTERNAL(100, "internal server error", true),
  /** No token, or not a valid one: sign in. The socket is closed with 3500. */
  UNAUTHORIZED(101, "unauthorized", false),
  /** No such channel for you, whether it exists or not: do not try again. */
  PERMISSION_DENIED(103, "permission denied", false),
  /** No such command or rpc method: mend the client. */
  METHOD_NOT_FOUND(104, "method not found", false),
  /** The channel is subscribed on this socket: nothing to do. */
  ALREADY_SUBSCRIBED(105, "already subscribed", false),
  /** Too many channels on one socket: unsubscribe from some. */
  LIMIT_EXCEEDED(106, "limit exceeded", false),
  /** A field is missing or of the wrong type: mend the client. */
  BAD_REQUEST(107, "bad request", false),
  /** Not offered by this server, for instance publish. */
  NOT_AVAILABLE(108, "not available", false),
  /** The token has expired: get a new one and try again. */
  TOKEN_EXPIRED(109, "token expired", false),
  /** Too many commands under way on one socket, or in this minute: wait, and try again. */
  TOO_MANY_REQUESTS(111, "too many requests", true),
  /** The position cannot be read from any more: reload over HTTP. */
  UNRECOVERABLE_POSITION(112, "unrecoverable position", false);

  private final int code;
  private final String message;
  private final boolean temporary;

  ReplyError(int code, String message, boolean temporary) {
    this.code = code;
    this.message = message;
    this.temporary = temporary;
  }

  public int code() {
    return code;
  }

  public String message() {
    return message;
  }

  /** Whether the same command may succeed later. */
  public boolean temporary() {
    return temporary;
  }
}
