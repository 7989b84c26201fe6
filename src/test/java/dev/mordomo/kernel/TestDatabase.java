package dev.mordomo.kernel;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Tuple;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database of its own for one test class, on the test server of {@code ./mordomo test}: copied
 * from a migrated template, dropped at the end.
 */
public final class TestDatabase implements AutoCloseable {
  public static final String SECRET_TEXT = "a secret for tests, long enough to be one";
  public static final Secret SECRET = Secret.of(SECRET_TEXT);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String TEMPLATE = "mordomo_template_" + ProcessHandle.current().pid();
  private static boolean templateMade;

  private final String name;
  private final DatabaseConfig config;
  private final Vertx vertx;
  private final Database database;

  private TestDatabase(String name) {
    this.name = name;
    this.config = config(name);
    this.vertx = Vertx.vertx();
    this.database = new Database(vertx, config, SECRET);
  }

  public static synchronized TestDatabase create() {
    if (!templateMade) {
      execute("CREATE DATABASE " + TEMPLATE);
      new Migrations(config(TEMPLATE), SECRET).run();
      templateMade = true;
      Runtime.getRuntime().addShutdownHook(new Thread(() -> drop(TEMPLATE)));
    }
    String name = "mordomo_test_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
    return new TestDatabase(name);
  }

  /** {@code MORDOMO_TEST_DATABASE_URL}: an owner who may create databases and roles. */
  public static String serverUrl() {
    String url = System.getenv("MORDOMO_TEST_DATABASE_URL");
    if (url == null) {
      throw new IllegalStateException(
          "MORDOMO_TEST_DATABASE_URL is not set: run the tests with ./mordomo test");
    }
    return url;
  }

  private static DatabaseConfig config(String database) {
    return new DatabaseConfig(
        serverUrl().replaceAll("/[^/]*$", "/" + database),
        "mordomo",
        16,
        8,
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }

  public DatabaseConfig config() {
    return config;
  }

  public String url() {
    return config.url();
  }

  /**
   * The same database through another port of this machine, that of a proxy; with so few
   * connections that what was connected before a fault is what is used in it.
   */
  public DatabaseConfig configThrough(int port, Duration statementTimeout) {
    return new DatabaseConfig(
        config.url().replaceFirst(":\\d+/", ":" + port + "/"),
        config.rolePrefix(),
        1,
        2,
        statementTimeout,
        Duration.ofSeconds(2),
        Duration.ofSeconds(30));
  }

  /** Where the test server listens. */
  public int port() {
    return PgConnectOptions.fromUri(config.url()).getPort();
  }

  public Vertx vertx() {
    return vertx;
  }

  public Database database() {
    return database;
  }

  /** The keys that seal in this database. */
  public Keyring keyring() {
    return Keyring.open(database, SECRET, InstantSource.system());
  }

  /** Calls to other servers, with nothing private allowed. */
  public Outbound outbound() {
    return new Outbound(vertx, OutboundConfig.from(Settings.of(Map.of(), Map.of())));
  }

  /** A connection as the owner, to look behind the policies. */
  public Connection owner() throws SQLException {
    return ownerOf(name);
  }

  /** A new active tenant with one member. */
  public Scope tenantWithUser(String role) {
    UUID tenant = Ids.next();
    database.callSystem(
        "INSERT INTO tenant (id, name, token_quota) VALUES ($1, $2, 1000000000)",
        Tuple.of(tenant, "tenant " + tenant));
    return user(tenant, role);
  }

  /** One more user of a tenant. */
  public Scope user(UUID tenant, String role) {
    UUID user = Ids.next();
    database.callSystem(
        "INSERT INTO app_user (id, tenant_id, email, name, role) VALUES ($1, $2, $3, 'Test', $4)",
        Tuple.of(user, tenant, user + "@example.org", role));
    return new Scope(tenant, user, role);
  }

  /** The same for another database of the test server. */
  public Connection connect(String database) throws SQLException {
    return ownerOf(database);
  }

  private static Connection ownerOf(String database) throws SQLException {
    PgConnectOptions owner = PgConnectOptions.fromUri(serverUrl());
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(owner.getHost(), owner.getPort(), database),
        owner.getUser(),
        owner.getPassword());
  }

  /** Stops the server in good order, with all its connections, and starts it again. */
  public static void restartServer() {
    List<String> command =
        List.of(
            System.getenv("MORDOMO_TEST_PG_BIN") + "/pg_ctl",
            "restart",
            "-s",
            "-w",
            "-m",
            "fast",
            "-D",
            System.getenv("MORDOMO_TEST_PG_DATA"),
            "-l",
            "/dev/null");
    String user = System.getenv("MORDOMO_TEST_PG_USER");
    List<String> all = new ArrayList<>();
    if (!user.equals(System.getProperty("user.name"))) {
      all.addAll(List.of("runuser", "-u", user, "--"));
    }
    all.addAll(command);
    try {
      int code = new ProcessBuilder(all).directory(new File("/")).inheritIO().start().waitFor();
      if (code != 0) {
        throw new AssertionError("pg_ctl restart gave " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void execute(String sql) {
    try (Connection connection = ownerOf("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    database.close().await();
    vertx.close().await();
    drop(name);
  }

  /**
   * A vacuum that the server began by itself belongs to its superuser, so the owner may not force
   * it out; the plain statement waits until it has stopped.
   */
  private static void drop(String database) {
    try {
      execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    } catch (IllegalStateException e) {
      if (!(e.getCause() instanceof SQLException cause) || !"42501".equals(cause.getSQLState())) {
        throw e;
      }
      execute("DROP DATABASE IF EXISTS " + database);
    }
  }

  /** Settings for a server on this database. */
  public Map<String, String> environment() {
    return Map.of("DATABASE_URL", url());
  }
}
