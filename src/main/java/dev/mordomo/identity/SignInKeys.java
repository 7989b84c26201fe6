package dev.mordomo.identity;

import dev.mordomo.kernel.Network;

/** What an attempt to sign in is counted under. */
record SignInKeys(String account, String address) {
  /**
   * @param account what is guessed, whether there is one or not
   * @param address from where; one for all addresses that somebody has
   */
  static SignInKeys of(String account, String address) {
    return new SignInKeys("account " + account, "address " + Network.of(address));
  }
}
