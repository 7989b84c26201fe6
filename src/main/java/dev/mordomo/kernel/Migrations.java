package dev.mordomo.kernel;

import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date as the owner, and makes the two logins that the server works with.
 * Blocking: to be called on a thread that may wait.
 */
public final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  private static final String MAKE_ROLE =
      """
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN
          CREATE ROLE %1$s LOGIN;
        END IF;
      END $$
      """;

  private static final String UNSAFE_ROLE =
      """
      SELECT r.rolname FROM pg_roles r
      WHERE r.rolname = ANY (?) AND (r.rolsuper OR r.rolbypassrls
        OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
        OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_class c ON c.relowner = m.roleid
                   WHERE m.member = r.oid))
      """;

  /** Each time one of those that collide has done its work. */
  private static final int MOST_ATTEMPTS = 100;

  private static final Duration LONGEST_STEP_ASIDE = Duration.ofMillis(50);

  private final DatabaseConfig config;
  private final Secret secret;

  public Migrations(DatabaseConfig config, Secret secret) {
    this.config = config;
    this.secret = secret;
  }

  /**
   * Waits for a server that is not there yet, as long as {@code database.start_patience}.
   *
   * @return how many migrations ran
   * @throws Failure {@code unavailable} when the database cannot be reached or a migration fails
   */
  public int run() {
    StartPatience patience = new StartPatience(config);
    while (true) {
      try {
        return migrate(patience.secondsLeft());
      } catch (SQLException | FlywayException e) {
        Failure failure =
            Failure.of(
                FailureCode.UNAVAILABLE,
                "the database could not be brought up to date: " + e.getMessage(),
                e);
        if (!isPassing(e)) {
          throw failure;
        }
        // Whatever was done holds, and what was not is done from its beginning.
        patience.spend(failure);
      }
    }
  }

  private static boolean isPassing(Throwable e) {
    return e instanceof SQLException refused
        ? StartPatience.isPassing(refused)
        : e.getCause() != null && isPassing(e.getCause());
  }

  private int migrate(long seconds) throws SQLException {
    PgConnectOptions owner = PgConnectOptions.fromUri(config.url());
    makeRoles(seconds);
    Flyway flyway =
        Flyway.configure()
            .dataSource(url(owner), owner.getUser(), owner.getPassword())
            .locations("classpath:migrations")
            .placeholders(Map.of("app", config.appRole(), "system", config.systemRole()))
            .validateMigrationNaming(true)
            .load();
    int ran = flyway.migrate().migrationsExecuted;
    refuseUnsafeRoles(seconds);
    return ran;
  }

  private static String url(PgConnectOptions owner) {
    return "jdbc:postgresql://%s:%d/%s"
        .formatted(owner.getHost(), owner.getPort(), owner.getDatabase());
  }

  /** As the owner; a server that stands still says nothing at all, and is waited for so long. */
  private Connection connect(long seconds) throws SQLException {
    PgConnectOptions owner = PgConnectOptions.fromUri(config.url());
    Properties login = new Properties();
    login.setProperty("user", owner.getUser());
    login.setProperty("password", owner.getPassword());
    login.setProperty("connectTimeout", String.valueOf(seconds));
    login.setProperty("loginTimeout", String.valueOf(seconds));
    return DriverManager.getConnection(url(owner), login);
  }

  /** The password of a login that migrations make. */
  static String password(Secret secret, String role) {
    return secret.password("role " + role);
  }

  /** Others may make them in the same moment, from this database and others of the server. */
  void makeRoles(long seconds) throws SQLException {
    try (Connection connection = connect(seconds);
        Statement statement = connection.createStatement()) {
      for (String role : new String[] {config.appRole(), config.systemRole()}) {
        // The name is checked by DatabaseConfig: nothing to quote.
        together(() -> statement.execute(MAKE_ROLE.formatted(role)));
        // Only the SCRAM verifier leaves this process, so no log of the server holds a password.
        together(() ->
            connection
                .unwrap(PGConnection.class)
                .alterUserPassword(role, password(secret, role).toCharArray(), "scram-sha-256"));
      }
    }
  }

  /** Work on what all databases of one PostgreSQL share. */
  @FunctionalInterface
  private interface SharedWork {
    void run() throws SQLException;
  }

  /**
   * Roles are of the whole server, and PostgreSQL has no lock across its databases: of two that
   * change a role in the same moment it refuses one ("tuple concurrently updated", in the server's
   * language), which does it again.
   */
  private static void together(SharedWork work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        work.run();
        return;
      } catch (SQLException e) {
        if (!isOfTwoAtOnce(e) || attempt == MOST_ATTEMPTS) {
          throw e;
        }
        // Not all in step.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_STEP_ASIDE.toNanos()));
      }
    }
  }

  /** Also of two that found that a role is not there, and made it. */
  private static boolean isOfTwoAtOnce(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return Set.of("XX000", "23505", "42710").contains(state);
  }

  private void refuseUnsafeRoles(long seconds) throws SQLException {
    try (Connection connection = connect(seconds);
        var query = connection.prepareStatement(UNSAFE_ROLE)) {
      query.setArray(
          1,
          connection.createArrayOf("text", new String[] {config.appRole(), config.systemRole()}));
      try (var found = query.executeQuery()) {
        if (found.next()) {
          String role = found.getString(1);
          LOG.error("the role {} owns tables or bypasses policies", role);
          throw Failure.of(
              FailureCode.INVALID,
              "the role "
                  + role
                  + " is an owner or bypasses row-level security; give it back its narrow rights"
                  + " or set another database.role_prefix");
        }
      }
    }
  }
}
