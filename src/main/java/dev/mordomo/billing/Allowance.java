package dev.mordomo.billing;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;

/** Tokens that a user may spend. Every method waits, on a virtual thread. */
public interface Allowance {
  /**
   * Refuses early what could not be paid for.
   *
   * @param tokens what it takes at the least
   * @throws Failure {@code quota_exceeded}, saying when there are tokens again, where that is known
   */
  void admit(Scope scope, int tokens);

  /**
   * Sets tokens aside for one model call: what is asked, or, near the end of a quota, what there
   * is. May wait some seconds for tokens that other nodes hold and do not use.
   *
   * @param prompt tokens of the request, rather too many than too few
   * @param completion the most tokens of the answer; 0 for a call that generates nothing
   * @throws Failure {@code quota_exceeded} when it is not enough for the prompt and a few words
   */
  Reservation reserve(Scope scope, int prompt, int completion);
}
