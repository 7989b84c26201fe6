package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads who is out from now on, as the triggers wrote it down. */
final class AccessChangeStore {
  // Times are PostgreSQL's own. Who has no time yet begins now.
  private static final String SINCE =
      """
      SELECT clock_timestamp(), c.id, c.kind, c.tenant_id, c.user_id, c.credential
      FROM (SELECT 1) one LEFT JOIN access_change c
        ON c.changed_at > coalesce($1, clock_timestamp()) - interval '30 seconds'
      ORDER BY c.id
      """;
  private static final String PURGE =
      "DELETE FROM access_change WHERE changed_at < clock_timestamp() - interval '1 hour'";

  /** One change, by its number. */
  record Change(long id, IdentityEvent event) {}

  /**
   * @param readAt PostgreSQL's time of the look
   */
  record Look(OffsetDateTime readAt, List<Change> changes) {}

  private final Database database;

  AccessChangeStore(Database database) {
    this.database = database;
  }

  /**
   * What was changed since a look, and in the 30 seconds before it: a transaction writes its time
   * down before its commit lets it be seen.
   *
   * @param look when the last one was; null: never
   * @param within how long the answer is waited for
   * @throws Failure {@code unavailable} when it does not come by then
   */
  Look since(@Nullable OffsetDateTime look, Duration within) {
    List<Change> changes = new ArrayList<>();
    OffsetDateTime at = OffsetDateTime.MIN;
    for (Row row :
        Database.await(
            database
                .callSystemAsync(SINCE, Tuple.of(look))
                .timeout(within.toMillis(), TimeUnit.MILLISECONDS))) {
      at = row.getOffsetDateTime(0);
      if (row.getValue(1) != null) {
        changes.add(new Change(row.getLong(1), event(row)));
      }
    }
    return new Look(at, changes);
  }

  private static IdentityEvent event(Row row) {
    var tenant = row.getUUID(3);
    var user = row.getUUID(4);
    var credential = row.getUUID(5);
    return switch (row.getString(2)) {
      case "tenant" -> new IdentityEvent.TenantDisabled(tenant);
      case "user" -> new IdentityEvent.UserDisabled(tenant, user);
      case "role" -> new IdentityEvent.RoleChanged(tenant, user);
      case "session" -> new IdentityEvent.SessionEnded(tenant, user, Optional.of(credential));
      case "key" -> new IdentityEvent.KeyRevoked(tenant, user, credential);
      case "signing_keys" -> new IdentityEvent.SigningKeysChanged();
      default -> throw new IllegalStateException("no kind of change: " + row.getString(2));
    };
  }

  /** Deletes what every node has read long ago. */
  void purge() {
    database.callSystem(PURGE, Tuple.tuple());
  }
}
