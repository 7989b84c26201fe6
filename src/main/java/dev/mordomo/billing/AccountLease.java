package dev.mordomo.billing;

import dev.mordomo.billing.LeaseStore.Held;
import dev.mordomo.billing.LeaseStore.Leased;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * This node's part of one quota. What is reserved and used is never more than what is leased.
 *
 * <p>Reserving, settling and refunding are a few instructions under the monitor. To ask the
 * database one holds {@link #asking}, on a thread of one's own; meanwhile nothing is reserved, and
 * what is settled is said the next time.
 */
final class AccountLease {
  /**
   * How long what the database said may be acted on. Shorter than the time after which other nodes
   * take the lease of a silent one, and how late a changed quota is noticed.
   */
  static final Duration VALID = Duration.ofSeconds(2);

  /** Tokens set aside. */
  record Hold(
      AccountLease lease,
      long era,
      long tokens,
      boolean counted,
      Instant since,
      Optional<Instant> resetsAt) {
    /** Whether its period has ended at a moment. */
    boolean isOver(Instant at) {
      return resetsAt.filter(end -> !at.isBefore(end)).isPresent();
    }
  }

  final ReentrantLock asking = new ReentrantLock();
  private final Account account;

  private Instant since = Instant.EPOCH;
  private Optional<Instant> resetsAt = Optional.empty();
  private long era;
  private long leased;
  private long used;
  private long reserved;
  private long said;
  private boolean limited = true;
  private boolean userQuotas;
  private boolean low;
  private boolean valid;
  private boolean closed;
  private long checkedNanos;
  private long touchedNanos = System.nanoTime();

  AccountLease(Account account) {
    this.account = account;
  }

  Account account() {
    return account;
  }

  /** Whether it was given up: there is another in its place. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Whether users of the tenant have quotas of their own, as the database said last. */
  synchronized boolean hasUserQuotas() {
    return userQuotas;
  }

  /** Whether little is left, so that what is not needed goes back, and what is used is said. */
  synchronized boolean isToBeSaid() {
    return low && (free() > 0 || used != said);
  }

  synchronized boolean isReserved() {
    return reserved > 0;
  }

  /** Whether something is under way, and the database was not told of it for so long. */
  synchronized boolean isToBeRenewed(Duration time) {
    return reserved > 0 && System.nanoTime() - checkedNanos >= time.toNanos();
  }

  synchronized boolean isIdle(Duration time) {
    return System.nanoTime() - touchedNanos >= time.toNanos();
  }

  private long free() {
    return leased - used - reserved;
  }

  /** Sets tokens aside, when they are here and the database has spoken of late. */
  synchronized Optional<Hold> reserve(long tokens, Instant at) {
    touchedNanos = System.nanoTime();
    boolean fresh =
        valid
            && System.nanoTime() - checkedNanos < VALID.toNanos()
            && resetsAt.filter(end -> !at.isBefore(end)).isEmpty();
    return fresh && (!limited || free() >= tokens) ? Optional.of(hold(tokens)) : Optional.empty();
  }

  private Hold hold(long tokens) {
    if (limited) {
      reserved += tokens;
    }
    return new Hold(this, era, tokens, limited, since, resetsAt);
  }

  /** What is held, before more is asked for. */
  synchronized Held claim() {
    valid = false;
    said = used;
    return new Held(since, leased, used);
  }

  /** What is held once the rest is given back. */
  synchronized Held claimNeeded() {
    valid = false;
    leased = used + reserved;
    said = used;
    return new Held(since, leased, used);
  }

  /** How much is free to be reserved. */
  synchronized long spare() {
    return free();
  }

  /** What the database said. */
  synchronized void heard(Leased answer, long askedNanos, long lowBelow) {
    boolean anew = answer.lost() || !answer.since().equals(since);
    if (anew) {
      // What was reserved before is of another period, or of turns that were ended elsewhere.
      era++;
      used = 0;
      said = 0;
      reserved = 0;
    }
    since = answer.since();
    resetsAt = answer.resetsAt();
    limited = answer.quota().isPresent();
    leased = answer.leased();
    userQuotas = answer.userQuotas();
    low = limited && answer.remaining() < lowBelow;
    checkedNanos = askedNanos;
    valid = true;
  }

  /** Sets tokens aside right after {@link #heard}: all of them, or what there is. */
  synchronized Optional<Hold> reserveOf(long tokens, long least) {
    touchedNanos = System.nanoTime();
    if (!limited || free() >= tokens) {
      return Optional.of(hold(tokens));
    }
    return free() >= least ? Optional.of(hold(free())) : Optional.empty();
  }

  /** Keeps only so much of what was set aside. */
  synchronized Hold shrink(Hold hold, long tokens) {
    if (hold.counted() && hold.era() == era) {
      reserved -= hold.tokens() - tokens;
    }
    return new Hold(this, hold.era(), tokens, hold.counted(), hold.since(), hold.resetsAt());
  }

  /**
   * What was set aside is spent, or part of it, or none.
   *
   * @param tokens at most as many as were set aside
   */
  synchronized void settle(Hold hold, long tokens) {
    touchedNanos = System.nanoTime();
    if (hold.counted() && hold.era() == era) {
      reserved -= hold.tokens();
      used += tokens;
    }
  }

  /** Nobody may use it any more. */
  synchronized void close() {
    closed = true;
    valid = false;
  }
}
