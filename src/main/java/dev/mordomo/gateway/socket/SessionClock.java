package dev.mordomo.gateway.socket;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import java.time.Instant;

/** What is due on one socket, by a tick a second: no timer of its own. */
final class SessionClock {
  static final int CONNECT_SECONDS = 10;
  static final int PONG_SECONDS = 8;

  /** Whether the user is still on is asked with every so many pings. */
  private static final int CHECKED_PINGS = 3;

  private static final long NEVER = Long.MAX_VALUE;
  private static final long NEARLY_A_SECOND = 999_999_999;

  /** What is to be done now. */
  enum Due {
    NOTHING,
    PING,
    /** A ping, and a look whether the principal may still go on. */
    PING_AND_CHECK,
    STALE,
    NO_PONG,
    EXPIRED
  }

  private final int ping;
  private final long grace;
  private long second;
  private long connectBy;
  private long nextPing = NEVER;
  private long pongBy = NEVER;
  private long endSecond = NEVER;
  private int pings;

  SessionClock(GatewayConfig config, long second) {
    this.ping = (int) config.ping().toSeconds();
    this.grace = config.expiryGrace().toSeconds();
    this.second = second;
    this.connectBy = second + CONNECT_SECONDS;
  }

  void connected() {
    connectBy = NEVER;
    nextPing = second + ping;
  }

  void pong() {
    pongBy = NEVER;
  }

  /**
   * Knows when the principal's token ends. The socket outlives a JWT by a grace, within which
   * another may come; nothing comes in the place of an API key.
   */
  void expires(Principal who) {
    long more = who.kind() == CredentialKind.JWT ? grace : 0;
    endSecond =
        who.expiresAt()
            .map(end -> end.plusNanos(NEARLY_A_SECOND).getEpochSecond() + more)
            .orElse(NEVER);
  }

  /**
   * @param now in seconds of some steady clock
   * @param at the time of day, for the token's end
   */
  Due tick(long now, Instant at) {
    second = now;
    if (now >= connectBy) {
      return Due.STALE;
    }
    if (now >= pongBy) {
      return Due.NO_PONG;
    }
    if (at.getEpochSecond() >= endSecond) {
      return Due.EXPIRED;
    }
    if (now < nextPing) {
      return Due.NOTHING;
    }
    nextPing = now + ping;
    pongBy = pongBy == NEVER ? now + PONG_SECONDS : pongBy;
    pings++;
    return pings % CHECKED_PINGS == 0 ? Due.PING_AND_CHECK : Due.PING;
  }
}
