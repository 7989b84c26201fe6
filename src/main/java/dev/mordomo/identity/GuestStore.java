package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Guests in PostgreSQL, by the system login: nobody is signed in yet. */
final class GuestStore {
  private static final String INSERT =
      """
      INSERT INTO app_user (id, tenant_id, name, role, created_at, updated_at)
      SELECT $1, t.id, 'Guest', 'guest', $3, $3 FROM tenant t
      WHERE t.id = $2 AND t.status <> 'suspended' AND t.deleted_at IS NULL
      """;
  private static final String GUEST =
      """
      SELECT u.id FROM refresh_token r JOIN app_user u ON u.id = r.user_id
      WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.revoked_at IS NULL AND r.expires_at > $2
        AND u.tenant_id = $3 AND u.role = 'guest' AND u.is_active AND u.deleted_at IS NULL
      """;
  private static final String HIDDEN = "SELECT DISTINCT p FROM guest_placeholders($1, $2) p";
  private static final String RESEAL = "SELECT reseal_guest($1, $2, $3, $4)";
  private static final String CLAIM = "SELECT claim_guest($1, $2, $3, $4)";

  private final Database database;

  GuestStore(Database database) {
    this.database = database;
  }

  /** Whether the tenant is there and on. */
  boolean insert(Account guest, Instant at) {
    return database
            .callSystem(INSERT, Tuple.of(guest.userId(), guest.tenantId(), utc(at)))
            .rowCount()
        > 0;
  }

  /** Whose refresh token it is, if a guest's of the tenant. */
  Optional<UUID> guest(byte[] hash, UUID tenant, Instant at) {
    for (Row row : database.callSystem(GUEST, Tuple.of(Buffer.buffer(hash), utc(at), tenant))) {
      return Optional.of(row.getUUID(0));
    }
    return Optional.empty();
  }

  /**
   * @return how many conversations were taken over; empty while a turn is under way
   */
  Optional<Integer> claim(Scope scope, UUID guest, Guests.Resealing resealing, Instant at) {
    Scope from = new Scope(scope.tenantId(), guest, Role.GUEST.wire());
    try {
      return Optional.of(
          database.asSystem(connection -> {
            reseal(connection, from, hidden -> resealing.reseal(from, scope, hidden));
            int moved =
                Database.run(
                        connection,
                        CLAIM,
                        Tuple.of(scope.tenantId(), guest, scope.userId(), utc(at)))
                    .iterator()
                    .next()
                    .getInteger(0);
            if (moved < 0) {
              throw new UnderWay();
            }
            return moved;
          }));
    } catch (UnderWay e) {
      return Optional.empty();
    }
  }

  /** Nothing is to be kept of what was done so far. */
  private static final class UnderWay extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static void reseal(SqlConnection connection, Scope from, UnaryOperator<String> anew) {
    List<String> hidden = new ArrayList<>();
    for (Row row : Database.run(connection, HIDDEN, Tuple.of(from.tenantId(), from.userId()))) {
      hidden.add(row.getString(0));
    }
    if (!hidden.isEmpty()) {
      Database.run(
          connection,
          RESEAL,
          Tuple.of(
              from.tenantId(),
              from.userId(),
              hidden.toArray(String[]::new),
              hidden.stream().map(anew).toArray(String[]::new)));
    }
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
