package dev.mordomo.chat;

import dev.mordomo.billing.Reservation;
import dev.mordomo.chat.TurnEndStore.Call;
import dev.mordomo.kernel.Ids;
import dev.mordomo.model.ChatResult.Tokens;
import java.util.Optional;

/**
 * The tokens of one model call, from before they are there: a turn may be stopped while it waits
 * for them, and they come all the same. Thread-safe.
 */
final class TokenHold {
  private Optional<Reservation> reserved = Optional.empty();
  private int prompt;
  private boolean over;

  /**
   * They came; refunded at once, should the turn be over.
   *
   * @param estimate what of them is for the request
   */
  synchronized Reservation keep(Reservation reservation, int estimate) {
    prompt = estimate;
    if (over) {
      reservation.refund();
    } else {
      reserved = Optional.of(reservation);
    }
    return reservation;
  }

  /**
   * The call cost so much.
   *
   * @return the row of the ledger
   */
  synchronized Call settle(String model, Tokens spent) {
    over = true;
    Tokens charged = reserved.map(r -> r.settle(spent)).orElse(spent);
    return new Call(
        reserved.map(Reservation::id).orElseGet(Ids::next),
        model,
        charged.prompt(),
        charged.completion());
  }

  /**
   * The call was broken off before the provider said what it cost: its request had left all the
   * same, and costs what was set aside for it.
   *
   * @return the row of the ledger
   */
  synchronized Call settleBroken(String model, int completion) {
    return settle(model, new Tokens(prompt, completion));
  }

  /** The call came to nothing, where it was not settled. */
  synchronized void refund() {
    over = true;
    reserved.ifPresent(Reservation::refund);
  }
}
