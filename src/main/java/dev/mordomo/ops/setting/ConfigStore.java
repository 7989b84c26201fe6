package dev.mordomo.ops.setting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.LiveSettings.Place;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What was changed, by place. */
final class ConfigStore {
  static final String CHANNEL = "mordomo_config";
  private static final String ALL =
      "SELECT tenant_id, key, value::text, updated_by, updated_at FROM config_value";
  private static final String PUT =
      """
      INSERT INTO config_value (tenant_id, key, value, updated_by, updated_at, id)
      VALUES ($1, $2, $3::text::jsonb, $4, $5, $6)
      ON CONFLICT (tenant_id, key) DO UPDATE
      SET value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at
      """;
  private static final String NOTIFY = "SELECT pg_notify($1, '')";

  /**
   * @param value empty: what is below it holds
   */
  record Stored(Optional<JsonNode> value, Optional<UUID> updatedBy, Instant updatedAt) {
    /** Whether it is the same change: who made it may have been erased. */
    boolean isOf(Stored other) {
      return value.equals(other.value) && updatedAt.equals(other.updatedAt);
    }
  }

  private final Database database;

  ConfigStore(Database database) {
    this.database = database;
  }

  Map<Place, Stored> all() {
    Map<Place, Stored> all = new HashMap<>();
    database
        .callSystem(ALL, Tuple.tuple())
        .forEach(row ->
            all.put(
                new Place(Optional.ofNullable(row.getUUID(0)), row.getString(1)),
                new Stored(
                    Optional.ofNullable(row.getString(2)).map(Json::read),
                    Optional.ofNullable(row.getUUID(3)),
                    row.getOffsetDateTime(4).toInstant())));
    return all;
  }

  void put(SqlClient connection, Scope who, Place place, Optional<JsonNode> value, Instant now) {
    Database.run(
        connection,
        PUT,
        Tuple.of(
            place.tenant().orElse(null),
            place.key(),
            value.map(JsonNode::toString).orElse(null),
            who.userId(),
            now.atOffset(ZoneOffset.UTC),
            Ids.next()));
  }

  /** Wakes every node once the transaction has committed. */
  void wake(SqlClient connection) {
    Database.run(connection, NOTIFY, Tuple.of(CHANNEL));
  }
}
