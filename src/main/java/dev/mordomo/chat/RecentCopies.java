package dev.mordomo.chat;

import java.util.Optional;
import java.util.UUID;

/** A place for copies of conversations' last messages, any of which may be late, or lost. */
interface RecentCopies {
  /** Whose conversation. */
  record Key(UUID tenant, UUID user, UUID conversation) {}

  /** What was kept; quickly, and empty for whatever reason. To be called from virtual threads. */
  Optional<Recent> find(Key key);

  void keep(Key key, Recent recent);

  void forget(Key key);

  /**
   * @param user empty: all of the tenant's
   */
  void forget(UUID tenant, Optional<UUID> user);

  void close();
}
