package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** Which users have been told of a change by whatever node. */
final class ConfigNewsStore {
  private static final String LOCK =
      """
      INSERT INTO channel (id, kind, tenant_id, user_id) VALUES ($1, 'user', $2, $1)
      ON CONFLICT (id) DO UPDATE SET last_offset = channel.last_offset
      """;
  private static final String TOLD =
      """
      SELECT EXISTS (SELECT FROM event
        WHERE channel_id = $1 AND created_at = $2 AND type = $3 AND payload #>> '{config,key}' = $4)
      """;

  private ConfigNewsStore() {}

  /** Holds the user's channel until the transaction ends. */
  static boolean isTold(SqlClient connection, Scope who, String type, String key, Instant at) {
    Database.run(connection, LOCK, Tuple.of(who.userId(), who.tenantId()));
    Tuple parameters = Tuple.of(who.userId(), at.atOffset(ZoneOffset.UTC), type, key);
    return Database.run(connection, TOLD, parameters).iterator().next().getBoolean(0);
  }
}
