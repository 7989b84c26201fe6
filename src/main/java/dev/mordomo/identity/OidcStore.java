package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;

/** Which user a provider's subject is, by the system login: nobody is signed in yet. */
final class OidcStore {
  private static final String USABLE =
      """
      u.is_active AND u.deleted_at IS NULL AND t.status <> 'suspended' AND t.deleted_at IS NULL
      """;
  private static final String FIND =
      "SELECT u.tenant_id, u.id, u.role, "
          + USABLE
          + """
          FROM user_identity i JOIN app_user u ON u.tenant_id = i.tenant_id AND u.id = i.user_id
          JOIN tenant t ON t.id = u.tenant_id
          WHERE i.issuer = $1 AND i.subject = $2 AND u.deleted_at IS NULL
          """;
  private static final String BY_EMAIL =
      "SELECT u.tenant_id, u.id, u.role FROM app_user u JOIN tenant t ON t.id = u.tenant_id "
          + "WHERE lower(u.email) = $1 AND "
          + USABLE
          + """
          AND NOT EXISTS (SELECT FROM user_identity i WHERE i.user_id = u.id AND i.issuer = $2)
          """;
  private static final String EMAIL_TAKEN =
      "SELECT EXISTS (SELECT FROM app_user WHERE lower(email) = $1 AND deleted_at IS NULL)";
  private static final String TENANT_USABLE =
      "SELECT EXISTS (SELECT FROM tenant t WHERE t.id = $1 AND t.status <> 'suspended'"
          + " AND t.deleted_at IS NULL)";
  private static final String INSERT_USER =
      """
      INSERT INTO app_user (id, tenant_id, email, name, role, created_at, updated_at)
      VALUES ($1, $2, $3, $4, 'member', $5, $5)
      """;
  // A deleted user's subject may come again, as another user.
  private static final String FORGET_DELETED =
      """
      DELETE FROM user_identity i USING app_user u
      WHERE i.issuer = $1 AND i.subject = $2 AND u.id = i.user_id AND u.deleted_at IS NOT NULL
      """;
  private static final String LINK =
      """
      INSERT INTO user_identity (issuer, subject, tenant_id, user_id, created_at)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
      """;
  private static final String SHOW =
      "UPDATE app_user SET avatar = $2 WHERE id = $1 AND avatar IS NULL";

  /**
   * @param usable whether they may sign in
   */
  record Found(Account account, boolean usable) {}

  private final Database database;

  OidcStore(Database database) {
    this.database = database;
  }

  Optional<Found> find(String issuer, String subject) {
    return first(database.callSystem(FIND, Tuple.of(issuer, subject)))
        .map(row -> new Found(account(row), row.getBoolean(3)));
  }

  /**
   * Links the subject to the user who has this e-mail and no other subject of this issuer.
   *
   * @param email normalised, and verified by the provider
   */
  Optional<Account> link(OidcClaims claims, String email, Instant at) {
    return database.asSystem(connection -> {
      Optional<Account> user =
          first(Database.run(connection, BY_EMAIL, Tuple.of(email, claims.issuer())))
              .map(OidcStore::account);
      return user.filter(account -> link(connection, claims, account, at));
    });
  }

  /** A new member of a tenant; empty when the e-mail is somebody's, or the tenant is off. */
  Optional<Account> signUp(OidcClaims claims, String email, String name, UUID tenant, Instant at) {
    return database.asSystem(connection -> {
      boolean taken = flag(Database.run(connection, EMAIL_TAKEN, Tuple.of(email)));
      if (taken || !flag(Database.run(connection, TENANT_USABLE, Tuple.of(tenant)))) {
        return Optional.<Account>empty();
      }
      Account account = new Account(tenant, Ids.next(), Role.MEMBER);
      Database.run(
          connection, INSERT_USER, Tuple.of(account.userId(), tenant, email, name, utc(at)));
      return Optional.of(account).filter(made -> link(connection, claims, made, at));
    });
  }

  private static boolean link(
      SqlClient connection, OidcClaims claims, Account account, Instant at) {
    Database.run(connection, FORGET_DELETED, Tuple.of(claims.issuer(), claims.subject()));
    Tuple parameters =
        Tuple.of(claims.issuer(), claims.subject(), account.tenantId(), account.userId(), utc(at));
    return Database.run(connection, LINK, parameters).rowCount() > 0;
  }

  /** Shows a picture of who has none. */
  void show(UUID user, String picture) {
    database.callSystem(SHOW, Tuple.of(user, picture));
  }

  private static Account account(Row row) {
    return new Account(row.getUUID(0), row.getUUID(1), Role.of(row.getString(2)));
  }

  private static boolean flag(RowSet<Row> rows) {
    return first(rows).orElseThrow().getBoolean(0);
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
  }
}
