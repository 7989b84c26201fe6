package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows whoever guesses passwords, per account and per address, whichever nodes they come to. After
 * the allowed failures each further one doubles the wait, from one second to the whole window. An
 * attempt counts as a failure from its beginning, so that many at once are no way around. When the
 * database is away, or does not answer soon, each node counts by itself. Waits, on a virtual
 * thread.
 */
final class SignInGuard {
  private static final Logger LOG = LoggerFactory.getLogger(SignInGuard.class);

  private final IdentityConfig config;
  private final SignInFailureStore store;
  private final LocalFailures local;

  SignInGuard(IdentityConfig config, SignInFailureStore store, InstantSource clock) {
    this.config = config;
    this.store = store;
    this.local = new LocalFailures(config, clock);
  }

  /** What has begun; a failure, unless it says otherwise. It does so once. */
  final class Attempt {
    private final SignInKeys keys;
    private final boolean isShared;

    private Attempt(SignInKeys keys, boolean isShared) {
      this.keys = keys;
      this.isShared = isShared;
    }

    /** It was the right password: the account starts anew. */
    void succeeded() {
      end(true);
    }

    /** It was not tried at all. */
    void forgive() {
      end(false);
    }

    private void end(boolean right) {
      if (!isShared) {
        local.end(keys, right);
        return;
      }
      try {
        store.end(keys, right);
      } catch (Failure e) {
        LOG.warn("a sign-in stays counted as failed: {}", e.detail());
      }
    }
  }

  /**
   * An attempt begins.
   *
   * @throws Failure {@code rate_limited}, saying when to come back
   */
  Attempt begin(String account, String address) {
    SignInKeys keys = SignInKeys.of(account, address);
    boolean isShared = true;
    Duration wait;
    try {
      wait = store.begin(keys, config);
    } catch (Failure e) {
      if (e.code() == FailureCode.UNAVAILABLE) {
        LOG.debug("failed sign-ins are counted by this node alone: {}", e.detail());
      } else {
        LOG.error("failed sign-ins cannot be counted by all; they are by this node alone", e);
      }
      isShared = false;
      wait = local.begin(keys);
    }
    if (!wait.isZero()) {
      throw Failure.of(FailureCode.RATE_LIMITED, "too many failed sign-ins; wait, then try again")
          .retryAfter(wait);
    }
    return new Attempt(keys, isShared);
  }

  /** Forgets failures that do not count any more. */
  void purge() {
    store.forget(config.failureWindow());
  }
}
