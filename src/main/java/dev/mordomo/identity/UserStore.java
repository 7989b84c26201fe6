package dev.mordomo.identity;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Users in PostgreSQL. Statements run within the caller's transaction, under its policies. */
final class UserStore {
  private static final String COLUMNS =
      """
      id, tenant_id, email, name, role, locale, time_zone, avatar, is_active, voice_enrolled,
      last_interaction_at, metadata::text, created_at
      """;
  private static final String GET =
      "SELECT " + COLUMNS + " FROM app_user WHERE id = $1 AND deleted_at IS NULL";
  private static final String BY_EMAIL =
      "SELECT " + COLUMNS + " FROM app_user WHERE lower(email) = $1 AND deleted_at IS NULL";
  private static final String LOCK = GET + " FOR NO KEY UPDATE";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM app_user WHERE deleted_at IS NULL AND role <> 'guest'
            AND ($1::uuid IS NULL OR tenant_id = $1)
            AND ($2::uuid IS NULL OR id > $2)
            AND ($4::text IS NULL OR position($4 IN lower(name)) > 0
              OR position($4 IN lower(email)) > 0)
          ORDER BY id LIMIT $3
          """;
  private static final String INSERT =
      """
      INSERT INTO app_user (id, tenant_id, email, password_hash, name, role, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
      """;
  private static final String CHANGE =
      """
      UPDATE app_user SET name = coalesce($2, name), role = coalesce($3, role),
        is_active = coalesce($4, is_active), password_hash = coalesce($5, password_hash),
        updated_at = $6
      WHERE id = $1
      """;
  private static final String CHANGE_PROFILE =
      """
      UPDATE app_user SET name = coalesce($2, name), locale = coalesce($3, locale),
        time_zone = coalesce($4, time_zone), avatar = CASE WHEN $5 THEN $6 ELSE avatar END,
        updated_at = $7
      WHERE id = $1
      """;
  private static final String DELETE =
      "UPDATE app_user SET deleted_at = $2, is_active = false, updated_at = $2 WHERE id = $1";
  private static final String PASSWORD_HASH = "SELECT password_hash FROM app_user WHERE id = $1";
  private static final String ANY = "SELECT EXISTS (SELECT 1 FROM app_user)";
  private static final String LOCK_FIRST =
      "SELECT pg_advisory_xact_lock(hashtext('mordomo.identity.bootstrap'))";
  // Conversations are their users' alone: an administrator sees when, not what.
  private static final String LAST_MESSAGES =
      """
      SELECT user_id, max(last_message_at) FROM conversation
      WHERE tenant_id = ANY ($1) AND user_id = ANY ($2) GROUP BY user_id
      """;
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** A row to be made. */
  record NewUser(
      UUID id,
      UUID tenantId,
      String email,
      Optional<String> passwordHash,
      String name,
      Role role) {}

  Optional<User> get(SqlClient connection, UUID id) {
    return first(Database.run(connection, GET, Tuple.of(id))).map(UserStore::user);
  }

  Optional<User> byEmail(SqlClient connection, String email) {
    return first(Database.run(connection, BY_EMAIL, Tuple.of(email))).map(UserStore::user);
  }

  /** A user, whom nobody else changes until the transaction ends. */
  Optional<User> lock(SqlClient connection, UUID id) {
    return first(Database.run(connection, LOCK, Tuple.of(id))).map(UserStore::user);
  }

  /**
   * @param words in lower case: what the name or the e-mail holds
   */
  List<User> list(
      SqlClient connection,
      Optional<UUID> tenantId,
      Optional<String> words,
      Optional<UUID> after,
      int limit) {
    List<User> users = new ArrayList<>();
    Tuple parameters =
        Tuple.of(tenantId.orElse(null), after.orElse(null), limit, words.orElse(null));
    for (Row row : Database.run(connection, LIST, parameters)) {
      users.add(user(row));
    }
    return users;
  }

  /**
   * @throws Failure {@code conflict} when the e-mail is taken, {@code invalid} without such a
   *     tenant
   */
  void insert(SqlClient connection, NewUser user, Instant at) {
    try {
      Database.run(
          connection,
          INSERT,
          Tuple.of(user.id(), user.tenantId(), user.email(), user.passwordHash().orElse(null))
              .addString(user.name())
              .addString(user.role().wire())
              .addValue(utc(at)));
    } catch (Failure e) {
      throw switch (Database.sqlState(e)) {
        case "23505" -> Failure.of(FailureCode.CONFLICT, "the e-mail is taken", e);
        // The policy refuses a tenant that was deleted.
        case "23503", "42501" -> Failure.invalid("tenant_id", "there is no such tenant");
        default -> e;
      };
    }
  }

  void change(
      SqlClient connection, UUID id, User.Change change, Optional<String> hash, Instant at) {
    Database.run(
        connection,
        CHANGE,
        Tuple.of(
            id,
            change.name().orElse(null),
            change.role().map(Role::wire).orElse(null),
            change.isActive().orElse(null),
            hash.orElse(null),
            utc(at)));
  }

  void change(SqlClient connection, UUID id, User.Profile profile, Instant at) {
    Database.run(
        connection,
        CHANGE_PROFILE,
        Tuple.of(
                id,
                profile.name().orElse(null),
                profile.locale().orElse(null),
                profile.timeZone().orElse(null),
                profile.avatar().isPresent(),
                profile.avatar().flatMap(a -> a).orElse(null))
            .addValue(utc(at)));
  }

  /** Keeps the row, and frees the e-mail. */
  void delete(SqlClient connection, UUID id, Instant at) {
    Database.run(connection, DELETE, Tuple.of(id, utc(at)));
  }

  Optional<String> passwordHash(SqlClient connection, UUID id) {
    return first(Database.run(connection, PASSWORD_HASH, Tuple.of(id)))
        .flatMap(row -> Optional.ofNullable(row.getString(0)));
  }

  /** Of several that make the first user at once, one goes on until its transaction ends. */
  void lockFirst(SqlClient connection) {
    Database.run(connection, LOCK_FIRST);
  }

  /** Whether there ever was a user. */
  boolean any(SqlClient connection) {
    return first(Database.run(connection, ANY)).orElseThrow().getBoolean(0);
  }

  /**
   * The time of each user's last message, by the system login.
   *
   * @param users whom the caller may see
   */
  Map<UUID, Instant> lastMessages(Database database, List<User> users) {
    UUID[] tenants = users.stream().map(User::tenantId).distinct().toArray(UUID[]::new);
    UUID[] ids = users.stream().map(User::id).toArray(UUID[]::new);
    Map<UUID, Instant> times = new HashMap<>();
    Tuple parameters = Tuple.tuple().addArrayOfUUID(tenants).addArrayOfUUID(ids);
    for (Row row : database.callSystem(LAST_MESSAGES, parameters)) {
      times.put(row.getUUID(0), row.getOffsetDateTime(1).toInstant());
    }
    return times;
  }

  private static User user(Row row) {
    return new User(
        row.getUUID(0),
        row.getUUID(1),
        Optional.ofNullable(row.getString(2)),
        row.getString(3),
        Role.of(row.getString(4)),
        row.getString(5),
        row.getString(6),
        Optional.ofNullable(row.getString(7)),
        row.getBoolean(8),
        row.getBoolean(9),
        Optional.ofNullable(row.getOffsetDateTime(10)).map(OffsetDateTime::toInstant),
        Json.read(row.getString(11), MAP),
        row.getOffsetDateTime(12).toInstant());
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    Iterator<Row> iterator = rows.iterator();
    return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
  }
}
