package dev.mordomo.billing;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.ChatResult.Tokens;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Takes the tokens of embeddings and reranking from quotas, and writes a row of the ledger each.
 */
public final class MeteredCalls implements CallMeter {
  private static final UUID NOBODY = new UUID(0, 0);

  private final Allowance allowance;
  private final CallLedgerStore ledger;
  private final UUID node;
  private final InstantSource clock;

  /**
   * @param node whose tokens of the allowance they are
   */
  public MeteredCalls(Database database, Allowance allowance, UUID node, InstantSource clock) {
    this.allowance = allowance;
    this.ledger = new CallLedgerStore(database);
    this.node = node;
    this.clock = clock;
  }

  @Override
  public <T> Counted<T> call(
      Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work) {
    if (who.tenantId().equals(NOBODY)) {
      return CallMeter.FREE.call(who, kind, model, tokens, work);
    }
    return counted(who, kind, model, tokens, Optional.of(allowance.reserve(who, tokens, 0)), work);
  }

  @Override
  public <T> Counted<T> callAnyway(
      Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work) {
    if (who.tenantId().equals(NOBODY)) {
      return CallMeter.FREE.call(who, kind, model, tokens, work);
    }
    return counted(who, kind, model, tokens, reservedIfThere(who, tokens), work);
  }

  private Optional<Reservation> reservedIfThere(Scope who, int tokens) {
    try {
      return Optional.of(allowance.reserve(who, tokens, 0));
    } catch (Failure e) {
      if (e.code() != FailureCode.QUOTA_EXCEEDED) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private <T> Counted<T> counted(
      Scope who,
      Kind kind,
      String model,
      int tokens,
      Optional<Reservation> reserved,
      Supplier<Spent<T>> work) {
    try {
      Spent<T> spent = work.get();
      Tokens said = new Tokens(spent.tokens().orElse(tokens), 0);
      int charged = reserved.map(r -> r.settle(said)).orElse(said).prompt();
      ledger.add(
          new CallLedgerStore.Entry(
              reserved.map(Reservation::id).orElseGet(Ids::next),
              who,
              kind,
              model,
              charged,
              // Not paid from the node's lease.
              reserved.map(ignored -> node),
              clock.instant()));
      return new Counted<>(spent.value(), charged);
    } finally {
      reserved.ifPresent(Reservation::refund);
    }
  }
}
