package dev.mordomo.ops.audit;

import java.util.Optional;
import java.util.UUID;

/**
 * What came of checking one tenant's chain.
 *
 * @param tenantId all zeros for the records of no tenant
 * @param from the first number that is kept
 * @param to the last number up to which the chain holds
 * @param hash that of the chain up to there, in hexadecimal digits: noted down elsewhere, it shows
 *     later that the chain was not made anew as a whole
 * @param unsealed how many records have no number yet
 * @param asked how many turns and searches are as they were sealed
 * @param broken what the first wrong thing is
 */
public record ChainCheck(
    UUID tenantId,
    long from,
    long to,
    String hash,
    long unsealed,
    long asked,
    Optional<String> broken) {
  ChainCheck with(AskedSeals.Check check) {
    return new ChainCheck(tenantId, from, to, hash, unsealed, check.rows(), check.broken());
  }
}
