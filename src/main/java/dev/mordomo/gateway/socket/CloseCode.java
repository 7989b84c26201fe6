package dev.mordomo.gateway.socket;

/**
 * Why this server closes a socket. A client reconnects after 3000–3499 (and 4000–4499), and does
 * not after 3500–3999 (and 4500–4999).
 */
public enum CloseCode {
  /** The server stops: reconnect, another node or the next start answers. */
  SHUTDOWN(3001, "shutdown"),
  /** Our fault: reconnect. */
  SERVER_ERROR(3004, "internal server error"),
  /** The token ended and was not refreshed: reconnect with a new one. */
  EXPIRED(3005, "connection expired"),
  /** Too much waited to be sent: reconnect and recover. */
  SLOW(3008, "slow"),
  /** A server-side subscription cannot be continued: reconnect, and reload if not recovered. */
  INSUFFICIENT_STATE(3010, "insufficient state"),
  /** A ping was not answered: reconnect. */
  NO_PONG(3012, "no pong"),
  /** Too many commands wait for replies, or went on when refused: reconnect, and send fewer. */
  TOO_MANY_REQUESTS(3013, "too many requests"),
  /** The token is not valid, or the user or tenant was switched off: sign in. */
  INVALID_TOKEN(3500, "invalid token"),
  /** A frame was not of the protocol, too large or binary: mend the client. */
  BAD_REQUEST(3501, "bad request"),
  /** No connect command came in time: mend the client. */
  STALE(3502, "stale"),
  /** The user has too many sockets: close others. */
  CONNECTION_LIMIT(3504, "connection limit");

  private final int code;
  private final String reason;

  CloseCode(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  public short code() {
    return (short) code;
  }

  public String reason() {
    return reason;
  }

  /** Whether a client comes back by itself. */
  public boolean reconnects() {
    return code < 3500;
  }
}
