package dev.mordomo.chat;

import dev.mordomo.kernel.RedisLink;
import dev.mordomo.kernel.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the last messages of conversations are remembered.
 *
 * @param redis which all nodes share, instead of each node's memory
 * @param megabytes of this node's memory; 0: nothing is remembered there
 * @param kept how long, after a conversation's last message
 * @param patience the longest that a turn waits for Redis before it asks the database instead
 */
public record RecentConfig(Optional<URI> redis, int megabytes, Duration kept, Duration patience) {
  /** Nothing is remembered. */
  public static final RecentConfig NONE =
      new RecentConfig(Optional.empty(), 0, Duration.ofMinutes(10), Duration.ofMillis(10));

  public static RecentConfig from(Settings settings) {
    return new RecentConfig(
        settings.variable("REDIS_URL").flatMap(url -> redis(settings, url)),
        settings.integer("chat.recent_memory", 16, 0, 65_536),
        positive(settings, "chat.recent_kept", Duration.ofMinutes(10)),
        positive(settings, "chat.recent_wait", Duration.ofMillis(10)));
  }

  private static Optional<URI> redis(Settings settings, String url) {
    Optional<URI> address = RedisLink.address(url);
    if (address.isEmpty()) {
      // It may hold a password: it is not repeated.
      settings.wrong("REDIS_URL", "…", "redis://[[user]:password@]host[:port][/database]", url);
    }
    return address;
  }

  private static Duration positive(Settings settings, String key, Duration otherwise) {
    Duration value = settings.duration(key, otherwise);
    return value.isPositive() ? value : settings.wrong(key, "0", "more than nothing", otherwise);
  }
}
