package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.ops.setting.ConfigChange;
import dev.mordomo.ops.setting.ConfigEntry;
import dev.mordomo.ops.setting.ConfigService;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the users who are connected here that a setting has changed, once, on whichever nodes they
 * are. Who connects later reads the settings anyway.
 */
public final class ConfigNews {
  public static final String UPDATED = "config.updated";
  private static final Logger LOG = LoggerFactory.getLogger(ConfigNews.class);

  private final Database database;
  private final Streams streams;
  private final Sessions sessions;
  private final ConfigService config;

  public ConfigNews(Database database, Streams streams, Sessions sessions, ConfigService config) {
    this.database = database;
    this.streams = streams;
    this.sessions = sessions;
    this.config = config;
  }

  /** Does not wait. */
  public void hear(ConfigChange change) {
    Thread.ofVirtual().name("config news").start(() -> tell(change));
  }

  private void tell(ConfigChange change) {
    for (Scope who : sessions.connected()) {
      if (change.tenantId().map(who.tenantId()::equals).orElse(true)) {
        try {
          config
              .of(who.tenantId(), change.key())
              .flatMap(entry -> append(who, change, entry))
              .ifPresent(streams::announce);
        } catch (Failure e) {
          LOG.warn("somebody was not told of a changed setting: {}", e.detail());
        }
      }
    }
  }

  private Optional<Advanced> append(Scope who, ConfigChange change, ConfigEntry entry) {
    return database.asSystem(connection ->
        ConfigNewsStore.isTold(connection, who, UPDATED, change.key(), change.at())
            ? Optional.empty()
            : Optional.of(
                Streams.append(
                    connection,
                    who.userId(),
                    Streams.Kind.USER,
                    who.tenantId(),
                    who.userId(),
                    List.of(Streams.about(UPDATED, change.at(), "config", entry)),
                    change.at())));
  }
}
