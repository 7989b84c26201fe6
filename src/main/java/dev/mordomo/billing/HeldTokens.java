package dev.mordomo.billing;

import dev.mordomo.billing.AccountLease.Hold;
import dev.mordomo.billing.TokenLeases.Taken;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatResult.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens of a tenant, and of a user who has a quota: as many of each. */
final class HeldTokens implements Reservation {
  private static final Logger LOG = LoggerFactory.getLogger(HeldTokens.class);

  private final TokenLeases leases;
  private final UUID id;
  private final List<Hold> holds;
  private final long tokens;
  private final int completion;
  private final boolean cut;
  private boolean over;

  HeldTokens(
      TokenLeases leases, UUID id, List<Hold> holds, long tokens, int completion, boolean cut) {
    this.leases = leases;
    this.id = id;
    this.holds = List.copyOf(holds);
    this.tokens = tokens;
    this.completion = completion;
    this.cut = cut;
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public int completion() {
    return completion;
  }

  @Override
  public boolean isCut() {
    return cut;
  }

  @Override
  public Tokens settle(Tokens spent) {
    if (isOver()) {
      return Tokens.NONE;
    }
    long all = (long) spent.prompt() + spent.completion();
    long more = all > tokens ? more(all - tokens) : 0;
    holds.forEach(hold -> leases.settle(hold, Math.min(all, tokens)));
    long charged = Math.min(all, tokens + more);
    if (charged < all) {
      LOG.warn(
          "a model took {} tokens where {} were reserved and no more are left; {} are charged",
          all,
          tokens,
          charged);
    }
    int prompt = (int) Math.min(spent.prompt(), charged);
    return new Tokens(prompt, (int) (charged - prompt));
  }

  /** What a call took beyond its reservation, as far as it can be had. */
  private long more(long wanted) {
    List<Hold> extra = new ArrayList<>();
    try {
      long got = wanted;
      for (Hold hold : holds) {
        if (leases.take(hold.lease().account(), got, 1, false) instanceof Taken.All(Hold taken)) {
          extra.add(taken);
          got = Math.min(got, taken.tokens());
        } else {
          got = 0;
          break;
        }
      }
      long spent = got;
      extra.forEach(hold -> leases.settle(hold, spent));
      return spent;
    } catch (Failure e) {
      extra.forEach(hold -> leases.settle(hold, 0));
      LOG.warn("tokens beyond a reservation could not be had: {}", e.detail());
      return 0;
    }
  }

  @Override
  public void refund() {
    if (!isOver()) {
      holds.forEach(hold -> leases.settle(hold, 0));
    }
  }

  private synchronized boolean isOver() {
    boolean before = over;
    over = true;
    return before;
  }
}
