package dev.mordomo.chat;

import dev.mordomo.identity.IdentityEvent;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.RedisLink;
import dev.mordomo.kernel.Scope;
import dev.mordomo.privacy.PrivacyEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the last messages of conversations, in this node's memory or in a Redis that nodes
 * share, so that a turn need not read them again. Never the only copy, and never believed:
 * PostgreSQL says, as the turn begins, whether a copy is how the conversation stands. See decision
 * 29.
 *
 * <p>A turn is never refused for what happens here, nor waits longer than {@code chat.recent_wait}.
 */
public final class RecentTurns {
  private static final Logger LOG = LoggerFactory.getLogger(RecentTurns.class);

  private final RecentCopies copies;
  private final Counter hits;
  private final Counter late;
  private final Counter misses;
  private final Counter failures;

  RecentTurns(RecentCopies copies, MeterRegistry meters) {
    this.copies = copies;
    hits = counter(meters, "hit");
    late = counter(meters, "late");
    misses = counter(meters, "miss");
    failures =
        Counter.builder("mordomo.recent.failures")
            .description("What could not be remembered, or looked up, for a fault of ours.")
            .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("mordomo.recent.turns")
        .description(
            "Turns that found their conversation's last messages remembered, too late, or not.")
        .tag("result", result)
        .register(meters);
  }

  /**
   * To be made on a thread that is no virtual one: Redis is spoken to on the loop that it finds.
   */
  public static RecentTurns open(
      Vertx vertx, RecentConfig config, Keyring keyring, MeterRegistry meters) {
    RecentCopies copies =
        config
            .redis()
            .<RecentCopies>map(address ->
                new RedisCopies(
                    new RedisLink(vertx, address, config.patience(), meters),
                    keyring,
                    config.kept(),
                    meters))
            .orElseGet(() -> new MemoryCopies(config.megabytes() * 1024L * 1024, config.kept()));
    return new RecentTurns(copies, meters);
  }

  Optional<Recent> find(Scope scope, UUID conversation) {
    try {
      return copies.find(key(scope, conversation));
    } catch (RuntimeException e) {
      failed(conversation, e);
      return Optional.empty();
    }
  }

  void keep(Scope scope, UUID conversation, Recent recent) {
    try {
      copies.keep(key(scope, conversation), recent);
    } catch (RuntimeException e) {
      failed(conversation, e);
    }
  }

  private void failed(UUID conversation, RuntimeException why) {
    failures.increment();
    LOG.debug("{} is read from the database instead", conversation, why);
  }

  /** A turn was begun with what was found, which was how the conversation stood, or was not. */
  void count(boolean found, boolean used) {
    (used ? hits : found ? late : misses).increment();
  }

  void forget(Scope scope, UUID conversation) {
    copies.forget(key(scope, conversation));
  }

  private static RecentCopies.Key key(Scope scope, UUID conversation) {
    return new RecentCopies.Key(scope.tenantId(), scope.userId(), conversation);
  }

  /** Who is out is forgotten. */
  public void hear(IdentityEvent event) {
    switch (event) {
      case IdentityEvent.UserDisabled out ->
          copies.forget(out.tenantId(), Optional.of(out.userId()));
      case IdentityEvent.TenantDisabled out -> copies.forget(out.tenantId(), Optional.empty());
      case IdentityEvent.SessionEnded out -> {
        // The user may come back.
      }
      case IdentityEvent.KeyRevoked out -> {
        // Likewise.
      }
      case IdentityEvent.RoleChanged changed -> {
        // One's own conversations stay one's own.
      }
      case IdentityEvent.SigningKeysChanged changed -> {
        // Nothing is signed here.
      }
    }
  }

  /** Once more at the end of an erasure: a turn may have run until then. */
  public void hear(PrivacyEvent.Erased erased) {
    copies.forget(
        erased.tenantId(),
        Optional.of(erased.subjectId()).filter(subject -> !subject.equals(erased.tenantId())));
  }

  /** Also on the nodes that did not delete it. */
  public void hear(ConversationDeleted deleted) {
    copies.forget(
        new RecentCopies.Key(deleted.tenantId(), deleted.userId(), deleted.conversation()));
  }

  public void close() {
    copies.close();
  }
}
