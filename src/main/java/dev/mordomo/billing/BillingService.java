package dev.mordomo.billing;

import dev.mordomo.billing.AccountLease.Hold;
import dev.mordomo.billing.LeaseStore.Leased;
import dev.mordomo.billing.TokenLeases.Taken;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Kind;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens that are taken from quotas. Every method waits, on a virtual thread. */
public final class BillingService implements Allowance {
  private static final Logger LOG = LoggerFactory.getLogger(BillingService.class);

  /** An answer of fewer tokens is none. */
  private static final int FEWEST = 16;

  private static final int NEARLY = 80;
  private static final int WHOLLY = 100;

  /** What is left when four in five, or 80 %, are used. */
  private static final int ONE_IN_FIVE = 5;

  private static final int MOST_TOLD = 50;
  private static final int RELEASED = 100;

  private final Database database;
  private final Streams streams;
  private final InstantSource clock;
  private final LeaseStore leaseStore;
  private final QuotaStore quotas = new QuotaStore();
  private final TokenLeases leases;

  /**
   * @param node as it stands in the table {@code node}: its leases end with it
   */
  public BillingService(
      Vertx vertx,
      Database database,
      Streams streams,
      UUID node,
      BillingConfig config,
      InstantSource clock) {
    this.database = database;
    this.streams = streams;
    this.clock = clock;
    this.leaseStore = new LeaseStore(database, node);
    this.leases = new TokenLeases(vertx, leaseStore, config.block(), clock, this::heard);
  }

  /** Puts the prices of the settings in place. */
  public void setPrices(BillingConfig config) {
    database.asSystem(connection -> {
      new PriceStore().set(connection, config.prices());
      return config;
    });
  }

  // ── Tokens ─────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void admit(Scope scope, int tokens) {
    long wanted = (long) tokens + FEWEST;
    for (Account account : List.of(tenant(scope), user(scope))) {
      switch (leases.take(account, wanted, wanted, false)) {
        case Taken.All(Hold hold) -> {
          boolean alone = !hold.lease().hasUserQuotas();
          // Not given back: the turn that comes will need them.
          hold.lease().settle(hold, 0);
          if (alone) {
            return;
          }
        }
        case Taken.Refused refused when refused.elsewhere() > 0 -> {
          // The turn itself will wait for them.
        }
        case Taken.Refused refused -> throw spent(account, refused.resetsAt());
      }
    }
  }

  @Override
  public Reservation reserve(Scope scope, int prompt, int completion) {
    while (true) {
      Optional<Reservation> reserved = reserveOnce(scope, prompt, completion);
      if (reserved.isPresent()) {
        return reserved.get();
      }
    }
  }

  /**
   * @return empty when a period ended just now
   */
  private Optional<Reservation> reserveOnce(Scope scope, int prompt, int completion) {
    long wanted = (long) prompt + completion;
    long least = (long) prompt + Math.min(completion, FEWEST);
    List<Hold> holds = new ArrayList<>();
    try {
      Hold first = take(tenant(scope), wanted, least);
      holds.add(first);
      if (first.lease().hasUserQuotas()) {
        holds.add(take(user(scope), first.tokens(), least));
      }
    } catch (RuntimeException e) {
      holds.forEach(hold -> leases.settle(hold, 0));
      throw e;
    }
    Instant at = clock.instant();
    if (holds.stream().anyMatch(hold -> hold.isOver(at))) {
      holds.forEach(hold -> leases.settle(hold, 0));
      return Optional.empty();
    }
    long tokens = holds.getLast().tokens();
    List<Hold> even = holds.stream().map(hold -> hold.lease().shrink(hold, tokens)).toList();
    // The clock of the node that began the period may be ahead of this one's.
    Instant since = even.getFirst().since();
    UUID id = Ids.at(at.isBefore(since) ? since : at);
    return Optional.of(
        new HeldTokens(
            leases,
            id,
            even,
            tokens,
            (int) Math.min(completion, tokens - prompt),
            tokens < wanted));
  }

  private Hold take(Account account, long wanted, long least) {
    return switch (leases.take(account, wanted, least, true)) {
      case Taken.All(Hold hold) -> hold;
      case Taken.Refused refused -> throw spent(account, refused.resetsAt());
    };
  }

  private static Account tenant(Scope scope) {
    return new Account(scope.tenantId(), Optional.empty());
  }

  private static Account user(Scope scope) {
    return new Account(scope.tenantId(), Optional.of(scope.userId()));
  }

  private Failure spent(Account account, Optional<Instant> resetsAt) {
    String whose = account.user().isPresent() ? "your tokens" : "the tokens of your organisation";
    if (resetsAt.isEmpty()) {
      return Failure.of(
          FailureCode.QUOTA_EXCEEDED,
          whose + " are spent, or too few for this; ask an administrator for more");
    }
    Instant end = resetsAt.get();
    return Failure.of(
            FailureCode.QUOTA_EXCEEDED,
            whose + " are spent, or too few for this; there are new ones at " + end)
        .with(Map.of("quota_resets_at", end))
        .retryAfter(Duration.between(clock.instant(), end));
  }

  // ── Warnings ───────────────────────────────────────────────────────────────────────────────────

  private void heard(Account account, Leased said, boolean refused) {
    if (said.quota().isEmpty()) {
      return;
    }
    long quota = said.quota().get();
    boolean nearly = said.used() >= quota - quota / ONE_IN_FIVE;
    // The last tokens may be too few for anything.
    boolean spent = said.used() >= quota || (nearly && refused && said.elsewhere() == 0);
    int percent = spent ? WHOLLY : nearly ? NEARLY : 0;
    if (percent <= said.warned()) {
      return;
    }
    try {
      if (percent == WHOLLY && said.warned() < NEARLY) {
        warn(account, said, NEARLY);
      }
      warn(account, said, percent);
    } catch (Failure e) {
      LOG.warn("a warning of a quota waits until it is asked for again: {}", e.detail());
    }
  }

  private void warn(Account account, Leased said, int percent) {
    Instant at = clock.instant();
    long quota = said.quota().orElse(0L);
    QuotaWarning warning =
        new QuotaWarning(
            account.user().isPresent() ? "user" : "tenant",
            percent,
            account.tenant(),
            account.user(),
            quota,
            said.used(),
            said.resetsAt());
    List<Advanced> told =
        database.asSystem(connection -> {
          if (!quotas.warn(connection, account, said.since(), percent, quota)) {
            return List.of();
          }
          List<Advanced> all = new ArrayList<>();
          for (UUID listener : quotas.listeners(connection, account, MOST_TOLD)) {
            all.add(
                Streams.append(
                    connection,
                    listener,
                    Kind.USER,
                    account.tenant(),
                    listener,
                    List.of(Streams.about("quota.warning", at, "quota", warning)),
                    at));
          }
          return all;
        });
    told.forEach(streams::announce);
  }

  // ── What the verticle drives ───────────────────────────────────────────────────────────────────

  /** Gives back what lies idle. */
  void tidy() {
    leases.tidy();
  }

  /** Takes back what dead nodes have left. */
  void release() {
    int released;
    do {
      released = leaseStore.release(RELEASED);
      if (released > 0) {
        LOG.info("{} leases of tokens of silent nodes were taken back", released);
      }
    } while (released == RELEASED);
  }

  /** The last word of a node that stops in good order. */
  void leave() {
    leases.leave();
  }
}
