package dev.mordomo.billing;

import dev.mordomo.model.ChatResult.Tokens;
import java.util.UUID;

/** Tokens set aside for one model call. Settled or refunded once; what comes after is ignored. */
public interface Reservation {
  /** The id of the call's row in the ledger: its time says to which period the call belongs. */
  UUID id();

  /** The most tokens that the answer may have. */
  int completion();

  /** Whether that is less than was asked for. */
  boolean isCut();

  /**
   * The call is over.
   *
   * @param spent as the model says
   * @return what is charged, for the ledger: the same, or, should a model have taken more than was
   *     reserved and the quota not have it, as much as the quota has
   */
  Tokens settle(Tokens spent);

  /** The call came to nothing. */
  void refund();
}
