package dev.mordomo.chat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** In this node's memory, within a bound. */
final class MemoryCopies implements RecentCopies {
  private final long bytes;
  private final Cache<Key, Recent> copies;

  MemoryCopies(long bytes, Duration kept) {
    this.bytes = bytes;
    copies =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher((Key key, Recent recent) -> recent.bytes())
            .expireAfterWrite(kept)
            .build();
  }

  @Override
  public Optional<Recent> find(Key key) {
    return Optional.ofNullable(copies.getIfPresent(key));
  }

  @Override
  public void keep(Key key, Recent recent) {
    if (recent.bytes() <= bytes) {
      copies.put(key, recent);
    } else {
      copies.invalidate(key);
    }
  }

  @Override
  public void forget(Key key) {
    copies.invalidate(key);
  }

  @Override
  public void forget(UUID tenant, Optional<UUID> user) {
    copies
        .asMap()
        .keySet()
        .removeIf(key -> key.tenant().equals(tenant) && user.map(key.user()::equals).orElse(true));
  }

  @Override
  public void close() {
    copies.invalidateAll();
  }
}
