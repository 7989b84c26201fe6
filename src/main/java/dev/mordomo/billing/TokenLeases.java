package dev.mordomo.billing;

import dev.mordomo.billing.AccountLease.Hold;
import dev.mordomo.billing.LeaseStore.Leased;
import dev.mordomo.billing.LeaseStore.Wish;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases that this node holds. Thread-safe. */
final class TokenLeases {
  private static final Logger LOG = LoggerFactory.getLogger(TokenLeases.class);
  private static final Duration IDLE = Duration.ofSeconds(3);

  /** A lease that nobody renews, of a process that is no node, ends after ten seconds. */
  private static final Duration RENEWED = Duration.ofSeconds(3);

  /** Other nodes give back what they do not use within {@link #IDLE} and a beat. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  /** Hears what the database says of a quota. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param refused whether tokens were asked for and there were too few
     */
    void heard(Account account, Leased said, boolean refused);
  }

  private final Vertx vertx;
  private final LeaseStore store;
  private final long block;
  private final InstantSource clock;
  private final Listener listener;
  private final Map<Account, AccountLease> leases = new ConcurrentHashMap<>();

  TokenLeases(Vertx vertx, LeaseStore store, long block, InstantSource clock, Listener listener) {
    this.vertx = vertx;
    this.store = store;
    this.block = block;
    this.clock = clock;
    this.listener = listener;
  }

  /** What came of asking for tokens. */
  sealed interface Taken {
    record All(Hold hold) implements Taken {}

    /**
     * @param elsewhere tokens that may come back from other nodes
     */
    record Refused(Optional<Instant> resetsAt, long elsewhere) implements Taken {}
  }

  /**
   * Sets tokens aside.
   *
   * @param wanted how many, or as many as there are
   * @param least but at least so many
   * @param patient whether to wait for what other nodes may give back
   */
  Taken take(Account account, long wanted, long least, boolean patient) {
    Optional<Hold> quick = of(account).reserve(wanted, clock.instant());
    return quick.isPresent()
        ? new Taken.All(quick.get())
        : onAThreadOfItsOwn(() -> ask(account, wanted, least, patient));
  }

  private AccountLease of(Account account) {
    return leases.computeIfAbsent(account, AccountLease::new);
  }

  /** Whoever waits for a lock on a thread of Vert.x keeps it from whoever holds the lock. */
  private static <T> T onAThreadOfItsOwn(Supplier<T> work) {
    Promise<T> done = Promise.promise();
    Thread.ofVirtual()
        .name("tokens")
        .start(() -> {
          try {
            done.complete(work.get());
          } catch (RuntimeException | Error e) {
            done.fail(e);
          }
        });
    return Database.await(done.future());
  }

  private Taken ask(Account account, long wanted, long least, boolean patient) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Taken taken = askOnce(account, wanted, least);
      if (!patient
          || !(taken instanceof Taken.Refused refused)
          || refused.elsewhere() == 0
          || System.nanoTime() > until) {
        return taken;
      }
      Promise<Void> over = Promise.promise();
      vertx.setTimer(LOOK_AGAIN.toMillis(), ignored -> over.complete());
      over.future().await();
    }
  }

  private Taken askOnce(Account account, long wanted, long least) {
    while (true) {
      AccountLease lease = of(account);
      lease.asking.lock();
      try {
        if (!lease.isClosed()) {
          Optional<Hold> quick = lease.reserve(wanted, clock.instant());
          return quick.<Taken>map(Taken.All::new).orElseGet(() -> ask(lease, wanted, least));
        }
      } finally {
        lease.asking.unlock();
      }
    }
  }

  private Taken ask(AccountLease lease, long wanted, long least) {
    Leased said = more(lease, wanted, least);
    if (lease.spare() < wanted && said.remaining() > 0) {
      // What it thought to have is no more, or the period is a new one: asked again, from nothing.
      said = more(lease, wanted, least);
    }
    Optional<Hold> hold = lease.reserveOf(wanted, least);
    listener.heard(lease.account(), said, hold.isEmpty() && !lease.isReserved());
    Leased last = said;
    return hold.<Taken>map(Taken.All::new)
        .orElseGet(() -> new Taken.Refused(last.resetsAt(), last.elsewhere()));
  }

  private Leased more(AccountLease lease, long wanted, long least) {
    long askedNanos = System.nanoTime();
    var held = lease.claim();
    long spare = lease.spare();
    Wish wish = new Wish(least - spare, wanted - spare, block, false);
    Leased said = store.lease(lease.account(), held, wish, clock.instant());
    lease.heard(said, askedNanos, block);
    return said;
  }

  /** Ends a hold; what little is left of a quota goes back at once, for other nodes. */
  void settle(Hold hold, long tokens) {
    hold.lease().settle(hold, tokens);
    if (hold.lease().isToBeSaid()) {
      Thread.ofVirtual().name("tokens").start(() -> giveBack(hold.lease(), false));
    }
  }

  private void giveBack(AccountLease lease, boolean closing) {
    lease.asking.lock();
    try {
      boolean last = closing && !lease.isReserved();
      boolean wanted =
          last || lease.spare() > 0 || lease.isToBeSaid() || lease.isToBeRenewed(RENEWED);
      if (lease.isClosed() || !wanted) {
        return;
      }
      long askedNanos = System.nanoTime();
      var held = lease.claimNeeded();
      Leased said =
          store.lease(lease.account(), held, last ? Wish.TO_CLOSE : Wish.NOTHING, clock.instant());
      if (last) {
        lease.close();
        leases.remove(lease.account(), lease);
      } else {
        lease.heard(said, askedNanos, block);
      }
      listener.heard(lease.account(), said, false);
    } catch (Failure e) {
      LOG.warn("tokens that are not needed stay leased for a while: {}", e.detail());
    } finally {
      lease.asking.unlock();
    }
  }

  /** Gives back what was not used for a while, and renews what is. */
  void tidy() {
    List<AccountLease> due =
        leases.values().stream()
            .filter(l -> l.isIdle(IDLE) || l.isToBeSaid() || l.isToBeRenewed(RENEWED))
            .toList();
    due.forEach(lease -> giveBack(lease, lease.isIdle(IDLE)));
  }

  /** Gives back everything that no turn needs. */
  void leave() {
    List.copyOf(leases.values()).forEach(lease -> giveBack(lease, true));
  }
}
